import { expect, test } from 'vitest';
import { readJsonPath } from './json-path.ts';

const object = {
  spec: {
    replicas: 3,
    'a.b': 'dotted',
    list: [
      { name: 'x', n: 1 },
      { name: 'y', n: 2 },
    ],
    map: { k: 'v' },
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
  items: [1, 2, 3, 4],
};

// Expressions as definitions in the wild have them; the answers are those of client-go's jsonpath.
test.each([
  ['.spec.replicas', 3],
  ['{.spec.replicas}', 3],
  ['$.spec.replicas', 3],
  ['.spec.nope', undefined],
  ['.spec.nope.deeper', undefined],
  ['.spec.a\\.b', 'dotted'],
  [".spec['a.b']", 'dotted'],
  ['.spec.list[0].name', 'x'],
  ['.spec.list[-1].name', 'y'],
  ['.spec.list[*].name', 'x'],
  ['.spec.list[5].name', undefined],
  ['.items[1:3]', 2],
  ['.items[::2]', 1],
  ['.spec.map.*', 'v'],
  ['.status.conditions[?(@.type=="Ready")].status', 'True'],
  [".status.conditions[?(@.type=='Other')].status", 'False'],
  ['.status.conditions[?(@.type!="Ready")].status', 'False'],
  ['.spec.list[?(@.n>1)].name', 'y'],
  ['.spec.list[?(@.nope)].name', undefined],
  ['..name', 'x'],
])('%s', (expression, value) => {
  expect(readJsonPath(expression)(object)).toEqual(value);
});

test('an expression outside of the dialect is refused with its place', () => {
  expect(() => readJsonPath('.a[')).toThrow('invalid JSONPath ".a[": cannot read "["');
  expect(() => readJsonPath('.a[?(1)]')).toThrow(/cannot read the filter/);
});

test('a missing object reads as nothing', () => {
  expect(readJsonPath('.a.b')(undefined)).toBeUndefined();
  expect(readJsonPath('.a.b')({ a: null })).toBeUndefined();
});
