import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { CallSlots } from './call-slots.ts';

function slots(): {
  clock: FakeClock;
  run: (name: string) => Promise<string | undefined>;
  ended: string[];
  end: () => void;
} {
  const clock = new FakeClock();
  const running: (() => void)[] = [];
  const ended: string[] = [];
  const all = new CallSlots({ clock, atOnce: 2, waiting: 2, waitMs: 1_000 });
  const run = (name: string): Promise<string | undefined> =>
    all.run(async () => {
      await new Promise<void>((resolve) => running.push(resolve));
      ended.push(name);
      return name;
    });
  return { clock, run, ended, end: () => running.shift()?.() };
}

test('calls beyond the limit wait for their turn, in their order', async () => {
  const { run, ended, end } = slots();
  const calls = ['a', 'b', 'c', 'd'].map(run);
  for (const call of calls) {
    await Promise.resolve();
    end();
    await call;
  }
  expect(ended).toEqual(['a', 'b', 'c', 'd']);
});

test('more than may wait are sent away at once', async () => {
  const { run } = slots();
  void ['a', 'b', 'c', 'd'].map(run);
  expect(await run('e')).toBeUndefined();
});

test('who waits too long is sent away, and takes no place', async () => {
  const { clock, run, ended, end } = slots();
  const calls = ['a', 'b', 'c'].map(run);
  clock.advance(1_000);
  expect(await calls[2]).toBeUndefined();
  end();
  await calls[0];
  const next = run('d');
  end();
  await calls[1];
  await Promise.resolve();
  end();
  expect(await next).toBe('d');
  expect(ended).toEqual(['a', 'b', 'd']);
});

test('a call that fails gives its place back', async () => {
  const all = new CallSlots({ clock: new FakeClock(), atOnce: 1, waiting: 1, waitMs: 1_000 });
  await expect(all.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await all.run(async () => 'yes')).toBe('yes');
});
