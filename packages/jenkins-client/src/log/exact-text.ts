import type { CallOptions } from '../connection.ts';
import type { BodyReader } from './body-reader.ts';
import { concat, NoteCounter } from './console-notes.ts';
import type { LogSource } from './log-source.ts';

/** A line without an end is passed on in pieces of this many bytes. */
const pieceBytes = 64 * 1024;

/** A place in a log, known in the file and in the text. */
export interface ExactPosition {
  /** Bytes of the file, at the start of a line. */
  readonly offset: number;
  /** Bytes of text at the start of that line. */
  readonly textOffset: number;
  /** Bytes of text behind it that were passed on already: the start of a very long line. */
  readonly ahead: number;
}

/** A part of the text, as it was printed. */
export interface ExactText {
  readonly bytes: Uint8Array;
  /** The place behind it. */
  readonly position: ExactPosition;
}

/**
 * Reads a log whose line ends cannot be told from `progressiveText` alone, byte for byte: the text comes from
 * `consoleText`, which is always answered from the start and has no offsets, and the offsets from the same lines of
 * `progressiveText`, which tells the lengths of the notes. Returns whether the log is finished. It costs a reading of
 * the whole log, so it is the last resort; the memory it needs does not grow. At most `mostLines` are given at once.
 */
export async function* exactText(
  source: LogSource,
  from: ExactPosition,
  call: () => CallOptions,
  mostLines = Infinity,
): AsyncGenerator<ExactText, boolean, undefined> {
  // Asked for first, so that the text has at least the lines of this answer.
  let answer = await source.text(from.offset, call());
  let plain: PlainLines | undefined;
  try {
    plain = new PlainLines(await source.plain(call()));
    await plain.skip(from.textOffset + from.ahead);
    let { offset, textOffset, ahead } = from;
    // Whether the text is at least as long as the answer: it is asked for once, and after the first answer.
    let whole = true;
    const notes = new NoteCounter();
    for (;;) {
      const before = offset + notes.openBytes;
      for (let part; (part = await nextLines(answer.body, notes, plain, mostLines));) {
        // Lines that came after the text was asked for are left to the next reading.
        if (part.bytes.length === 0) return false;
        ahead += part.bytes.length;
        if (part.lines > 0) {
          textOffset += ahead;
          offset += ahead + notes.lines.splice(0, part.lines).reduce((sum, length) => sum + length, 0);
          ahead = 0;
        }
        yield { bytes: part.bytes, position: { offset, textOffset, ahead } };
      }
      if (!answer.more && whole) break;
      // A line may be longer than an answer, which ends at a CR, too.
      const read = offset + notes.openBytes;
      if (!(read > before)) return false;
      whole = false;
      await answer.body.close();
      answer = await source.text(read, call());
    }
    // What is left is a line without an end; the size counts its notes, too.
    const end = { offset: answer.size, textOffset: textOffset + ahead, ahead: 0 };
    for (let rest = (await plain.take(0)).bytes; ;) {
      const next = (await plain.take(0)).bytes;
      ahead += rest.length;
      end.textOffset += rest.length;
      yield { bytes: rest, position: next.length === 0 ? end : { offset, textOffset, ahead } };
      if (next.length === 0) break;
      rest = next;
    }
    return true;
  } finally {
    await Promise.all([answer.body.close(), plain?.close()]);
  }
}

/** The exact place of an offset that is at the start of a line: the log is read up to it. */
export async function exactPosition(
  source: LogSource,
  offset: number,
  call: () => CallOptions,
): Promise<ExactPosition> {
  let found: ExactPosition = { offset: 0, textOffset: 0, ahead: 0 };
  if (offset === 0) return found;
  for await (const { position } of exactText(source, found, call, 1)) {
    if (position.offset > offset) break;
    found = position;
  }
  return { ...found, ahead: await textLength(source, found.offset, offset - found.offset, call) };
}

/** How many of the bytes from the start of a line are text. */
async function textLength(
  source: LogSource,
  start: number,
  count: number,
  call: () => CallOptions,
): Promise<number> {
  if (count === 0) return 0;
  const { body } = await source.text(start, call());
  const notes = new NoteCounter();
  try {
    for (let left = count; left > 0;) {
      const bytes = await body.next();
      if (!bytes) break;
      notes.add(bytes.subarray(0, left));
      left -= bytes.length;
    }
  } finally {
    await body.close();
  }
  return count - notes.openNotes;
}

/** The text of the next lines of an answer; undefined when it has no more, no bytes when the text has fewer. */
async function nextLines(
  body: BodyReader,
  notes: NoteCounter,
  plain: PlainLines,
  most: number,
): Promise<{ bytes: Uint8Array; lines: number } | undefined> {
  while (notes.lines.length === 0) {
    const bytes = await body.next();
    if (!bytes) return undefined;
    notes.add(bytes);
  }
  return plain.take(Math.min(most, notes.lines.length));
}

/** The text by lines. */
class PlainLines {
  readonly #body: BodyReader;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(body: BodyReader) {
    this.#body = body;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      const bytes = await this.#body.next();
      if (!bytes) return;
      this.#bytes = bytes.subarray(left);
      left -= bytes.length;
    }
  }

  /**
   * The next lines, at least one and at most `most`; without a line end when that is far; nothing at the end. With a
   * `most` of 0, whatever there is.
   */
  async take(most: number): Promise<{ bytes: Uint8Array; lines: number }> {
    for (;;) {
      let end = 0;
      let lines = 0;
      for (let at = this.#bytes.indexOf(0x0a); at >= 0 && lines < most; at = this.#bytes.indexOf(0x0a, end)) {
        end = at + 1;
        lines++;
      }
      if (lines > 0) return { bytes: this.#cut(end), lines };
      if (this.#bytes.length >= pieceBytes) return { bytes: this.#cut(this.#bytes.length), lines };
      const more = await this.#body.next();
      if (!more) return { bytes: most === 0 ? this.#cut(this.#bytes.length) : this.#cut(0), lines };
      this.#bytes = this.#bytes.length === 0 ? more : concat([this.#bytes, more]);
    }
  }

  close(): Promise<void> {
    return this.#body.close();
  }

  #cut(end: number): Uint8Array {
    const bytes = this.#bytes.subarray(0, end);
    this.#bytes = this.#bytes.subarray(end);
    return bytes;
  }
}
