import type { BodyReader } from './body-reader.ts';
import { concat } from './console-notes.ts';

const LF = 0x0a;

/** A line without an end is passed on in pieces of this many bytes. */
const pieceBytes = 64 * 1024;
/** No more than this is held of a line that must not be passed on in pieces. */
const heldBytes = 4 * 1024 * 1024;

const nothing = new Uint8Array(0);

/** The text of a log by lines. */
export class PlainLines {
  readonly #body: BodyReader;
  #bytes: Uint8Array = nothing;

  constructor(body: BodyReader) {
    this.#body = body;
  }

  /** Passes over so many lines. */
  async skip(lines: number): Promise<void> {
    for (let left = lines; left > 0;) {
      const end = this.#bytes.indexOf(LF) + 1;
      if (end > 0) left--;
      this.#cut(end > 0 ? end : this.#bytes.length);
      if (end === 0 && !(await this.#more())) return;
    }
  }

  /**
   * The next line; undefined when there is none that has ended. With `inPieces`, the start of a long one, or what is
   * left of it.
   */
  async line(inPieces: boolean): Promise<Uint8Array | undefined> {
    for (;;) {
      const end = this.#bytes.indexOf(LF) + 1;
      if (end > 0) return this.#cut(end);
      if (this.#bytes.length >= (inPieces ? pieceBytes : heldBytes)) return this.#cut(this.#bytes.length);
      if (!(await this.#more())) return undefined;
    }
  }

  /** Some of what is behind the last line end; no bytes at the end. */
  async rest(): Promise<Uint8Array> {
    while (this.#bytes.length < pieceBytes && (await this.#more()));
    return this.#cut(this.#bytes.length);
  }

  /** Gives the connection back. */
  close(): Promise<void> {
    return this.#body.close();
  }

  async #more(): Promise<boolean> {
    const bytes = await this.#body.next();
    if (bytes) this.#bytes = this.#bytes.length === 0 ? bytes : concat([this.#bytes, bytes]);
    return bytes !== undefined;
  }

  #cut(end: number): Uint8Array {
    const bytes = this.#bytes.subarray(0, end);
    this.#bytes = this.#bytes.subarray(end);
    return bytes;
  }
}
