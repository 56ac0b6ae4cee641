import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { FailureMemory } from './failure-memory.ts';

const failure = { code: 'HttpStatus', message: 'it answered HTTP 500' };

function memory(): { clock: FakeClock; failures: FailureMemory; holds: (key: string) => number } {
  const clock = new FakeClock();
  const failures = new FailureMemory({ clock, firstMs: 5_000, maxEntries: 2 });
  /** Lets the time pass for which a failure holds, and says how many seconds it was. */
  const holds = (key: string): number => {
    const start = clock.now();
    while (failures.get(key) !== undefined) clock.advance(1_000);
    return (clock.now() - start) / 1_000;
  };
  return { clock, failures, holds };
}

test('each failure of a question holds twice as long, up to a minute, until it succeeds', () => {
  const { failures, holds } = memory();
  const seconds = Array.from({ length: 6 }, () => {
    failures.failed('a', failure);
    return holds('a');
  });
  expect(seconds).toEqual([5, 10, 20, 40, 60, 60]);
  failures.succeeded('a');
  failures.failed('a', failure);
  expect(holds('a')).toBe(5);
});

test('a failure of one question keeps no other from being asked', () => {
  const { failures } = memory();
  failures.failed('a', failure);
  expect(failures.get('b')).toBeUndefined();
});

test('a source that asks to be left alone is, for all questions and at most ten minutes', () => {
  const { failures, holds } = memory();
  failures.failed('a', { ...failure, retryAfterMs: 30_000 });
  expect(holds('b')).toBe(30);
  failures.failed('a', { ...failure, retryAfterMs: 86_400_000 });
  expect(holds('b')).toBe(600);
});

test('only so many failures are remembered', () => {
  const { failures } = memory();
  for (const key of ['a', 'b', 'c']) failures.failed(key, failure);
  expect(['a', 'b', 'c'].map((key) => failures.get(key))).toEqual([undefined, failure, failure]);
});
