import type { Position, Span } from '../position.ts';
import { GroovySyntaxError } from './syntax-error.ts';

/** A cursor over the text that knows its line and column. `\r\n` counts as one line end, as does a lone `\r`. */
export class Scanner {
  readonly text: string;
  #offset: number;
  #line = 1;
  #column = 1;

  constructor(text: string) {
    this.text = text;
    this.#offset = 0;
  }

  /** Where the cursor stands. */
  get position(): Position {
    return { offset: this.#offset, line: this.#line, column: this.#column };
  }

  /** True behind the last character. */
  get done(): boolean {
    return this.#offset >= this.text.length;
  }

  /** The character at some distance, or an empty string outside of the text. */
  peek(ahead = 0): string {
    return this.text.charAt(this.#offset + ahead);
  }

  /** Whether the text goes on with `expected`. */
  at(expected: string): boolean {
    return this.text.startsWith(expected, this.#offset);
  }

  /** Moves over `count` characters. */
  skip(count = 1): void {
    for (let moved = 0; moved < count; moved++) {
      const character = this.text[this.#offset++];
      if (character === '\n' || (character === '\r' && this.text[this.#offset] !== '\n')) {
        this.#line++;
        this.#column = 1;
      } else {
        this.#column++;
      }
    }
  }

  /** Moves over a sticky pattern's match and returns it; an empty string when it does not match here. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.text)?.[0] ?? '';
    this.skip(match.length);
    return match;
  }

  /** The span from an earlier place to the cursor. */
  since(start: Position): Span {
    return { start, end: this.position };
  }

  /** The error of a character that cannot stand here. */
  unexpected(message?: string): GroovySyntaxError {
    const start = this.position;
    const found = this.done ? 'the end of the file' : `character ${JSON.stringify(this.peek())}`;
    return new GroovySyntaxError(message ?? `unexpected ${found}`, {
      start,
      end: { offset: start.offset + 1, line: start.line, column: start.column + 1 },
    });
  }
}
