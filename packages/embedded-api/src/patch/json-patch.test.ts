import { describe, expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { applyJsonPatch } from './json-patch.ts';

const failure = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('the patch was expected to fail');
};

describe('JSON patch', () => {
  // Appendix A of RFC 6902, with the results it gives.
  test.each([
    ['A.1', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    [
      'A.2',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['A.3', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    ['A.5', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      'A.6',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      'A.8',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10',
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.11',
      { foo: 'bar' },
      [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
      { foo: 'bar', baz: 'qux' },
    ],
    ['A.14', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    [
      'A.16',
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
    [
      'copy',
      { a: { b: [1] } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'add', path: '/c/b/-', value: 2 },
      ],
      { a: { b: [1] }, c: { b: [1, 2] } },
    ],
    ['from the end', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/-1' }], { a: [1, 2] }],
    ['null value', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    ['test of an absent key for null', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
  ])('%s', (_name, document, patch, expected) => {
    const before = structuredClone(document);
    expect(applyJsonPatch<unknown>(document, patch)).toEqual(expected);
    expect(document).toEqual(before);
  });

  test.each([
    [[{ op: 'test', path: '/baz', value: 'bar' }], 'testing value /baz failed: test failed'],
    [[{ op: 'test', path: '/n', value: '1' }], 'testing value /n failed: test failed'],
    [
      [{ op: 'add', path: '/x/y', value: 1 }],
      'add operation does not apply: doc is missing path: "/x/y": missing value',
    ],
    [[{ op: 'remove', path: '/nope' }], 'Unable to remove nonexistent key: nope: missing value'],
    [
      [{ op: 'replace', path: '/nope', value: 1 }],
      'replace operation does not apply: doc is missing key: /nope: missing value',
    ],
    [
      [{ op: 'add', path: '/list/5', value: 1 }],
      'Unable to access invalid index: 5: invalid index referenced',
    ],
    [[{ op: 'add', path: '/list/1e0', value: 1 }], "value was not a proper array index: '1e0'"],
    [[{ op: 'remove', path: '/list/-' }], "value was not a proper array index: '-'"],
    [[{ op: 'paint', path: '/baz' }], 'Unexpected kind: paint'],
    [[{ op: 'add', value: 1 }], 'add operation failed to decode path: missing value'],
    [
      [{ op: 'add', path: 'baz', value: 1 }],
      'add operation does not apply: doc is missing path: "baz": missing value',
    ],
    [
      [{ op: 'move', from: '/deep', path: '/deep/inner' }],
      'move operation does not apply: doc is missing path: "/deep/inner": missing value',
    ],
    [
      [{ op: 'remove', path: '/constructor' }],
      'Unable to remove nonexistent key: constructor: missing value',
    ],
  ])('%j is refused, and nothing of it stays', (patch, detail) => {
    const document = { baz: 'qux', n: 1, list: [1], deep: { a: 1 } };
    const { status } = failure(() =>
      applyJsonPatch(document, [{ op: 'add', path: '/first', value: 1 }, ...patch]),
    );
    expect(status).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: { causes: [{ message: detail }] },
    });
    expect(status.message).toBe('the server rejected our request due to an error in our request');
    expect(document).toEqual({ baz: 'qux', n: 1, list: [1], deep: { a: 1 } });
  });

  test('more than 10,000 operations are too many', () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(failure(() => applyJsonPatch({ a: 1 }, patch)).status).toMatchObject({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    });
    expect(applyJsonPatch({ a: 1 }, patch.slice(1))).toEqual({ a: 1 });
  });

  test('copies that double the document again and again are stopped', () => {
    const patch = Array.from({ length: 40 }, (_, index) => ({
      op: 'copy',
      from: '/a',
      path: `/a/k${index}`,
    }));
    expect(
      failure(() => applyJsonPatch({ a: { text: 'x'.repeat(100) } }, patch)).status.details?.causes,
    ).toEqual([
      { message: expect.stringMatching(/^Unable to complete the copy, .* exceeding the limit 3145728$/) },
    ]);
  });

  test.each([[{}], ['x'], [null], [[1]], [[null]]])('%j is no JSON patch', (patch) => {
    expect(failure(() => applyJsonPatch({}, patch)).status.code).toBe(400);
  });

  test('__proto__ is data', () => {
    const patched = applyJsonPatch<object>({ data: {} }, [
      { op: 'add', path: '/data/__proto__', value: { a: 1 } },
    ]);
    expect(JSON.stringify(patched)).toBe('{"data":{"__proto__":{"a":1}}}');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});
