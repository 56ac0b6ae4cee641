import { describe, expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { strategicMerge } from './strategic-merge.ts';

const text = { type: 'string' };
const schemas: Record<string, Record<string, unknown>> = {
  '#/components/schemas/Pod': {
    type: 'object',
    properties: {
      finalizers: { type: 'array', items: text, 'x-kubernetes-patch-strategy': 'merge' },
      containers: {
        type: 'array',
        items: { $ref: '#/components/schemas/Container' },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
      volumes: {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-patch-strategy': 'merge,retainKeys',
        'x-kubernetes-patch-merge-key': 'name',
      },
      strategy: {
        allOf: [{ $ref: '#/components/schemas/Strategy' }],
        'x-kubernetes-patch-strategy': 'retainKeys',
      },
      whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
      tolerations: { type: 'array', items: { type: 'object' } },
      matrix: { type: 'array', items: { type: 'array' }, 'x-kubernetes-patch-strategy': 'merge' },
    },
  },
  '#/components/schemas/Container': {
    type: 'object',
    properties: {
      env: {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
    },
  },
  '#/components/schemas/Strategy': { type: 'object', properties: { type: text } },
};
const merge = (original: object, patch: unknown): unknown =>
  strategicMerge({ $ref: '#/components/schemas/Pod' }, (reference) => schemas[reference], original, patch);

const named = (...names: string[]): object[] => names.map((name) => ({ name }));

describe('strategic merge patch', () => {
  test.each<[string, object, object, object]>([
    ['scalars and nulls', { a: 1, b: 2 }, { a: null, b: 3, c: 4 }, { b: 3, c: 4 }],
    [
      'maps merge',
      { labels: { a: '1', b: '2' } },
      { labels: { a: null, c: '3' } },
      { labels: { b: '2', c: '3' } },
    ],
    [
      'lists without a strategy are replaced',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    [
      'keyed lists merge by key',
      { containers: [{ name: 'a', image: '1', x: 1 }, { name: 'b' }] },
      { containers: [{ name: 'a', image: '2' }] },
      { containers: [{ name: 'a', image: '2', x: 1 }, { name: 'b' }] },
    ],
    // The real server puts new items first when the patch says no order.
    [
      'new items come first',
      { containers: named('a', 'b') },
      { containers: named('n') },
      { containers: named('n', 'a', 'b') },
    ],
    [
      'nested keyed lists',
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] },
      { containers: [{ name: 'a', env: [{ name: 'X', value: '2' }] }] },
      { containers: [{ name: 'a', env: [{ name: 'X', value: '2' }] }] },
    ],
    [
      '$patch: delete in a list',
      { containers: named('a', 'b') },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: named('b') },
    ],
    [
      '$patch: replace in a list',
      { containers: named('a', 'b') },
      { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      { containers: named('c') },
    ],
    [
      '$patch: replace of a map',
      { labels: { a: '1' } },
      { labels: { $patch: 'replace', b: '2' } },
      { labels: { b: '2' } },
    ],
    ['$patch: delete of a map', { labels: { a: '1' } }, { labels: { $patch: 'delete' } }, { labels: {} }],
    ['replace strategy', { whole: { a: 1 } }, { whole: { b: 2 } }, { whole: { b: 2 } }],
    [
      'primitive lists join',
      { finalizers: ['a', 'b'] },
      { finalizers: ['c', 'a'] },
      { finalizers: ['c', 'a', 'b'] },
    ],
    [
      '$deleteFromPrimitiveList',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a', 'z'] },
      { finalizers: ['b'] },
    ],
    [
      '$setElementOrder',
      { containers: named('a', 'b', 'c') },
      { '$setElementOrder/containers': named('c', 'a', 'b') },
      { containers: named('c', 'a', 'b') },
    ],
    [
      '$setElementOrder with a list',
      { containers: named('a', 'b') },
      { '$setElementOrder/containers': named('n', 'b'), containers: named('n') },
      { containers: named('n', 'a', 'b') },
    ],
    ['$setElementOrder of nothing', {}, { '$setElementOrder/containers': named('a') }, {}],
    [
      '$setElementOrder of primitives',
      { finalizers: ['a', 'b', 'c'] },
      { '$setElementOrder/finalizers': ['c', 'b'] },
      { finalizers: ['a', 'c', 'b'] },
    ],
    [
      '$retainKeys',
      { strategy: { type: 'A', rolling: {} } },
      { strategy: { $retainKeys: ['type'], type: 'B' } },
      { strategy: { type: 'B' } },
    ],
    [
      '$retainKeys in an item',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ $retainKeys: ['name', 'secret'], name: 'v', secret: {} }] },
      { volumes: [{ name: 'v', secret: {} }] },
    ],
    [
      'directives and nulls where nothing was',
      {},
      {
        containers: [{ name: 'a', gone: null, env: [{ name: 'X', $patch: 'delete' }] }],
        '$setElementOrder/containers': named('a'),
      },
      { containers: [{ name: 'a', env: [] }] },
    ],
    ['a list in place of a map', { labels: { a: '1' } }, { labels: ['x'] }, { labels: ['x'] }],
  ])('%s', (_name, original, patch, expected) => {
    const before = structuredClone({ original, patch });
    expect(merge(original, patch)).toEqual(expected);
    expect({ original, patch }).toEqual(before);
  });

  test.each<[number, object, string]>([
    [400, { containers: [{ image: 'x' }] }, 'map: {"image":"x"} does not contain declared merge key: name'],
    [
      400,
      { containers: [{ $patch: 'delete' }] },
      'map: {"$patch":"delete"} does not contain declared merge key: name',
    ],
    [
      400,
      { containers: [{ name: 'a', $patch: 'merge' }] },
      'merging lists cannot yet be specified in the patch',
    ],
    [
      400,
      { containers: [{ name: 'a', $patch: 'paint' }] },
      'unknown patch type: "paint" in map: {"name":"a","$patch":"paint"}',
    ],
    [400, { $patch: 'paint' }, 'unknown patch type: "paint": an object takes $patch: replace or delete'],
    [400, { containers: ['a'] }, 'list element types are not identical: [[{"name":"a"}],["a"]]'],
    [400, { strategy: { $retainKeys: ['type'], rolling: {} } }, 'invalid patch format of retainKeys'],
    [400, { strategy: { $retainKeys: 'type' } }, 'invalid patch format of retainKeys'],
    [400, { '$setElementOrder/containers': 'a' }, 'invalid patch format of setElementOrder list'],
    [400, { '$deleteFromPrimitiveList/finalizers': 'a' }, 'invalid patch format of primitive list'],
    [
      400,
      { '$setElementOrder/containers': named('a', 'b'), containers: named('b', 'a') },
      'The order in patch list: [{"name":"b"},{"name":"a"}] doesn\'t match $setElementOrder list: [{"name":"a"},{"name":"b"}]',
    ],
    [422, { matrix: [[1]] }, 'the server rejected our request due to an error in our request'],
    [400, [], 'invalid JSON document: a strategic merge patch is an object'],
  ])('%i for %j', (code, patch, message) => {
    const original = { containers: named('a'), strategy: { type: 'A' }, matrix: [[1]], finalizers: ['a'] };
    expect(() => merge(original, patch)).toThrow(
      expect.objectContaining({ message, status: expect.objectContaining({ code }) }),
    );
    expect(() => merge(original, patch)).toThrow(StatusError);
  });
});
