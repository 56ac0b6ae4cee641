import { expect, test, vi } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

test('a key runs once however often it was added, and again when added while it runs', async () => {
  const runs: string[] = [];
  const queue = new KeyedQueue({
    async process(key) {
      runs.push(key);
      if (runs.length === 1) queue.add(key);
      await Promise.resolve();
    },
    onError: () => {},
  });
  for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
  await queue.settled();
  expect(runs).toEqual(['a', 'b', 'a']);
});

test('at most so many keys run at once, and one key never twice', async () => {
  let running = 0;
  let most = 0;
  const queue = new KeyedQueue({
    concurrency: 3,
    async process() {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    },
    onError: () => {},
  });
  for (let i = 0; i < 50; i++) queue.add(`key ${i}`);
  await queue.settled();
  expect(most).toBe(3);
});

test('a failed key comes back later and later, until it succeeds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const errors: unknown[] = [];
    let failing = true;
    let runs = 0;
    const queue = new KeyedQueue({
      async process() {
        runs++;
        if (failing) throw new Error('not yet');
      },
      onError: (error) => errors.push(error),
    });
    queue.add('a');
    await queue.settled();
    for (let i = 0; i < 15; i++) {
      vi.advanceTimersByTime(30_000);
      await new Promise((resolve) => setImmediate(resolve));
      await queue.settled();
    }
    expect(runs).toBe(16);
    expect(errors).toHaveLength(16);
    expect(vi.getTimerCount()).toBe(1);
    failing = false;
    vi.advanceTimersByTime(30_000);
    await new Promise((resolve) => setImmediate(resolve));
    await queue.settled();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('stop waits for what runs and starts nothing more', async () => {
  let finish: () => void = () => {};
  const runs: string[] = [];
  const queue = new KeyedQueue({
    concurrency: 1,
    process(key) {
      runs.push(key);
      return new Promise((resolve) => (finish = resolve));
    },
    onError: () => {},
  });
  queue.add('a');
  queue.add('b');
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = queue.stop();
  queue.add('c');
  finish();
  await stopped;
  await queue.settled();
  expect(runs).toEqual(['a']);
});
