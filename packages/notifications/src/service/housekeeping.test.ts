import { silentLogger } from '@armillary/kube';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Housekeeping } from './housekeeping.ts';

const day = 24 * 3_600_000;

/** Housekeeping, and what its store is asked to remove: how long ago it must have been done or given up, in days. */
function house(writeConditions: () => Promise<void> = async () => {}) {
  const clock = new FakeClock();
  const pruned: number[][] = [];
  const failures: unknown[] = [];
  const worked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const housekeeping = new Housekeeping({
    store: {
      async prune({ doneBefore, deadBefore }) {
        pruned.push([doneBefore, deadBefore].map((before) => (clock.now() - before) / day));
        return 0;
      },
    },
    writeConditions,
    clock: {
      now: () => clock.now(),
      setTimeout(callback, ms) {
        // Set first at the start, and again after each work.
        worked.shift()?.resolve();
        return clock.setTimeout(callback, ms);
      },
    },
    logger: { ...silentLogger, warn: (details) => failures.push(details) },
  });
  return { housekeeping, clock, pruned, failures, again: worked[1]!.promise };
}

test('what is done is kept for three days and what was given up for two weeks', async () => {
  const { housekeeping, clock, pruned, again } = house();
  housekeeping.start();
  clock.advance(30_000);
  await again;
  expect(pruned).toEqual([[3, 14]]);
  expect(clock.pending).toEqual([30_000]);
  housekeeping.stop();
});

test('a failure does not end it', async () => {
  const { housekeeping, clock, failures, again } = house(async () => Promise.reject(new Error('away')));
  housekeeping.start();
  clock.advance(30_000);
  await again;
  expect(failures).toHaveLength(1);
  expect(clock.pending).toEqual([30_000]);
  housekeeping.stop();
});

test('nothing is begun after the end', () => {
  const { housekeeping, clock } = house();
  housekeeping.start();
  housekeeping.stop();
  housekeeping.start();
  expect(clock.pending).toEqual([]);
});
