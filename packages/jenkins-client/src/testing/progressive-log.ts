/**
 * What a real Jenkins answers on the log of a build, as a pure function of the bytes of the log. Checked against
 * recordings of 2.516.2; the rest is read in the sources of Stapler (LargeText, LineEndNormalizingWriter) and of core
 * (AnnotatedLargeText, PlainTextConsoleOutputStream).
 */
import { isUtf8 } from 'node:buffer';
import { concat, withoutNotes } from '../log/console-notes.ts';

/** Of an unfinished log Jenkins answers no more than this many lines at once. */
const LINES_AT_ONCE = 10_000;
const CR = 0x0d;
const LF = 0x0a;

/** What is asked, and of which log. */
export interface LogQuestion {
  /** The file as it is now: notes included, lines as they were printed. */
  readonly log: Uint8Array;
  /** The byte to begin at; beyond the end Jenkins begins anew at 0. */
  readonly start: number;
  /** Whether the build is done, so that nothing more is written. */
  readonly finished: boolean;
  /** Another limit than 10,000, for tests. */
  readonly linesAtOnce?: number;
  /** `size` as before Jenkins 2.509: the end of what was answered, not of the whole file. */
  readonly exactSize?: boolean;
}

/** The answer: `X-Text-Size`, `X-More-Data` and the body. */
export interface LogAnswer {
  readonly size: number;
  readonly more: boolean;
  readonly body: Uint8Array;
}

/**
 * `logText/progressiveText`. An unfinished log is answered in whole lines, ended by CR or LF, at most 10,000 of them;
 * yet since 2.509 `size` is the length of the whole file. A lone LF becomes CR LF, notes stay, and bytes that are no
 * UTF-8 become U+FFFD.
 */
export function progressiveText(question: LogQuestion): LogAnswer {
  const { from, to } = answered(question);
  const raw = question.log.subarray(from, to);
  return {
    size: question.exactSize || (question.finished && from <= to) ? to : question.log.length,
    more: !question.finished,
    body: withCrLf(asUtf8(raw)),
  };
}

/**
 * `logText/progressiveHtml`. Its `size` is the end of what it covers. What follows the last LF of an unfinished log is
 * covered and not answered, if it ends with a CR: such text is lost (mended in Jenkins of June 2026).
 */
export function progressiveHtml(question: LogQuestion): LogAnswer {
  const { from, to } = answered(question);
  const raw = question.log.subarray(from, to);
  const lines = question.finished ? raw : raw.subarray(0, raw.lastIndexOf(LF) + 1);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(withoutNotes(lines));
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return { size: to, more: !question.finished, body: withCrLf(new TextEncoder().encode(html)) };
}

/**
 * `consoleText`: the bytes as printed, without notes. Of an unfinished build (of a pipeline) it is made of pieces of at
 * most 10,000 lines, each ended by CR or LF, and what follows the last LF of a piece is lost.
 */
export function consoleText(log: Uint8Array, finished: boolean, linesAtOnce?: number): Uint8Array {
  if (finished) return withoutNotes(log);
  const pieces: Uint8Array[] = [];
  for (let start = 0; ;) {
    const { to } = answered({ log, start, finished, ...(linesAtOnce ? { linesAtOnce } : {}) });
    if (to === start) break;
    const piece = log.subarray(start, to);
    pieces.push(withoutNotes(piece.subarray(0, piece.lastIndexOf(LF) + 1)));
    start = to;
  }
  return concat([new Uint8Array(0), ...pieces]);
}

function answered({ log, start, finished, linesAtOnce = LINES_AT_ONCE }: LogQuestion): {
  from: number;
  to: number;
} {
  const from = start > log.length ? 0 : start;
  if (finished) return { from, to: log.length };
  let to = from;
  let lines = 0;
  for (let at = from; at < log.length && lines < linesAtOnce; at++) {
    if (log[at] !== CR && log[at] !== LF) continue;
    lines++;
    to = at + 1;
  }
  return { from, to };
}

/** Decoded and encoded again, as the server does. */
function asUtf8(raw: Uint8Array): Uint8Array {
  if (isUtf8(raw)) return raw;
  return new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw));
}

function withCrLf(text: Uint8Array): Uint8Array {
  let lone = 0;
  for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) if (text[at - 1] !== CR) lone++;
  if (lone === 0) return text;
  const whole = new Uint8Array(text.length + lone);
  let to = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === LF && text[at - 1] !== CR) whole[to++] = CR;
    whole[to++] = text[at]!;
  }
  return whole;
}
