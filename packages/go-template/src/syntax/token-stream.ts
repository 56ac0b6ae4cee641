import { quote } from '../format/quote.ts';
import { TemplateError } from '../template-error.ts';
import { Lexer, type Names } from './lexer.ts';
import type { Source } from './node.ts';
import { isKeyword, type Token, type TokenType } from './token.ts';

/** A token as Go names it in "unexpected …". */
function tokenText(token: Token): string {
  if (token.type === 'end of file') return 'EOF';
  if (token.type === 'error') return token.value;
  if (token.type === 'dot' || isKeyword(token.type)) return `<${token.value}>`;
  const characters = Array.from(token.value);
  return characters.length > 10 ? `${quote(characters.slice(0, 10).join(''))}...` : quote(token.value);
}

/** The tokens of a source, read one by one, and the errors that are found while reading. */
export class TokenStream {
  readonly source: Source;
  /** The line where the action that is being read began; 0 between actions. */
  actionLine = 0;
  readonly #tokens: readonly Token[];
  #next = 0;
  // Go reports the line of the furthest token it has looked at.
  #furthest = 0;

  constructor(source: Source, isFunction: Names) {
    this.source = source;
    this.#tokens = new Lexer(source.text, isFunction).tokens();
  }

  peek(ahead = 0): Token {
    const index = Math.min(this.#next + ahead, this.#tokens.length - 1);
    this.#furthest = Math.max(this.#furthest, index);
    // The list never is empty: it ends with the end of the file or an error.
    return this.#tokens[index] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  skipSpace(): void {
    while (this.peek().type === 'space') this.#next += 1;
  }

  peekNonSpace(): Token {
    this.skipSpace();
    return this.peek();
  }

  nextNonSpace(): Token {
    this.skipSpace();
    return this.next();
  }

  /** Reads a token that must be of this type. */
  expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }

  /** Gives up: the token cannot stand where it does. */
  unexpected(token: Token, context: string): never {
    if (token.type !== 'error') this.fail(`unexpected ${tokenText(token)} in ${context}`);
    const started =
      this.actionLine !== 0 && this.actionLine !== token.line
        ? `${token.value.endsWith(' action') ? '' : ' in action'} started at ${this.source.name}:${this.actionLine}`
        : '';
    this.fail(token.value + started);
  }

  fail(message: string): never {
    const line = this.#tokens[this.#furthest]?.line ?? 1;
    throw new TemplateError('parse', this.source.name, `template: ${this.source.name}:${line}: ${message}`);
  }
}
