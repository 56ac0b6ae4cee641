const LF = 0x0a;
const escape = 0x1b;

/** The most bytes in one chunk, unless a longer line holds notes. */
const segmentBytes = 64 * 1024;

/**
 * Cuts bytes of a log into pieces of at most 64 KiB: behind a line end, or, in a longer line, between two characters.
 * A long line with escapes stays whole, as one may begin a console note.
 */
export function* logSegments(file: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < file.length;) {
    const end = segmentEnd(file, from);
    yield file.subarray(from, end);
    from = end;
  }
}

function segmentEnd(file: Uint8Array, from: number): number {
  const limit = from + segmentBytes;
  if (limit >= file.length) return file.length;
  const line = file.lastIndexOf(LF, limit - 1);
  if (line >= from) return line + 1;
  const next = file.indexOf(LF, limit);
  const end = next < 0 ? file.length : next + 1;
  return file.subarray(from, end).includes(escape) ? end : characterStart(file, limit);
}

/** The last place at or before `at` where no UTF-8 character is cut in two; `at` itself among bytes that are none. */
export function characterStart(bytes: Uint8Array, at: number): number {
  for (let start = at; start > at - 4 && start > 0; start--)
    if ((bytes[start]! & 0xc0) !== 0x80) return start;
  return at;
}
