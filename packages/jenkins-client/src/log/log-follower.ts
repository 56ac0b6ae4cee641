import type { CallOptions, Clock } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { concat, withoutNotes } from './console-notes.ts';
import { exactPosition, exactText, type ExactPosition, type ExactText } from './exact-text.ts';
import { countLineEnds, knownText, withoutAddedCr, type HeldText, type KnownText } from './line-ends.ts';
import type { LogOptions, LogPosition } from './log-chunk.ts';
import { characterStart, logSegments } from './log-segments.ts';
import type { LogSource } from './log-source.ts';

/** An answer up to this size is held in memory; a larger one is read again, as a stream. */
const heldBytes = 4 * 1024 * 1024;
/** `from: 'tail'` begins this far before the end. */
const tailBytes = 16 * 1024;
/** While more than this waits to be read there is no pause. */
const behindBytes = 64 * 1024;

/** How often a log is asked again before its line ends are guessed. */
const patience = 10;

/** Bytes of the log, and the place behind them. */
export interface LogPiece extends LogPosition {
  readonly bytes: Uint8Array;
}

/** An answer that is held: all of it, or its start. */
interface Held extends HeldText {
  readonly whole: boolean;
}

/** One following of a log: where it is, and what comes next. */
export class LogFollower {
  /** Whether all bytes so far are certainly those that were printed. */
  lossless = true;
  readonly #source: LogSource;
  readonly #deadline: Deadline;
  readonly #clock: Clock;
  readonly #options: LogOptions;
  #offset = 0;
  #lines: number | undefined = 0;
  #column = 0;
  /** Bytes of text behind the place that were given already, with the start of a very long line. */
  #ahead = 0;

  constructor(source: LogSource, deadline: Deadline, clock: Clock, options: LogOptions) {
    this.#source = source;
    this.#deadline = deadline;
    this.#clock = clock;
    this.#options = options;
  }

