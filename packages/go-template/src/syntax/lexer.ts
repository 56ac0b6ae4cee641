import { quote, unicodeName } from '../format/quote.ts';
import { isKeyword, type Token, type TokenType } from './token.ts';

/** Most tokens of one text, about ten thousand actions: a megabyte of them would take seconds to read. */
const maxTokens = 50_000;

const leftDelimiter = '{{';
const rightDelimiter = '}}';
const space = /[ \t\r\n]+/y;
const word = /[\p{L}\p{Nd}_]+/uy;
const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y;
const rawQuoted = /`[^`]*`/y;
const character = /'(?:[^'\\\n]|\\[^\n])*'/y;
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const leftTrim = /-[ \t\r\n]/y;
const rightTrim = /[ \t\r\n]-\}\}/y;
const endOfName = /$|[ \t\r\n.,|:()]|\}\}/y;

const singles: Readonly<Record<string, TokenType>> = {
  '=': 'assign',
  '|': 'pipe',
  '(': 'left parenthesis',
  ')': 'right parenthesis',
};

/** By hand: a regular expression would look at long runs of spaces again and again. */
function withoutTrailingSpace(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** What the caller's functions take back from the keywords. */
export type Names = (name: string) => boolean;

/**
 * Cuts a template into tokens. Text and actions alternate; inside an action spaces are tokens too, for they separate
 * arguments. Something that is no token ends the list as an `error` token; otherwise it ends with `end of file`.
 */
export class Lexer {
  readonly #text: string;
  readonly #isFunction: Names;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string, isFunction: Names) {
    this.#text = text;
    this.#isFunction = isFunction;
  }

  tokens(): Token[] {
    while (this.#nextText()) {
      if (!this.#action()) return this.#tokens;
    }
    this.#push('end of file', this.#text.length, '');
    return this.#tokens;
  }

  /** The text up to the next action, without what the action's trim marker takes; false at the end. */
  #nextText(): boolean {
    const start = this.#at;
    const open = this.#text.indexOf(leftDelimiter, start);
    const end = open < 0 ? this.#text.length : open;
    let text = this.#text.slice(start, end);
    if (open >= 0 && this.#matches(leftTrim, open + 2)) text = withoutTrailingSpace(text);
    if (text !== '') this.#push('text', start, text);
    this.#at = end;
    return open >= 0;
  }

  /** One action or comment, to behind its delimiter; false after an error. */
  #action(): boolean {
    const start = this.#at;
    this.#at += leftDelimiter.length;
    const trimmed = this.#matches(leftTrim, this.#at);
    const body = trimmed ? this.#at + 2 : this.#at;
    if (this.#text.startsWith('/*', body)) return this.#comment(body);
    this.#push('left delimiter', start, leftDelimiter);
    // The space of a left trim marker belongs to the marker.
    this.#at = body;
    let depth = 0;
    for (;;) {
      const end = this.#rightDelimiter();
      if (end > 0) {
        if (depth > 0) return this.#error('unclosed left paren');
        this.#closeAction(end);
        return true;
      }
      const type = this.#inside();
      if (type === 'error') return false;
      if (this.#tokens.length > maxTokens) return this.#error(`a template of more than ${maxTokens} tokens`);
      if (type === 'left parenthesis') depth += 1;
      if (type === 'right parenthesis') depth -= 1;
      if (depth < 0) return this.#error(`unexpected right paren ${unicodeName(')')}`);
    }
  }

  #comment(body: number): boolean {
    this.#at = body;
    const end = this.#text.indexOf('*/', body + 2);
    if (end < 0) return this.#error('unclosed comment');
    this.#at = end + 2;
    const close = this.#rightDelimiter();
    if (close === 0) return this.#error('comment ends before closing delimiter');
    this.#skip(close);
    return true;
  }

  /** The length of a right delimiter at this place, with its trim marker; 0 when there is none. */
  #rightDelimiter(): number {
    if (this.#matches(rightTrim, this.#at)) return 4;
    return this.#text.startsWith(rightDelimiter, this.#at) ? 2 : 0;
  }

  #closeAction(length: number): void {
    this.#push('right delimiter', this.#at + length - 2, rightDelimiter);
    this.#skip(length);
  }

  #skip(delimiter: number): void {
    this.#at += delimiter;
    if (delimiter > 2) this.#at += this.#match(space)?.length ?? 0;
  }

  /** One token of an action. */
  #inside(): TokenType {
    const first = this.#text[this.#at];
    if (first === undefined) return this.#fault('unclosed action');
    const blank = this.#match(space);
    if (blank !== undefined) return this.#take('space', this.#withoutTrimMarker(blank));
    const single = singles[first];
    if (single !== undefined) return this.#take(single, first);
    if (first === ':') {
      if (this.#text[this.#at + 1] !== '=') return this.#fault('expected :=');
      return this.#take('declare', ':=');
    }
    if (first === '"') return this.#literal('string', quoted, 'unterminated quoted string');
    if (first === '`') return this.#literal('raw string', rawQuoted, 'unterminated raw quoted string');
    if (first === "'") return this.#literal('character', character, 'unterminated character constant');
    if (first === '$') return this.#named('variable', 'variable');
    if (first === '.' && !/[0-9]/.test(this.#text[this.#at + 1] ?? '')) return this.#named('field', 'dot');
    if (/[-+.0-9]/.test(first)) return this.#number();
    const name = this.#match(word);
    if (name !== undefined) return this.#word(name);
    const symbol = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    if (/[!-~]/.test(symbol)) return this.#take('char', symbol);
    return this.#fault(`unrecognized character in action: ${unicodeName(symbol)}`);
  }

  /** The last space before `-}}` belongs to the delimiter. */
  #withoutTrimMarker(blank: string): string {
    return this.#matches(rightTrim, this.#at + blank.length - 1) ? blank.slice(0, -1) : blank;
  }

  #literal(type: TokenType, pattern: RegExp, fault: string): TokenType {
    const text = this.#match(pattern);
    return text === undefined ? this.#fault(fault) : this.#take(type, text);
  }

  /** `.Name` or `$name`, or the mark alone. */
  #named(type: TokenType, alone: TokenType): TokenType {
    const mark = this.#text[this.#at] ?? '';
    if (this.#matches(endOfName, this.#at + 1)) return this.#take(alone, mark);
    word.lastIndex = this.#at + 1;
    const name = word.exec(this.#text)?.[0] ?? '';
    return this.#ended(type, mark + name);
  }

  #word(name: string): TokenType {
    if (name === 'true' || name === 'false') return this.#ended('bool', name);
    const taken = (name === 'break' || name === 'continue') && this.#isFunction(name);
    return this.#ended(isKeyword(name) && !taken ? name : 'identifier', name);
  }

  #number(): TokenType {
    const text = this.#match(number) ?? '';
    const rest = this.#text.slice(this.#at + text.length, this.#at + text.length + 1);
    if (/[\p{L}\p{Nd}_]/u.test(rest)) return this.#fault(`bad number syntax: ${quote(text + rest)}`);
    if (rest !== '+' && rest !== '-') return this.#take('number', text);
    number.lastIndex = this.#at + text.length;
    const imaginary = number.exec(this.#text)?.[0] ?? '';
    if (!imaginary.endsWith('i')) return this.#fault(`bad number syntax: ${quote(text + imaginary)}`);
    return this.#take('complex', text + imaginary);
  }

  /** A name must be followed by something that can end one: `$x+2` is not a sum. */
  #ended(type: TokenType, value: string): TokenType {
    const end = this.#at + value.length;
    if (this.#matches(endOfName, end)) return this.#take(type, value);
    const next = this.#text.codePointAt(end) ?? 0;
    return this.#fault(`bad character ${unicodeName(String.fromCodePoint(next))}`);
  }

  #take(type: TokenType, value: string): TokenType {
    if (value !== '') this.#push(type, this.#at, value);
    this.#at += value.length;
    return type;
  }

  #fault(message: string): 'error' {
    this.#push('error', this.#at, message);
    return 'error';
  }

  #error(message: string): false {
    this.#fault(message);
    return false;
  }

  #push(type: TokenType, position: number, value: string): void {
    for (; this.#counted < position; this.#counted += 1) {
      if (this.#text.charCodeAt(this.#counted) === 10) this.#line += 1;
    }
    this.#tokens.push({ type, value, position, line: this.#line });
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #matches(pattern: RegExp, at: number): boolean {
    pattern.lastIndex = at;
    return pattern.test(this.#text);
  }
}
