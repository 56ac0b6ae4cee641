const NEWLINE = 0x0a;
/** A longer line, in bytes, is given in pieces of this size, so that no output fills the memory. */
const MAX_LINE = 1024 * 1024;

/** Cuts a stream of bytes into lines, without their newline and otherwise as they came. */
export class WholeLines {
  #rest: Buffer[] = [];
  #size = 0;

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Buffer[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#keep(bytes.subarray(start, end), lines);
      start = end + 1;
      lines.push(this.#take());
    }
    this.#keep(bytes.subarray(start), lines);
    return lines;
  }

  /** What came after the last newline, if anything did. */
  end(): Buffer[] {
    return this.#size === 0 ? [] : [this.#take()];
  }

  #keep(part: Buffer, lines: Buffer[]): void {
    let left = part;
    while (this.#size + left.length > MAX_LINE) {
      const fits = MAX_LINE - this.#size;
      this.#append(left.subarray(0, fits));
      lines.push(this.#take());
      left = left.subarray(fits);
    }
    this.#append(left);
  }

  #append(part: Buffer): void {
    if (part.length === 0) return;
    // The chunk's memory may be used again by who gave it.
    this.#rest.push(Buffer.from(part));
    this.#size += part.length;
  }

  #take(): Buffer {
    const line = Buffer.concat(this.#rest, this.#size);
    this.#rest = [];
    this.#size = 0;
    return line;
  }
}