  /** The log from where the options say, until the build is done or, without `follow`, to what there is. */
  async *pieces(): AsyncGenerator<LogPiece, void, undefined> {
    const interval = this.#options.intervalMs ?? 1000;
    const pace = new Pace(Math.min(100, interval), interval);
    await this.#through(() => this.#begin());
    let stuck = 0;
    for (;;) {
      const before = this.#place;
      const { held, known } = await this.#through(() => this.#ask());
      const settled = known && (known.certain || !this.#canBeExact) ? known : undefined;
      let last = settled?.last ?? false;
      const began = this.#clock.now();
      if (settled) yield* this.#known(settled);
      else if (this.#canBeExact) last = yield* this.#exact();
      if (last) return;
      // Reading the whole log for what is new: the longer that takes, the more seldom it is done.
      const restMs = settled ? 0 : 4 * (this.#clock.now() - began);
      const waits = !settled && this.#place === before && (held.body.includes(0x0a) || !held.whole);
      // A log that grows too fast to be measured rests at some time; a larger one than is held is not asked in vain.
      if (waits && ++stuck >= (held.whole || this.#canBeExact ? patience : 1))
        yield* this.#known(assumed(held));
      if (this.#place > before) {
        stuck = 0;
        pace.reset();
        if (!held.whole || held.size - this.#offset > behindBytes) continue;
      } else if (!waits && this.#options.follow === false) return;
      if (this.#options.follow !== false || waits) await this.#deadline.sleep(Math.max(restMs, pace.next()));
    }
  }

  /** Moves on whenever something is given. */
  get #place(): number {
    return this.#offset + this.#ahead;
  }

  /** Whether bytes that are uncertain can be had from the plain text, which has no notes. */
  get #canBeExact(): boolean {
    return this.#source.hasPlain && this.#options.notes !== 'keep';
  }

  #through<T>(ask: () => Promise<T>): Promise<T> {
    return throughOutages(this.#clock, this.#deadline, ask);
  }

  /** A body may take longer than a request should, so it is bounded by the deadline of the whole alone. */
  readonly #call = (): CallOptions => this.#deadline.left();

  async #begin(): Promise<void> {
    const { from = 0 } = this.#options;
    if (from === 'tail') {
      const start = Math.max(0, (await this.#source.size(0, this.#call())) - tailBytes);
      this.#offset = start === 0 ? 0 : start + startOfLine((await this.#hold(start)).body);
    } else {
      this.#offset = typeof from === 'number' ? from : from.offset;
    }
    if (this.#offset > 0) this.#lines = undefined;
    if (typeof from === 'object')
      ({ lines: this.#lines, column: this.#column = 0, ahead: this.#ahead = 0 } = from);
  }

  async #ask(): Promise<{ held: Held; known: KnownText | undefined }> {
    const held = await this.#hold(this.#offset);
    if (!held.whole) return { held, known: undefined };
    const again = async (): Promise<HeldText | undefined> => {
      const later = await this.#hold(this.#offset);
      return later.whole ? later : undefined;
    };
    return { held, known: await knownText(held, this.#source, again, this.#call) };
  }

  async #hold(start: number): Promise<Held> {
    const { size, more, body } = await this.#source.text(start, this.#call());
    const pieces: Uint8Array[] = [];
    let length = 0;
    try {
      for (let piece = await body.next(); piece; piece = await body.next()) {
        pieces.push(piece);
        length += piece.length;
        if (length > heldBytes) return { start, size, more, body: concat(pieces), whole: false };
      }
    } finally {
      await body.close();
    }
    const read = concat(pieces);
    // Some versions cut a running log in the midst of a line, even of a note.
    return { start, size, more, body: more ? read.subarray(0, behindLastEnd(read)) : read, whole: true };
  }

  *#known({ file, end, certain }: KnownText): Generator<LogPiece, void, undefined> {
    this.lossless &&= certain;
    const behind = end - this.#offset - file.length;
    for (const segment of logSegments(file)) {
      const text = this.#options.notes === 'keep' ? segment : withoutNotes(segment);
      const fresh = text.subarray(Math.min(this.#ahead, text.length));
      this.#ahead -= text.length - fresh.length;
      this.#offset += segment.length;
      this.#count(text);
      yield this.#piece(fresh);
    }
    this.#ahead = 0;
    if (behind === 0) return;
    // The line ends were not told apart, so the bytes before the end are not counted right; the end is.
    this.#offset += behind;
    this.#lines = undefined;
    yield this.#piece(new Uint8Array(0));
  }

  async *#exact(): AsyncGenerator<LogPiece, boolean, undefined> {
    let reading: ReturnType<typeof exactText> | undefined;
    const next = async (): Promise<IteratorResult<ExactText, boolean>> => {
      try {
        if (!reading) {
          const position = await this.#exactPosition();
          if (!position) return { done: true, value: false };
          reading = exactText(this.#source, position, this.#call);
        }
        return await reading.next();
      } catch (error) {
        // When the server is back, it begins at the place that was reached.
        reading = undefined;
        throw error;
      }
    };
    try {
      for (;;) {
        const { done, value } = await this.#through(next);
        if (done) return value;
        const { position, certain } = value;
        this.lossless &&= certain;
        ({ offset: this.#offset, lines: this.#lines, column: this.#column, ahead: this.#ahead } = position);
        yield this.#piece(value.bytes);
      }
    } finally {
      await reading?.return(false);
    }
  }

  async #exactPosition(): Promise<ExactPosition | undefined> {
    if (this.#lines === undefined) return exactPosition(this.#source, this.#offset, this.#call);
    return { offset: this.#offset, lines: this.#lines, column: this.#column, ahead: this.#ahead };
  }

  #count(text: Uint8Array): void {
    let line = 0;
    for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, line)) {
      line = at + 1;
      if (this.#lines !== undefined) this.#lines++;
    }
    this.#column = text.length - line + (line === 0 ? this.#column : 0);
  }

  #piece(bytes: Uint8Array): LogPiece {
    const column = this.#column > 0 ? { column: this.#column } : {};
    const ahead = this.#ahead > 0 ? { ahead: this.#ahead } : {};
    return { bytes, offset: this.#offset, lines: this.#lines, ...column, ...ahead };
  }
}

/** The place behind the last CR or LF. */
function behindLastEnd(body: Uint8Array): number {
  return Math.max(body.lastIndexOf(0x0d), body.lastIndexOf(0x0a)) + 1;
}

/** What is held as if all its doubtful line ends were LF: whole lines, or a piece of a line that does not end. */
function assumed({ start, body, whole, more }: Held): KnownText {
  const line = body.lastIndexOf(0x0a) + 1;
  const part = body.subarray(0, line > 0 && !(whole && !more) ? line : characterStart(body, body.length));
  const { doubtful, replaced } = countLineEnds(part);
  const file = withoutAddedCr(part, doubtful);
  return { file, end: start + file.length, certain: doubtful === 0 && !replaced, last: false };
}

/**
 * How many bytes of the file are before the first whole line of an answer that begins anywhere. A wrong guess at the
 * kind of line end shows as an empty line at most; Jenkins makes U+FFFD of each byte of a character that is cut.
 */
function startOfLine(body: Uint8Array): number {
  let cut = 0;
  while (cut < 3 && body[cut * 3] === 0xef && body[cut * 3 + 1] === 0xbf && body[cut * 3 + 2] === 0xbd) cut++;
  const line = body.indexOf(0x0a) + 1;
  return line === 0 ? 0 : line - 2 * cut - countLineEnds(body.subarray(0, line)).doubtful;
}
