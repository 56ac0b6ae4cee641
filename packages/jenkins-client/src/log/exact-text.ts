import type { CallOptions } from '../connection.ts';
import { concat, withoutNotes } from './console-notes.ts';
import type { LogSource } from './log-source.ts';
import { NoteCounter, type MeasuredLine } from './note-counter.ts';
import { PlainLines } from './plain-lines.ts';

const CR = 0x0d;
const LF = 0x0a;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** About so many bytes are passed on at once. */
const partBytes = 64 * 1024;

/** A place in a log, known in the file and in the text. */
export interface ExactPosition {
  /** Bytes of the file. */
  readonly offset: number;
  /** LF bytes before it. */
  readonly lines: number;
  /** Bytes of text between the last of these and the offset. */
  readonly column: number;
  /** Bytes of text behind the offset that were passed on already: the start of a very long line. */
  readonly ahead: number;
}

/** A part of the text, as it was printed. */
export interface ExactText {
  readonly bytes: Uint8Array;
  /** The place behind it. */
  readonly position: ExactPosition;
  /** Whether the bytes are those of the file. */
  readonly certain: boolean;
}

/**
 * Reads a log whose line ends cannot be told from `progressiveText` alone, byte for byte: the text comes from
 * `consoleText`, which is always answered from the start and has no offsets, and the offsets from the same lines of
 * `progressiveText`, which tells the lengths of the notes. Returns whether the log is finished. It costs a reading of
 * the whole log, so it is the last resort; the memory it needs does not grow. About `most` bytes are given at once.
 *
 * `consoleText` of a running build has holes: Jenkins makes it of pieces of 10,000 line ends, each CR and each LF being
 * one, and what follows the last LF of a piece that ends with a CR is left out (WorkflowRun.writeLogTo with
 * PlainTextConsoleOutputStream, which forgets a line without an LF). So each line is measured against the answer, and
 * one with a hole is taken from the answer: what the text has of it still tells its line end.
 */
export async function* exactText(
  source: LogSource,
  from: ExactPosition,
  call: () => CallOptions,
  most = partBytes,
): AsyncGenerator<ExactText, boolean, undefined> {
  // Asked for first, so that the text has at least the lines of this answer; all of them, when the log is finished.
  let answer = await source.text(from.offset, call());
  const complete = !answer.more;
  let plain: PlainLines | undefined;
  try {
    plain = new PlainLines(await source.plain(call()));
    let { offset, lines, column, ahead } = from;
    await plain.skip(lines);
    const notes = new NoteCounter();
    let ready: Uint8Array[] = [];
    let size = 0;
    const part = (): ExactText => {
      const bytes = ready.length === 0 ? new Uint8Array(0) : concat(ready);
      ready = [];
      size = 0;
      return { bytes, position: { offset, lines, column, ahead }, certain: true };
    };
    /** What of a piece is new, when so many bytes of its line came before. */
    const fresh = (bytes: Uint8Array, before: number): Uint8Array =>
      bytes.subarray(Math.min(bytes.length, Math.max(0, column + ahead - before)));
    for (;;) {
      const before = offset + notes.open.bytes;
      for (let piece = await answer.body.next(); piece; piece = await answer.body.next()) {
        notes.add(piece);
        for (const measured of notes.lines.splice(0)) {
          let passed = 0;
          for (let ended = false; !ended;) {
            let bytes = await plain.line(complete || !measured.returns);
            ended = bytes?.at(-1) === LF;
            if (bytes && ended && passed === 0 && !complete && !fits(bytes, measured, column)) {
              bytes = await lineWithHole(source, offset, measured, bytes, call);
              passed = bytes ? column : 0;
            }
            if (!bytes) {
              // Lines that came after the text was asked for are left to the next reading.
              if (size > 0) yield part();
              return false;
            }
            ready.push(fresh(bytes, passed));
            size += bytes.length;
            passed += bytes.length;
            if (ended) {
              offset += passed - column + measured.notes;
              lines++;
              column = ahead = 0;
            } else {
              ahead = Math.max(ahead, passed - column);
            }
            if (!ended || size >= most) yield part();
          }
        }
        if (size > 0) yield part();
      }
      if (complete) break;
      // A line may be longer than an answer, which ends at a CR, too.
      const read = offset + notes.open.bytes;
      if (notes.open.replaced || read <= before) return false;
      await answer.body.close();
      notes.nextAnswer();
      answer = await source.text(read, call());
    }
    // What is left is a line without an end; the size counts its notes, too.
    let passed = 0;
    let rest = await plain.rest();
    for (let next = await plain.rest(); next.length > 0; next = await plain.rest()) {
      ready.push(fresh(rest, passed));
      passed += rest.length;
      ahead = Math.max(ahead, passed - column);
      yield part();
      rest = next;
    }
    let certain = true;
    if (rest.length === 0 && notes.open.bytes > notes.open.notes) {
      // The text of a finished log may lack it, for the reason that makes the holes.
      rest = withoutNotes(await answeredLine(source, offset, call));
      passed = column;
      certain = !notes.open.replaced;
    }
    const bytes = fresh(rest, passed);
    yield {
      bytes,
      position: { offset: answer.size, lines, column: passed + rest.length, ahead: 0 },
      certain,
    };
    return true;
  } finally {
    await Promise.all([answer.body.close(), plain?.close()]);
  }
}

