/**
 * Console notes: what Jenkins hides in a log to turn words into links, as `ESC[8mha:` base64 `ESC[0m` within one line.
 * They are in what `progressiveText` answers and not in `consoleText` (hudson.console.ConsoleNote).
 */
const preamble = [0x1b, 0x5b, 0x38, 0x6d, 0x68, 0x61, 0x3a];
const postamble = [0x1b, 0x5b, 0x30, 0x6d];
const escape = 0x1b;

/** A note is a few kilobytes; what goes on for longer is none. It bounds what is kept of an unfinished one. */
const longestNote = 1024 * 1024;

/** The index behind the note that begins at `at`; 0 when none does, undefined when the bytes end too early to tell. */
export function noteEnd(bytes: Uint8Array, at: number): number | undefined {
  for (const [index, byte] of preamble.entries()) {
    const found = bytes[at + index];
    if (found === undefined) return undefined;
    if (found !== byte) return 0;
  }
  let end = at + preamble.length;
  while (end < bytes.length && isBase64(bytes[end]!)) end++;
  if (end - at > longestNote) return 0;
  for (const byte of postamble) {
    const found = bytes[end++];
    if (found === undefined) return undefined;
    if (found !== byte) return 0;
  }
  return end;
}

/** Bytes of whole lines without their notes; the same array when there are none. */
export function withoutNotes(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 0;
  let at = bytes.indexOf(escape);
  while (at >= 0) {
    const end = noteEnd(bytes, at) ?? 0;
    if (end > 0) {
      kept.push(bytes.subarray(from, at));
      from = end;
    }
    at = bytes.indexOf(escape, end > 0 ? end : at + 1);
  }
  return from === 0 ? bytes : concat([...kept, bytes.subarray(from)]);
}

/** One array of several. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isBase64(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x2f && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x3d
  );
}
