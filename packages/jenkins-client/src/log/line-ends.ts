import type { LogSource } from './log-source.ts';
import type { CallOptions } from '../connection.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Of an unfinished log Jenkins answers at most this many lines at once (LargeText in Stapler). */
const linesAtOnce = 10_000;

/** What a body of `progressiveText` tells of the bytes that it stands for. */
export interface LineEnds {
  /** CR LF that may be an LF as well: all but those behind another CR, to which Jenkins adds none. */
  readonly doubtful: number;
  /** LF bytes. */
  readonly lines: number;
  /** The least number of line ends that Jenkins counted: each CR and each LF of the file is one. */
  readonly counted: number;
  /** Whether it holds U+FFFD, which may stand for bytes that are no UTF-8, of another length. */
  readonly replaced: boolean;
}

/** Counts the line ends of a body of `progressiveText`. */
export function countLineEnds(body: Uint8Array): LineEnds {
  let doubtful = 0;
  let lines = 0;
  let carriageReturns = 0;
  let replaced = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === LF) {
      lines++;
      if (body[at - 1] === CR && body[at - 2] !== CR) doubtful++;
    } else if (byte === CR) carriageReturns++;
    else if (byte === 0xef && body[at + 1] === 0xbf && body[at + 2] === 0xbd) replaced = true;
  }
  return { doubtful, lines, counted: carriageReturns - doubtful + lines, replaced };
}

/** The part of a body with so many LF, from its start; all of it when there are fewer, or for Infinity. */
function firstLines(body: Uint8Array, lines: number): Uint8Array {
  if (lines === Infinity) return body;
  let end = 0;
  for (let left = lines; left > 0; left--) {
    const at = body.indexOf(LF, end);
    if (at < 0) return body;
    end = at + 1;
  }
  return body.subarray(0, end);
}

/** The bytes of the file that a body stands for, when its doubtful line ends are all LF. */
export function withoutAddedCr(body: Uint8Array, doubtful: number): Uint8Array {
  if (doubtful === 0) return body;
  const file = new Uint8Array(body.length - doubtful);
  let to = 0;
  for (let at = 0; at < body.length; at++) {
    if (body[at] === CR && body[at + 1] === LF && body[at - 1] !== CR) continue;
    file[to++] = body[at]!;
  }
  return file;
}

/** A part of the file, as far as it is certain. */
export interface KnownText {
  /** The bytes of the file; with LF in place of line ends that are not `certain`. */
  readonly file: Uint8Array;
  /** The offset behind it. */
  readonly end: number;
  /** Whether the bytes are those of the file. */
  readonly certain: boolean;
  /** Whether the log ends here. */
  readonly last: boolean;
}

/** A body of `progressiveText` that was read whole. */
export interface HeldText {
  readonly start: number;
  readonly size: number;
  readonly more: boolean;
  readonly body: Uint8Array;
}

/**
 * Finds what a body of `progressiveText` stands for. Jenkins makes CR LF of each LF and leaves a CR LF as it is, so a
 * CR LF is one byte or two; but the number of bytes tells which, when all are of one kind:
 *
 * - a finished log is answered to its end, which the size header tells;
 * - a running log that has nothing behind the answer (the size is its end), or whose answer has exactly as many line
 *   ends as Jenkins sends at once, has no CR LF;
 * - else `progressiveHtml` tells where a number of lines ends. It is asked, and the same lines are taken.
 *
 * `again` reads the text anew, as the log grows between two requests. Undefined when it grows too fast.
 */
export async function knownText(
  held: HeldText,
  source: LogSource,
  again: () => Promise<HeldText | undefined>,
  call: () => CallOptions,
): Promise<KnownText | undefined> {
  let text: HeldText | undefined = held;
  const { start, size } = held;
  if (held.more) {
    const { part, ends, shortest } = measured(held, Infinity);
    const clear = ends.doubtful === 0 || ends.counted === linesAtOnce;
    // The size is taken before the text is read: it is believed when it is still the same after that.
    const nothingBehind = async (): Promise<boolean> =>
      shortest === size && (await source.size(shortest, call())) === shortest;
    if (!ends.replaced && (clear || (await nothingBehind()))) {
      return settled(part, ends, start, shortest, false);
    }
  }
  for (let tries = 0; text.more && tries < 3; tries++) {
    const { end, lines } = await source.lines(start, call());
    const early = measured(text, lines);
    if (early.ends.lines === lines && early.shortest === end && !early.ends.replaced) {
      return settled(early.part, early.ends, start, end, false);
    }
    text = await again();
    if (!text) return undefined;
    // Some versions count a piece that ends with CR alone behind the last line, and do not answer it: only without
    // anything behind the lines is their end certain, or when no byte is left for such a piece.
    const late = measured(text, lines);
    const whole = late.part.length === text.body.length || (late.shortest === end && !late.ends.replaced);
    if (late.ends.lines === lines && whole) return settled(late.part, late.ends, start, end, false);
  }
  return text.more ? undefined : settled(text.body, countLineEnds(text.body), start, text.size, true);
}

/** The first lines of a text, and where they end at the earliest: when all doubtful line ends are LF. */
function measured(text: HeldText, lines: number): { part: Uint8Array; ends: LineEnds; shortest: number } {
  const part = firstLines(text.body, lines);
  const ends = countLineEnds(part);
  return { part, ends, shortest: text.start + part.length - ends.doubtful };
}

/** The bytes of a body that ends at an offset, which tells how many of the doubtful line ends have a CR of their own. */
function settled(
  body: Uint8Array,
  { doubtful, replaced }: LineEnds,
  start: number,
  end: number,
  last: boolean,
): KnownText {
  const native = end - start - (body.length - doubtful);
  if (!replaced && native === doubtful) return { file: body, end, certain: true, last };
  return { file: withoutAddedCr(body, doubtful), end, certain: !replaced && native === 0, last };
}
