import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { WorkQueue } from './work-queue.ts';

function make(options: { burst?: number } = {}): { clock: FakeClock; queue: WorkQueue } {
  const clock = new FakeClock();
  const retries = { perSecond: 10, burst: options.burst ?? 100 };
  return { clock, queue: new WorkQueue({ clock, random: () => 0, retries }) };
}

describe('a work queue', () => {
  test('gives keys in their order and each waiting key once', async () => {
    const { queue } = make();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(queue.depth).toBe(3);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['a', 'b', 'c']);
  });

  test('does not give out a key that is worked on, and gives it once afterwards', async () => {
    const { queue } = make();
    queue.add('a');
    await queue.take();
    for (let times = 0; times < 5; times += 1) queue.add('a');
    queue.add('b');
    expect(await queue.take()).toBe('b');
    queue.done('a');
    expect(await queue.take()).toBe('a');
    queue.done('a');
    expect(queue.depth).toBe(0);
  });

  test('wakes one waiting worker for each key', async () => {
    const { queue } = make();
    const [one, two] = [queue.take(), queue.take()];
    queue.add('a');
    queue.add('b');
    expect([await one, await two]).toEqual(['a', 'b']);
  });

  test('doubles the wait of a key that fails, up to five minutes, and begins anew after success', () => {
    const { clock, queue } = make();
    const wait = (): number => {
      queue.addRateLimited('a');
      const ms = clock.pending[0] ?? 0;
      clock.advance(ms);
      void queue.take();
      queue.done('a');
      return ms;
    };
    expect([wait(), wait(), wait(), wait()]).toEqual([5, 10, 20, 40]);
    for (let times = 0; times < 20; times += 1) wait();
    expect(wait()).toBe(300_000);
    queue.forget('a');
    expect(wait()).toBe(5);
  });

  test('slows all failures together down to the token bucket', () => {
    const { clock, queue } = make({ burst: 2 });
    for (const key of ['a', 'b', 'c', 'd']) queue.addRateLimited(key);
    expect(clock.pending).toEqual([5, 5, 100, 200]);
  });

  test('keeps the earlier of two delays, and a run makes a delay that waits superfluous', async () => {
    const { clock, queue } = make();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 5000);
    queue.addAfter('a', 300);
    expect(clock.pending).toEqual([300]);
    queue.add('a');
    await queue.take();
    expect(clock.pending).toEqual([]);
  });

  test('forgets what waits when it is shut down, and lets workers go', async () => {
    const { clock, queue } = make();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.addAfter('b', 100);
    const waiting = queue.take();
    queue.shutDown();
    queue.done('a');
    queue.add('c');
    expect(await waiting).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
    expect(queue.depth).toBe(0);
    expect(clock.pending).toEqual([]);
  });

  test('says how long the work under way has been', async () => {
    const { clock, queue } = make();
    queue.add('a');
    await queue.take();
    clock.advance(1500);
    expect(queue.unfinishedMs()).toEqual([1500]);
  });
});
