import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('work on one thing goes in order, a failure does not stop the rest, other things do not wait', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take('a', async () => {
    await gate.promise;
    seen.push('a1');
    throw new Error('a1 failed');
  });
  const second = turns.take('a', async () => seen.push('a2'));
  await turns.take('b', async () => seen.push('b1'));
  gate.resolve();
  await expect(first).rejects.toThrow('a1 failed');
  await second;
  expect(seen).toEqual(['b1', 'a1', 'a2']);
});
