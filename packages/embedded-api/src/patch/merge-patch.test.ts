import { expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { applyMergePatch } from './merge-patch.ts';

// The examples of RFC 7386, appendix A, as far as both sides are objects.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  // As the library of the real server has it, not RFC 7386.
  [{}, { a: [{ b: null, c: 1 }, null, [{ d: null }]] }, { a: [{ c: 1 }, null, [{}]] }],
  [{ a: { b: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
])('%j patched with %j', (document, patch, expected) => {
  const before = structuredClone(document);
  expect(applyMergePatch<unknown>(document, patch)).toEqual(expected);
  expect(document).toEqual(before);
});

test('what the patch does not touch is shared', () => {
  const document = { kept: { big: [1, 2] }, changed: { a: 1 } };
  expect(applyMergePatch<typeof document>(document, { changed: { a: 2 } }).kept).toBe(document.kept);
});

test.each([[[]], ['x'], [null], [1]])('%j is refused', (patch) => {
  expect(() => applyMergePatch({}, patch)).toThrow(StatusError);
});

test('__proto__ is data', () => {
  const patch: unknown = JSON.parse('{"data":{"__proto__":{"polluted":"yes"}}}');
  const patched = applyMergePatch<object>({ data: {} }, patch);
  expect(JSON.stringify(patched)).toBe('{"data":{"__proto__":{"polluted":"yes"}}}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
