import type { JenkinsResponse } from '../connection.ts';

/** Reads a body piece by piece, as fast as the caller asks. It must be read to its end or closed. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(answer: JenkinsResponse) {
    this.#reader = answer.body?.getReader();
  }

  /** The next piece; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    return (await this.#reader?.read())?.value;
  }

  /** Gives the connection back without reading the rest. */
  async close(): Promise<void> {
    try {
      await this.#reader?.cancel();
    } catch {
      // A body that broke has told so to its reader already.
    }
  }
}
