import type { Scanner } from './scanner.ts';
import { GroovySyntaxError } from './syntax-error.ts';
import type { Quote, StringPart, Token } from './token.ts';

const SIMPLE_ESCAPES: Record<string, string> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  $: '$',
};
const UNICODE_ESCAPE = /\\u+[0-9a-fA-F]{4}/y;
const OCTAL_ESCAPE = /\\(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/y;
const LINE_END = /\r\n|\r|\n/y;
const DOTTED_NAME = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy;

/** Reads the tokens of an interpolated expression up to its closing brace. */
export type CodeReader = (scanner: Scanner) => Token[];

/**
 * Reads a string of any of Groovy's six forms, the cursor at its opening quote.
 * Escapes are resolved and line ends become `\n`, as Groovy's own lexer does.
 */
export function readString(scanner: Scanner, quote: Quote, readCode: CodeReader): Token {
  const start = scanner.position;
  scanner.skip(quote.length);
  const close = quote === '$/' ? '/$' : quote;
  const interpolated = quote !== "'" && quote !== "'''";
  const parts: StringPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ kind: 'text', value: text });
    text = '';
  };
  while (!scanner.at(close)) {
    if (scanner.done) throw scanner.unexpected(`the string is not closed: expected ${close}`);
    const lineEnd = scanner.take(LINE_END);
    if (lineEnd !== '') {
      if (quote.length === 1 && quote !== '/') {
        throw new GroovySyntaxError(`the string is not closed on its line: expected ${close}`, {
          start: { offset: start.offset, line: start.line, column: start.column },
          end: scanner.position,
        });
      }
      text += '\n';
      continue;
    }
    if (scanner.peek() === '\\' || (quote === '$/' && scanner.peek() === '$')) {
      const escaped = readEscape(scanner, quote);
      if (escaped !== undefined) {
        text += escaped;
        continue;
      }
    }
    if (interpolated && scanner.peek() === '$') {
      const code = readInterpolation(scanner, readCode);
      if (code) {
        flush();
        parts.push(code);
        continue;
      }
      if (quote === '"' || quote === '"""') {
        throw scanner.unexpected(
          'a dollar sign in a double quoted string must be followed by a name or a brace; write \\$ for the sign itself',
        );
      }
    }
    text += scanner.peek();
    scanner.skip();
  }
  scanner.skip(close.length);
  flush();
  return { kind: 'string', parts, quote, span: scanner.since(start) };
}

function readEscape(scanner: Scanner, quote: Quote): string | undefined {
  const unicode = scanner.take(UNICODE_ESCAPE);
  if (unicode !== '') return String.fromCharCode(Number.parseInt(unicode.slice(-4), 16));
  if (quote === '/') return takeIf(scanner, '\\/', '/');
  if (quote === '$/') return takeIf(scanner, '$$', '$') ?? takeIf(scanner, '$/', '/');
  const octal = scanner.take(OCTAL_ESCAPE);
  if (octal !== '') return String.fromCharCode(Number.parseInt(octal.slice(1), 8));
  const simple = SIMPLE_ESCAPES[scanner.peek(1)];
  if (simple !== undefined) {
    scanner.skip(2);
    return simple;
  }
  scanner.skip();
  // A backslash before the line end continues the string on the next line.
  if (scanner.take(LINE_END) !== '') return '';
  throw scanner.unexpected();
}

function takeIf(scanner: Scanner, source: string, value: string): string | undefined {
  if (!scanner.at(source)) return undefined;
  scanner.skip(source.length);
  return value;
}

function readInterpolation(scanner: Scanner, readCode: CodeReader): StringPart | undefined {
  if (scanner.at('${')) {
    scanner.skip(2);
    const start = scanner.position;
    const tokens = readCode(scanner);
    const span = scanner.since(start);
    scanner.skip();
    return { kind: 'code', tokens, span };
  }
  DOTTED_NAME.lastIndex = scanner.position.offset + 1;
  const path = DOTTED_NAME.exec(scanner.text)?.[0];
  if (path === undefined) return undefined;
  scanner.skip();
  const start = scanner.position;
  const tokens: Token[] = [];
  for (const [index, text] of path.split('.').entries()) {
    if (index > 0) {
      const dot = scanner.position;
      scanner.skip();
      tokens.push({ kind: 'punctuation', text: '.', span: scanner.since(dot) });
    }
    const nameStart = scanner.position;
    scanner.skip(text.length);
    tokens.push({ kind: 'identifier', text, span: scanner.since(nameStart) });
  }
  const span = scanner.since(start);
  tokens.push({ kind: 'end', span: { start: span.end, end: span.end } });
  return { kind: 'code', tokens, span };
}