/** The exact place of an offset: the log is read up to it. Undefined while the text is not known so far. */
export async function exactPosition(
  source: LogSource,
  offset: number,
  call: () => CallOptions,
): Promise<ExactPosition | undefined> {
  let found: ExactPosition = { offset: 0, lines: 0, column: 0, ahead: 0 };
  if (offset === 0) return found;
  for await (const { position } of exactText(source, found, call, 1)) {
    if (position.offset > offset) break;
    found = position;
  }
  const ahead = await textLength(source, found.offset, offset - found.offset, call);
  return ahead === undefined ? undefined : { ...found, ahead };
}

/** How many of the bytes from the start of a line are text; undefined when they are not of one line. */
async function textLength(
  source: LogSource,
  start: number,
  count: number,
  call: () => CallOptions,
): Promise<number | undefined> {
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
  return notes.lines.length === 0 ? count - notes.open.notes : undefined;
}

/** Whether a line of the text is as long as the answer tells, which begins at a column of it. */
function fits(line: Uint8Array, { text, replaced, joined }: MeasuredLine, column: number): boolean {
  const missing = column + text - (replaced ? answeredLength(line) : line.length);
  // Of a line end alone the CR may be the one before it.
  if (text === 2 && column > 0) return missing === 0 || missing === 1;
  const added = line.at(-2) === CR ? 0 : 1;
  return missing === added || (joined && missing === added + 1);
}

/** How long bytes are when Jenkins answers them: what is no UTF-8 as U+FFFD, one for a lone surrogate. */
function answeredLength(line: Uint8Array): number {
  let surrogates = 0;
  for (let at = line.indexOf(0xed); at >= 0; at = line.indexOf(0xed, at + 1)) {
    if ((line[at + 1] ?? 0) >= 0xa0 && ((line[at + 1] ?? 0) & (line[at + 2] ?? 0) & 0x80) > 0) surrogates++;
  }
  return new TextEncoder().encode(decoder.decode(line)).length - 6 * surrogates;
}

/** A line, from an offset within it, of which the text has just the end; undefined when that is not certain. */
async function lineWithHole(
  source: LogSource,
  offset: number,
  { replaced }: MeasuredLine,
  end: Uint8Array,
  call: () => CallOptions,
): Promise<Uint8Array | undefined> {
  if (replaced) return undefined;
  const answered = await answeredLine(source, offset, call);
  const line = withoutNotes(answered);
  // A CR before its end may be before the offset, or before a note: then two kinds of holes look alike.
  if (line.at(-1) !== LF || line.length === 2) return undefined;
  if (line.at(-3) === CR && answered.at(-3) !== CR) return undefined;
  // A hole ends with a CR: an LF that it leaves alone was behind that.
  const added = end.length > 1 && end.at(-2) !== CR ? 1 : 0;
  const tail = end.subarray(0, -1);
  const place = line.length - 1 - added - tail.length;
  if (!tail.every((byte, at) => place + at < 0 || byte === line[place + at])) return undefined;
  return added === 0 ? line : concat([line.subarray(0, -2), line.subarray(-1)]);
}

/** The rest of a line as it is answered. */
async function answeredLine(source: LogSource, offset: number, call: () => CallOptions): Promise<Uint8Array> {
  const { body } = await source.text(offset, call());
  const pieces: Uint8Array[] = [new Uint8Array(0)];
  try {
    for (let piece = await body.next(); piece; piece = await body.next()) {
      const end = piece.indexOf(LF) + 1;
      pieces.push(end > 0 ? piece.subarray(0, end) : piece);
      if (end > 0) break;
    }
  } finally {
    await body.close();
  }
  return concat(pieces);
}
