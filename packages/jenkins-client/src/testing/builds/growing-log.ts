/** The bytes of a log, as they stand in the file: with console notes, `\n` or whatever was printed. */
export class GrowingLog {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes so far; a view that later appends do not change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  append(text: string | Uint8Array): void {
    const added = typeof text === 'string' ? Buffer.from(text) : text;
    if (this.#length + added.length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + added.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(added, this.#length);
    this.#length += added.length;
  }
}

/** A console note: what Jenkins hides in a log to mark it up, such as a link to a user. Its content means nothing here. */
export function consoleNote(about: string): string {
  return `\u001B[8mha:////4${Buffer.from(about.padEnd(48)).toString('base64')}\u001B[0m`;
}
