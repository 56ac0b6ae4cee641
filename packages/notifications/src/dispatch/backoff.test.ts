import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('waits double from one second to ten minutes, and stay there', () => {
  expect([1, 2, 3, 4, 10, 11, 1000].map((attempts) => backoffMs(attempts, 1))).toEqual([
    1000, 2000, 4000, 8000, 512_000, 600_000, 600_000,
  ]);
});

test('jitter takes up to half of a wait away', () => {
  expect(backoffMs(3, 0)).toBe(2000);
  expect(backoffMs(3, 0.5)).toBe(3000);
});
