import { concat, noteEnd } from './console-notes.ts';

const escape = 0x1b;
const CR = 0x0d;
const LF = 0x0a;

/** What a line of `progressiveText` tells of the line of the file that it stands for. */
export interface MeasuredLine {
  /** Bytes of console notes in it. */
  readonly notes: number;
  /** Bytes of text in it, as they were answered. */
  readonly text: number;
  /** Whether it may hold U+FFFD, which may stand for fewer bytes. */
  readonly replaced: boolean;
  /** Whether a CR is in it elsewhere than in its end. */
  readonly returns: boolean;
  /** Whether its end is behind a note or begins an answer: the text may have a CR before, and an LF is CR LF all the same. */
  readonly joined: boolean;
}

/** Measures the lines of a body of `progressiveText` that arrives in pieces. */
export class NoteCounter {
  /** The lines that are complete and not yet taken away by the caller. */
  readonly lines: MeasuredLine[] = [];
  /** The line that has not ended yet: bytes of notes, all bytes, and whether U+FFFD may be among them. */
  readonly open = { notes: 0, bytes: 0, replaced: false };
  #returns = 0;
  #joint = -1;
  #rest: Uint8Array | undefined;

  /** Tells that the next piece is the start of another answer, which goes on where this one ended. */
  nextAnswer(): void {
    this.#joint = this.open.bytes;
  }

  /** Takes the next piece. */
  add(piece: Uint8Array): void {
    const bytes = this.#rest ? concat([this.#rest, piece]) : piece;
    // What waits for the rest of its note was counted before.
    let counted = this.#rest?.length ?? 0;
    this.#rest = undefined;
    let note = bytes.indexOf(escape);
    while (counted < bytes.length) {
      const end = bytes.indexOf(LF, counted) + 1;
      const line = bytes.subarray(counted, end > 0 ? end : bytes.length);
      counted += line.length;
      while (note >= 0 && note < counted) {
        const behind = noteEnd(bytes, note);
        if (behind === undefined) {
          this.#rest = bytes.slice(note);
          break;
        }
        if (behind > 0) {
          this.open.notes += behind - note;
          this.#joint = this.open.bytes + line.length - (counted - behind);
        }
        note = bytes.indexOf(escape, behind > 0 ? behind : note + 1);
      }
      this.#count(line);
      if (end > 0) this.#endLine();
    }
  }

  #count(line: Uint8Array): void {
    this.open.bytes += line.length;
    this.open.replaced ||= mayBeReplaced(line);
    for (let at = line.indexOf(CR); at >= 0; at = line.indexOf(CR, at + 1)) this.#returns++;
  }

  #endLine(): void {
    const { notes, bytes, replaced } = this.open;
    const joined = bytes - this.#joint === 2;
    this.lines.push({ notes, text: bytes - notes, replaced, returns: this.#returns > 1, joined });
    Object.assign(this.open, { notes: 0, bytes: 0, replaced: false });
    this.#returns = 0;
    this.#joint = -1;
  }
}

/** Whether there is a U+FFFD, EF BF BD, or what may be the start of one. */
function mayBeReplaced(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
    if ((bytes[at + 1] ?? 0xbf) === 0xbf && (bytes[at + 2] ?? 0xbd) === 0xbd) return true;
  }
  return false;
}
