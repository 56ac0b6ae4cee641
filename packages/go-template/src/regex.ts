import { RE2JS } from 're2js';
import { OverBudget } from './budget.ts';
import { goFunction, type GoFunction } from './functions/go-function.ts';
import { regexSize } from './regex-size.ts';

/** Longest pattern, largest compiled program, and most work (program size × text length) of one search: some 0.3 s. */
const maxPattern = 1_000;
const maxProgram = 5_000;
const maxWork = 10_000_000;
/** Longest result of a replacement in characters. */
const maxResult = 50_000_000;
/** Milliseconds for one replacement: many searches may each look at all of the text. */
const maxReplacing = 1_000;
/** Compiled patterns that are kept. */
const cacheSize = 256;

/** A compiled regular expression of Go's syntax (RE2): time is linear in the text. */
export interface Regex {
  /** Whether the pattern matches anywhere in the text. */
  readonly match: (text: string) => boolean;
  /** The text with every match replaced; `$1`, `${1}`, `$name`, `${name}` stand for groups and `$$` for `$`. */
  readonly replaceAll: (text: string, replacement: string) => string;
}

const cache = new Map<string, Regex>();

/**
 * Compiles a pattern, or takes it from a cache of 256.
 *
 * @throws Error in Go's words when it is no regular expression, or when it is too large.
 */
export function compileRegex(pattern: string): Regex {
  const regex = cache.get(pattern) ?? compile(pattern);
  // The least recently used one stands first.
  cache.delete(pattern);
  cache.set(pattern, regex);
  const [oldest] = cache.keys();
  if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest);
  return regex;
}

function compile(pattern: string): Regex {
  if (pattern.length > maxPattern)
    throw new OverBudget(`a regular expression of more than ${maxPattern} characters`);
  const tooLarge = 'a regular expression that is too large when compiled';
  // A million instructions are not made to be counted.
  if (regexSize(pattern) > 2 * maxProgram) throw new OverBudget(tooLarge);
  const expression = RE2JS.compile(pattern);
  const size = expression.programSize();
  if (size > maxProgram) throw new OverBudget(tooLarge);
  const check = (text: string): void => {
    if (size * text.length > maxWork)
      throw new OverBudget('a regular expression on a text that is too long for it');
  };
  return {
    match: (text) => {
      check(text);
      return expression.matcher(text).find();
    },
    replaceAll: (text, replacement) => {
      check(text);
      return replaceAll(expression, text, parseReplacement(replacement));
    },
  };
}

/** A piece of a replacement: text as it is, or the number or name of a group. */
type Piece = { readonly text: string } | { readonly group: string };

function parseReplacement(replacement: string): Piece[] {
  const reference = /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of replacement.matchAll(reference)) {
    const [whole, dollar, bare, braced = ''] = match;
    pieces.push({ text: replacement.slice(end, match.index) });
    pieces.push(dollar === undefined ? { group: bare ?? braced } : { text: dollar });
    end = match.index + whole.length;
  }
  return [...pieces, { text: replacement.slice(end) }];
}

type Matcher = ReturnType<RE2JS['matcher']>;

/** What a replacement says for the present match. A group that the pattern lacks is empty. */
function expand(pieces: readonly Piece[], matcher: Matcher, names: Readonly<Record<string, number>>): string {
  return pieces
    .map((piece) => {
      if ('text' in piece) return piece.text;
      const number = /^[0-9]+$/.test(piece.group) ? Number(piece.group) : names[piece.group];
      return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '');
    })
    .join('');
}

/** As Go's ReplaceAllString: an empty match right behind another match does not count. */
function replaceAll(expression: RE2JS, text: string, pieces: readonly Piece[]): string {
  const matcher = expression.matcher(text);
  const names = expression.namedGroups();
  const deadline = performance.now() + maxReplacing;
  let result = '';
  let copied = 0;
  let search = 0;
  while (search <= text.length && matcher.find(search)) {
    const start = matcher.start();
    const end = matcher.end();
    result += text.slice(copied, start);
    if (end > copied || start === 0) result += expand(pieces, matcher, names);
    if (result.length > maxResult) throw new OverBudget('a replacement whose result is too long');
    if (performance.now() > deadline) throw new OverBudget(`a replacement of more than ${maxReplacing} ms`);
    copied = end;
    search = end > search ? end : search + ((text.codePointAt(search) ?? 0) > 0xff_ff ? 2 : 1);
  }
  return result + text.slice(copied);
}

/** `match PATTERN TEXT` and `reReplaceAll PATTERN REPLACEMENT TEXT`, as Prometheus and Alertmanager offer them. */
export const regexFunctions: Readonly<Record<'match' | 'reReplaceAll', GoFunction>> = {
  match: goFunction(['string', 'string'], (pattern, text) => compileRegex(pattern).match(text)),
  reReplaceAll: goFunction(['string', 'string', 'string'], (pattern, replacement, text) =>
    compileRegex(pattern).replaceAll(text, replacement),
  ),
};
