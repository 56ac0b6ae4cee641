import { expect, test } from 'vitest';
import { lockNode, withNodeLock } from './node-lock.ts';

const prefix = `test-${process.pid}`;

test('a node has one agent at a time', async () => {
  const unlock = await lockNode(prefix);
  expect(unlock).toBeDefined();
  expect(await lockNode(prefix)).toBeUndefined();
  await expect(withNodeLock(prefix, async () => {})).rejects.toThrow('end it first');
  await unlock?.();
  expect(await withNodeLock(prefix, async () => 'done')).toBe('done');
});

test('agents of other prefixes do not matter', async () => {
  const unlock = await lockNode(prefix);
  expect(await withNodeLock(`${prefix}-other`, async () => 'done')).toBe('done');
  await unlock?.();
});
