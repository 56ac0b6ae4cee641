/**
 * The log format of container runtimes (CRI, docs of kubernetes/design-proposals "kubelet-cri-logging"):
 * `<RFC 3339 with nanoseconds> stdout F <text>\n`; `P` instead of `F` marks a part of a line that goes on.
 */

/** The longest text of one entry, bytes; longer lines are written in parts. */
export const maxEntryBytes = 16 * 1024;

const newline = 0x0a;
const space = 0x20;
const full = 0x46;

/** A time in the form that sorts as text: `2026-11-22T08:00:00.123456000Z`. `ms` may have a fraction. */
export function logTime(ms: number): string {
  const whole = Math.floor(ms);
  const micros = String(Math.floor((ms - whole) * 1000)).padStart(3, '0');
  return `${new Date(whole).toISOString().slice(0, -1)}${micros}000Z`;
}

/** Turns the bytes of a stream into entries. Holds back at most one unfinished line. */
export class CriEncoder {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The entries that are complete with this chunk, all with the same time. */
  encode(chunk: Buffer, time: string): Buffer {
    const out: Buffer[] = [];
    const whole = Buffer.from(`${time} stdout F `);
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      if (this.#restBytes === 0 && end - from <= maxEntryBytes) {
        // Nearly every line: it is copied once, with its newline.
        out.push(whole, chunk.subarray(from, end + 1));
      } else {
        this.#hold(chunk.subarray(from, end), time, out);
        this.#flush('F', time, out);
      }
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from), time, out);
    return Buffer.concat(out);
  }

  /** The last line when the stream ended without a newline; kubelets show it without one too. */
  end(time: string): Buffer {
    const out: Buffer[] = [];
    if (this.#restBytes > 0) this.#flush('P', time, out);
    return Buffer.concat(out);
  }

  #hold(part: Buffer, time: string, out: Buffer[]): void {
    let left = part;
    while (this.#restBytes + left.length > maxEntryBytes) {
      const room = maxEntryBytes - this.#restBytes;
      this.#keep(left.subarray(0, room));
      this.#flush('P', time, out);
      left = left.subarray(room);
    }
    this.#keep(left);
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#rest.push(part);
    this.#restBytes += part.length;
  }

  #flush(tag: 'F' | 'P', time: string, out: Buffer[]): void {
    out.push(Buffer.from(`${time} stdout ${tag} `), ...this.#rest, Buffer.of(newline));
    this.#rest = [];
    this.#restBytes = 0;
  }
}

/** One entry of a log file. */
export interface CriEntry {
  time: string;
  /** The line ends here. */
  ends: boolean;
  text: Buffer;
}

/** Reads one line of a log file, without its newline; `undefined` when it is not an entry. */
export function parseEntry(line: Buffer): CriEntry | undefined {
  const first = line.indexOf(space);
  const second = line.indexOf(space, first + 1);
  const third = line.indexOf(space, second + 1);
  if (first < 0 || second < 0 || third < 0) return undefined;
  return {
    time: line.toString('latin1', 0, first),
    ends: line[second + 1] === full,
    text: line.subarray(third + 1),
  };
}
