import { KubeError } from './kube-error.ts';

const newline = 0x0a;

/**
 * Cuts a byte stream at `\n` and at nothing else: U+2028, U+2029 and a lone `\r` stay inside their line,
 * and so does a character whose bytes arrive in two chunks. Empty lines are left out; a last line without
 * its newline is not a line, because the connection was cut in the middle of it.
 * Throws a {@link KubeError} `ResponseTooLarge` for a line above `maxBytes`.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes, as text. */
  *push(chunk: Uint8Array): Generator<string> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      this.#keep(bytes.subarray(start, end));
      start = end + 1;
      const line = this.#take();
      if (line !== '') yield line;
    }
    this.#keep(bytes.subarray(start));
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#maxBytes) {
      throw new KubeError(
        'ResponseTooLarge',
        `a watch event is above ${this.#maxBytes} bytes: raise maxWatchEventBytes if objects are that large`,
      );
    }
    this.#pending.push(part);
  }

  #take(): string {
    const [first] = this.#pending;
    const line = this.#pending.length === 1 && first ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return line.toString('utf8');
  }
}
