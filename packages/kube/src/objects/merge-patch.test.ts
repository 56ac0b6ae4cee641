import { expect, test } from 'vitest';
import { mergePatchOf } from './merge-patch.ts';

test('says what differs and nothing else', () => {
  expect(mergePatchOf({ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 4 } })).toEqual({ b: { c: 4, d: null } });
  expect(mergePatchOf({ list: [1, 2] }, { list: [2] })).toEqual({ list: [2] });
  expect(mergePatchOf({ a: 1 }, { a: 1, b: undefined })).toBeUndefined();
  expect(mergePatchOf(undefined, { a: 1 })).toEqual({ a: 1 });
});

test('takes names of JavaScript object parts as ordinary names', () => {
  expect(mergePatchOf({ toString: 'a' }, {})).toEqual({ toString: null });
  expect(mergePatchOf({}, { constructor: 'a' })).toEqual({ constructor: 'a' });
});
