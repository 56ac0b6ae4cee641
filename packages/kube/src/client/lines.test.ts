import { describe, expect, test } from 'vitest';
import { LineSplitter } from './lines.ts';

const text = '{"a":"ä€😀\u2028\u2029\r"}\n\n{"b":1}\n{"cut":';
const bytes = new TextEncoder().encode(text);
const lines = ['{"a":"ä€😀\u2028\u2029\r"}', '{"b":1}'];

describe('a line splitter', () => {
  test('cuts at newlines only, wherever the chunks are cut', () => {
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const splitter = new LineSplitter(1000);
        const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(chunks.flatMap((chunk) => [...splitter.push(chunk)])).toEqual(lines);
      }
    }
  });

  test('takes bytes one by one', () => {
    const splitter = new LineSplitter(1000);
    const found: string[] = [];
    for (const byte of bytes) found.push(...splitter.push(Uint8Array.of(byte)));
    expect(found).toEqual(lines);
  });

  test('refuses a line above the limit, also before its end is there', () => {
    const splitter = new LineSplitter(10);
    expect([...splitter.push(Buffer.from('0123456789\n'))]).toEqual(['0123456789']);
    expect([...splitter.push(Buffer.from('012345'))]).toEqual([]);
    expect(() => [...splitter.push(Buffer.from('67890'))]).toThrow(/above 10 bytes/u);
  });
});
