import { utf8Length } from '../values/utf8.ts';

/** What an execution writes to. */
export interface Output {
  readonly text: string;
  /** Bytes of UTF-8 so far. */
  readonly bytes: number;
  /** Text of the template itself. */
  literal(text: string): void;
  /** What an action gave; `safe` when it is HTML already. */
  value(text: string, safe: boolean): void;
}

/** Everything as it comes. */
export class TextOutput implements Output {
  text = '';
  bytes = 0;

  literal(text: string): void {
    this.text += text;
    this.bytes += utf8Length(text);
  }

  value(text: string): void {
    this.literal(text);
  }
}
