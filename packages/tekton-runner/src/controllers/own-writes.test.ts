import type { KubeObject } from '@armillary/kube';
import { expect, test } from 'vitest';
import { OwnWrites } from './own-writes.ts';

function version(resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', uid: 'u', resourceVersion } };
}

test('a cache that lags behind our own writes is overruled, one that is ahead is not', () => {
  const writes = new OwnWrites();
  expect(writes.newest(version('1'))).toEqual(version('1'));
  writes.note(version('1'), version('2'));
  writes.note(version('2'), version('3'));
  expect(writes.newest(version('1'))).toEqual(version('3'));
  expect(writes.newest(version('2'))).toEqual(version('3'));
  expect(writes.newest(version('4'))).toEqual(version('4'));
  // Once the cache has caught up, nothing is remembered.
  expect(writes.newest(version('2'))).toEqual(version('2'));
});

test('a write that changed nothing, and an object that is gone, leave nothing behind', () => {
  const writes = new OwnWrites();
  writes.note(version('1'), version('1'));
  expect(writes.newest(version('1'))).toEqual(version('1'));
  writes.note(version('1'), version('2'));
  writes.forget('u');
  expect(writes.newest(version('1'))).toEqual(version('1'));
});
