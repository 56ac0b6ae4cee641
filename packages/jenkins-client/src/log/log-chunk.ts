import type { CallOptions } from '../connection.ts';

/** A place in a log. */
export interface LogPosition {
  /** Bytes from the start of Jenkins' file, which holds console notes, too. */
  readonly offset: number;
  /**
   * LF bytes before this place; absent when following began elsewhere than at the start. Resuming with it spares a
   * search in a log that has line ends of both kinds.
   */
  readonly lines?: number | undefined;
  /** Bytes of text between the last LF and this place. Absent is 0. */
  readonly column?: number | undefined;
  /** Bytes of text behind the offset that were given already: within a very long line, whose start the offset is. */
  readonly ahead?: number | undefined;
}

/** A piece of a log. Give it back as `from` to go on behind it. */
export interface LogChunk extends LogPosition {
  /** The bytes as they were printed, without console notes; some 64 KiB, or one longer line. */
  readonly bytes: Uint8Array;
  /** The same as text. A character that two chunks share is in the text of the second. */
  readonly text: string;
}

/** How to read a log. */
export interface LogOptions extends CallOptions {
  /**
   * Where to begin: at the start when left out, behind a chunk, at an offset, or `tail` for the last lines. A chunk is
   * better than its offset alone, with which a log with line ends of both kinds must be searched first.
   */
  readonly from?: number | LogPosition | 'tail' | undefined;
  /** Whether to go on until the build is done; `false` ends with what is there. */
  readonly follow?: boolean | undefined;
  /**
   * `keep` leaves console notes in. Where Jenkins does not tell the kinds of mixed line ends, they are LF then; with
   * `strip`, the default, all bytes are those of `consoleText`.
   */
  readonly notes?: 'strip' | 'keep' | undefined;
  /** The longest pause between two requests, in milliseconds; 1000 when left out. While text flows they are shorter. */
  readonly intervalMs?: number | undefined;
}
