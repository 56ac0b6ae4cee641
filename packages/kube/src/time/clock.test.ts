import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const day = 86_400_000;

test('a timer may be longer than those of Node', () => {
  const called = vi.fn();
  systemClock.setTimeout(called, 60 * day);
  vi.advanceTimersByTime(59 * day);
  expect(called).not.toHaveBeenCalled();
  vi.advanceTimersByTime(day);
  expect(called).toHaveBeenCalledOnce();
});

test('a long timer is cancelled in any of its parts', () => {
  const called = vi.fn();
  const cancel = systemClock.setTimeout(called, 60 * day);
  vi.advanceTimersByTime(30 * day);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
  systemClock.setTimeout(called, Infinity)();
  expect(vi.getTimerCount()).toBe(0);
});
