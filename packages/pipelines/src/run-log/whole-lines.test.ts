import { expect, test } from 'vitest';
import { WholeLines } from './whole-lines.ts';

/** The lines of a text that arrives in pieces of a size. */
function cut(bytes: Uint8Array, size: number): Buffer[] {
  const lines = new WholeLines();
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = new Uint8Array(bytes.subarray(at, at + size));
    found.push(...lines.push(chunk));
    // Whoever gives a chunk may use its memory again.
    chunk.fill(0);
  }
  return [...found, ...lines.end()];
}

test('lines are whole and unchanged, however they arrive', () => {
  const lines = ['one\r', '', 'h\xc3\xa4user\xe2\x80\xa8\xff\xc3', 'last'].map((line) =>
    Buffer.from(line, 'latin1'),
  );
  const bytes = Buffer.from(lines.map((line) => line.toString('latin1')).join('\n'), 'latin1');
  for (let size = 1; size <= bytes.length; size++) expect(cut(bytes, size)).toEqual(lines);
});

test('what ends with a newline has no empty line behind it', () => {
  expect(cut(Buffer.from('a\n'), 1)).toEqual([Buffer.from('a')]);
});

test('a line without end is given in pieces', () => {
  const mebibyte = 1024 * 1024;
  const bytes = Buffer.alloc(2.5 * mebibyte, 'x');
  expect(cut(bytes, 100_000).map(({ length }) => length)).toEqual([mebibyte, mebibyte, mebibyte / 2]);
  expect(cut(bytes, bytes.length).map(({ length }) => length)).toEqual([mebibyte, mebibyte, mebibyte / 2]);
});
