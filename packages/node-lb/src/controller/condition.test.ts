import { expect, test } from 'vitest';
import { mergeConditions } from './condition.ts';

const wanted = { type: 'Programmed', status: 'True', reason: 'Programmed', message: 'at 10.0.0.1' } as const;
const other = {
  type: 'example.com/Ok',
  status: 'True',
  reason: 'Ok',
  lastTransitionTime: '2020-01-01T00:00:00Z',
} as const;

test('conditions of others stay, and ours that are not wanted any more go', () => {
  const present = [other, { ...wanted, type: 'PortConflict', lastTransitionTime: '2020-01-01T00:00:00Z' }];
  expect(mergeConditions(present, [], undefined, 0)).toEqual([other]);
});

test('the time moves with the status, not with the words', () => {
  const [first] = mergeConditions(undefined, [wanted], 3, 0);
  expect(first).toEqual({ ...wanted, observedGeneration: 3, lastTransitionTime: '1970-01-01T00:00:00Z' });
  const [same] = mergeConditions(first && [first], [{ ...wanted, message: 'at 10.0.0.2' }], 4, 60_000);
  expect(same).toMatchObject({ lastTransitionTime: '1970-01-01T00:00:00Z', observedGeneration: 4 });
  const [turned] = mergeConditions(first && [first], [{ ...wanted, status: 'False' }], 4, 60_000);
  expect(turned?.lastTransitionTime).toBe('1970-01-01T00:01:00Z');
});

test('a message is no longer than the server takes', () => {
  const [condition] = mergeConditions(undefined, [{ ...wanted, message: 'x'.repeat(100_000) }], undefined, 0);
  expect(condition?.message).toHaveLength(32_768);
});
