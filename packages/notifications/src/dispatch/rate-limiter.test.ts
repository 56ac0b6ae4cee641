import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RateLimiter } from './rate-limiter.ts';

const second = { key: 'chat', count: 2, windowMs: 1000 };

describe('a rate limiter', () => {
  test('lets as many through as the limit says, in any window', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock });
    expect(limiter.take([second])).toBe(0);
    clock.advance(600);
    expect(limiter.take([second])).toBe(0);
    expect(limiter.take([second])).toBe(400);
    clock.advance(399);
    expect(limiter.take([second])).toBeGreaterThan(0);
    clock.advance(1);
    expect(limiter.take([second])).toBe(0);
    expect(limiter.take([second])).toBeGreaterThan(0);
    clock.advance(600);
    expect(limiter.take([second])).toBe(0);
  });

  test('never exceeds a limit in any window, whoever comes when', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock });
    const limit = { key: 'bot', count: 5, windowMs: 1000 };
    const through: number[] = [];
    for (let step = 0; step < 3000; step++) {
      clock.advance((step * 7) % 23);
      if (limiter.take([limit]) === 0) through.push(clock.now());
    }
    const closest = through.slice(5).map((at, index) => at - through.at(index)!);
    expect(Math.min(...closest)).toBeGreaterThanOrEqual(1000);
    // As many as there may be, too: a refusal costs nothing.
    expect(Math.max(...closest)).toBeLessThan(1050);
  });

  test('takes of all limits or of none', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock });
    const bot = { key: 'bot', count: 3, windowMs: 1000 };
    const chat = { key: 'chat', count: 1, windowMs: 5000 };
    expect(limiter.take([bot, chat])).toBe(0);
    expect(limiter.take([bot, chat])).toBe(5000);
    expect(limiter.take([bot])).toBe(0);
    expect(limiter.take([bot])).toBe(0);
    expect(limiter.take([bot])).toBe(1000);
  });

  test('sends a crowd away for different times, so that each comes back to a free place', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock });
    const bot = { key: 'bot', count: 1, windowMs: 1000 };
    limiter.take([bot]);
    const back = Array.from({ length: 100 }, () => clock.now() + limiter.take([bot])).sort((a, b) => a - b);
    for (const at of back) {
      clock.advance(at - clock.now());
      expect(limiter.take([bot])).toBe(0);
    }
    expect(back.at(-1)! - back.at(0)!).toBe(99_000);
  });

  test('keeps apart what has different keys, and lets everything through without limits', () => {
    const limiter = new RateLimiter({ clock: new FakeClock() });
    const one = { key: 'one', count: 1, windowMs: 1000 };
    expect(limiter.take([one])).toBe(0);
    expect(limiter.take([{ ...one, key: 'other' }])).toBe(0);
    expect(limiter.take([])).toBe(0);
  });

  test('does not wait for what lies in the future when the clock is set back', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ clock });
    const one = { key: 'one', count: 1, windowMs: 1000 };
    limiter.take([one]);
    clock.advance(-3_600_000);
    expect(limiter.take([one])).toBe(0);
  });

  test('remembers a bounded number of keys', () => {
    const limiter = new RateLimiter({ clock: new FakeClock(), capacity: 2 });
    const take = (key: string): number => limiter.take([{ key, count: 1, windowMs: 1000 }]);
    expect(['a', 'b', 'c'].map(take)).toEqual([0, 0, 0]);
    expect(take('c')).toBeGreaterThan(0);
    expect(take('a')).toBe(0);
  });
});
