import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import { cutText } from './cut-text.ts';
import { characters, jsonBytes, utf16Units, utf8Bytes, type Measure } from './measure.ts';

const measures: [string, Measure][] = [
  ['bytes of UTF-8', utf8Bytes],
  ['units of UTF-16', utf16Units],
  ['characters', characters],
  ['bytes of JSON', jsonBytes],
];

test('a line end in the second half of a piece is where it ends', () => {
  expect(cutText('first line\nsecond line\nthird', 24, characters)).toEqual([
    'first line\nsecond line',
    'third',
  ]);
});

test('without line ends words stay whole', () => {
  expect(cutText('many words that do not fit', 11, characters)).toEqual(['many words', 'that do not', 'fit']);
});

test('a word longer than a piece is torn between characters', () => {
  expect(cutText('abcdefghij', 4, characters)).toEqual(['abcd', 'efgh', 'ij']);
});

test('an early line end does not make a short piece', () => {
  expect(cutText('a\nbcdefghijklm', 10, characters)).toEqual(['a\nbcdefghi', 'jklm']);
});

test('a line end right behind the piece is used', () => {
  expect(cutText('abcd\nefgh', 4, characters)).toEqual(['abcd', 'efgh']);
});

test.each(measures)('no character is torn when %s count', (_, measure) => {
  const text = '😀é漢'.repeat(20);
  const pieces = cutText(text, 13, measure);
  expect(pieces.join('')).toBe(text);
  for (const piece of pieces) {
    expect(measure(piece)).toBeLessThanOrEqual(13);
    expect(piece.isWellFormed()).toBe(true);
  }
});

test('an entity stays whole', () => {
  expect(cutText('abcdef&amp;ghi', 9, characters)).toEqual(['abcdef', '&amp;ghi']);
  expect(cutText('abcdef&amp;ghi', 11, characters)).toEqual(['abcdef&amp;', 'ghi']);
});

test('an ampersand that begins no entity is a character as any other', () => {
  expect(cutText('abcdef&ghijkl', 9, characters)).toEqual(['abcdef&gh', 'ijkl']);
});

test('a backslash stays with what it escapes, two backslashes are one sign', () => {
  expect(cutText(String.raw`abc\*def`, 4, characters)).toEqual(['abc', String.raw`\*de`, 'f']);
  expect(cutText(String.raw`ab\\cdef`, 4, characters)).toEqual([String.raw`ab\\`, 'cdef']);
});

test('pieces of nothing but blanks are left out', () => {
  expect(cutText(`a${'\n'.repeat(20)}b`, 5, characters).map((piece) => piece.trim())).toEqual(['a', 'b']);
});

test('lone surrogates do not stop the cutting', () => {
  expect(cutText('\ud800'.repeat(7), 9, utf8Bytes).join('')).toBe('\ud800'.repeat(7));
});

describe('a limit that no character fits into', () => {
  test.each([0, -1, 2])('%d is refused with what to do', (limit) => {
    expect(() => cutText('漢字', limit, utf8Bytes)).toThrow(DeliveryError);
    expect(() => cutText('漢字', limit, utf8Bytes)).toThrow(/raise the limit/);
  });
});
