import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { RunError } from '../runs/run-error.ts';

/** Where a line of a log comes from, as far as it is known. */
export interface LineOrigin {
  readonly stage?: string;
  readonly container?: string;
}

/** Prints logs no faster than they are read, and knows when nobody reads any more. */
export class LogOutput {
  readonly #stream: Writable;
  readonly #json: boolean;
  readonly #stop = new AbortController();
  #readerGone = false;
  /** The wait that all writers share while the reader is behind. */
  #drained: Promise<unknown> | undefined;

  /** With `json`, every line becomes an object of its origin and text. */
  constructor(stream: Writable, json: boolean) {
    this.#stream = stream;
    this.#json = json;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#readerGone ||= error.code === 'EPIPE';
      this.#stop.abort(new RunError(`the log cannot be written: ${error.message}`, { cause: error }));
    });
  }

  /** Fires when nothing can be printed any more. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether the reader left, as `head` does when it has enough: no error. */
  get readerGone(): boolean {
    return this.#readerGone;
  }

  /** Whether lines become objects, so that bytes have to be cut into lines first. */
  get json(): boolean {
    return this.#json;
  }

  /** Prints lines of one origin together; as text with the origin before each. */
  async lines({ stage, container }: LineOrigin, lines: readonly Uint8Array[]): Promise<void> {
    if (lines.length === 0) return;
    if (this.#json) {
      const object = (line: Uint8Array): string =>
        `${JSON.stringify({ stage, container, text: Buffer.from(line).toString('utf8') })}\n`;
      return this.bytes(Buffer.from(lines.map(object).join('')));
    }
    const origin = [stage, container?.replace(/^step-/, '')].filter((each) => each !== undefined).join('/');
    const prefix = Buffer.from(origin === '' ? '' : `[${origin}] `);
    const newline = Buffer.from('\n');
    return this.bytes(Buffer.concat(lines.flatMap((line) => [prefix, line, newline])));
  }

  /** Prints bytes as they are. */
  async bytes(bytes: Uint8Array): Promise<void> {
    this.signal.throwIfAborted();
    if (this.#stream.write(bytes)) return;
    this.#drained ??= once(this.#stream, 'drain', { signal: this.signal }).finally(() => {
      this.#drained = undefined;
    });
    await this.#drained;
  }
}
