import type { Span } from '../position.ts';
import { GroovySyntaxError } from './syntax-error.ts';
import type { Token } from './token.ts';

/** A cursor over a range of tokens. At its end it answers a token of the kind `end`. */
export class TokenStream {
  readonly tokens: readonly Token[];
  index: number;
  readonly #limit: number;
  readonly #end: Token;

  constructor(tokens: readonly Token[], from: number, limit: number) {
    this.tokens = tokens;
    this.index = from;
    this.#limit = limit;
    const last = tokens[limit] ?? tokens.at(-1);
    if (last === undefined) throw new RangeError('a token stream needs at least its end token');
    this.#end = { kind: 'end', span: { start: last.span.start, end: last.span.start } };
  }

  /** The token at some distance. */
  peek(ahead = 0): Token {
    const index = this.index + ahead;
    return (index < this.#limit ? this.tokens[index] : undefined) ?? this.#end;
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    if (this.index < this.#limit) this.index++;
    return token;
  }

  /** Whether the next token is this punctuation. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'punctuation' && token.text === text;
  }

  /** Takes the next token when it is this punctuation. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }

  /** Takes line ends, which carry no meaning inside parentheses and behind operators. */
  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.next();
  }

  /** Whether a statement ends here. */
  get atStatementEnd(): boolean {
    const token = this.peek();
    return token.kind === 'newline' || token.kind === 'end' || this.at(';');
  }

  /** The span from an earlier token's start to the end of the last taken token. */
  since(start: Span): Span {
    const last = this.tokens[this.index - 1];
    return { start: start.start, end: (last ?? this.#end).span.end };
  }

  /** The error of a token that cannot stand here. */
  unexpected(): GroovySyntaxError {
    const token = this.peek();
    let text = 'the end of the block';
    if (token.kind === 'newline') text = 'the end of the line';
    else if (token.kind === 'string') text = 'a string';
    else if ('text' in token) text = token.text;
    return new GroovySyntaxError(`unexpected token: ${text}`, token.span);
  }
}
