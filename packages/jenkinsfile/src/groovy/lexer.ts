import { Scanner } from './scanner.ts';
import { readString } from './string-literal.ts';
import { GroovySyntaxError } from './syntax-error.ts';
import type { Quote, Token } from './token.ts';

/** How deep interpolated strings may stand in one another. */
const MAX_STRING_DEPTH = 32;

const BLANK = /(?:[ \t\f]|\\\r?\n|\/\/[^\r\n]*)+/y;
const LINE_END = /\r\n|\r|\n/y;
const SHEBANG = /#![^\r\n]*/y;
// Groovy takes almost every character above U+00C0, typographic quotes too, for a letter.
const IDENTIFIER =
  /[A-Za-z_$\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u{10ffff}][\w$\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u{10ffff}]*/uy;
const NUMBER = /0[xX][\da-fA-F_]+[lLgGiI]?|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[lLgGiIfFdD]?/y;
const PUNCTUATION =
  /\*\*=|<=>|===|!==|==~|>>>|\.\.<|\.\.\.|<<=|>>=|\?\.|\*\.|\.&|\.@|\.\.|\?:|->|\+\+|--|\*\*|==|!=|<=|>=|=~|&&|\|\||\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|[-+*/%=<>!~?:.,;&|^@()[\]{}]/y;
/** Words behind which a slash starts a string although they look like values. */
const WORDS_BEFORE_VALUES = new Set([
  'return',
  'in',
  'as',
  'instanceof',
  'case',
  'throw',
  'assert',
  'else',
  'new',
]);

/**
 * Splits Groovy source into tokens; the last one has the kind `end`.
 * Throws GroovySyntaxError at the first character that cannot be part of Groovy.
 */
export function tokenize(text: string): Token[] {
  const scanner = new Scanner(text);
  if (scanner.peek() === '\ufeff') scanner.skip();
  scanner.take(SHEBANG);
  const tokens: Token[] = [];
  while (readToken(scanner, tokens, 0)) {
    // Each turn appends at most one token.
  }
  return finished(scanner, tokens);
}

function finished(scanner: Scanner, tokens: Token[]): Token[] {
  const { position } = scanner;
  tokens.push({ kind: 'end', span: { start: position, end: position } });
  return tokens;
}

function readToken(scanner: Scanner, tokens: Token[], depth: number): boolean {
  scanner.take(BLANK);
  if (scanner.done) return false;
  const start = scanner.position;
  if (scanner.at('/*')) {
    skipBlockComment(scanner);
    return true;
  }
  if (scanner.take(LINE_END) !== '') {
    // One token stands for any number of empty lines, so that looking behind them costs nothing.
    if (tokens.at(-1)?.kind !== 'newline') tokens.push({ kind: 'newline', span: scanner.since(start) });
    return true;
  }
  const quote = quoteAt(scanner, tokens.at(-1));
  if (quote !== undefined) {
    tokens.push(readString(scanner, quote, (inner) => readCode(inner, depth + 1)));
    return true;
  }
  for (const [kind, pattern] of [
    ['identifier', IDENTIFIER],
    ['number', NUMBER],
    ['punctuation', PUNCTUATION],
  ] as const) {
    const found = scanner.take(pattern);
    if (found === '') continue;
    tokens.push({ kind, text: found, span: scanner.since(start) });
    return true;
  }
  throw scanner.unexpected();
}

function skipBlockComment(scanner: Scanner): void {
  scanner.skip(2);
  while (!scanner.at('*/')) {
    if (scanner.done) throw scanner.unexpected('the comment is not closed: expected */');
    scanner.skip();
  }
  scanner.skip(2);
}

function quoteAt(scanner: Scanner, previous: Token | undefined): Quote | undefined {
  for (const quote of ["'''", '"""', "'", '"'] as const) if (scanner.at(quote)) return quote;
  if (isValue(previous)) return undefined;
  if (scanner.at('$/')) return '$/';
  return scanner.peek() === '/' ? '/' : undefined;
}

function isValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'identifier') return !WORDS_BEFORE_VALUES.has(token.text);
  if (token.kind === 'punctuation') return token.text === ')' || token.text === ']' || token.text === '}';
  return token.kind === 'number' || token.kind === 'string';
}

function readCode(scanner: Scanner, depth: number): Token[] {
  if (depth > MAX_STRING_DEPTH) {
    throw new GroovySyntaxError(
      `strings are interpolated more than ${MAX_STRING_DEPTH} levels deep`,
      scanner.since(scanner.position),
      'too-deep',
    );
  }
  const tokens: Token[] = [];
  let open = 0;
  for (;;) {
    scanner.take(BLANK);
    if (scanner.peek() === '{') open++;
    if (scanner.peek() === '}' && open-- === 0) return finished(scanner, tokens);
    if (!readToken(scanner, tokens, depth))
      throw scanner.unexpected('the interpolation is not closed: expected }');
  }
}
