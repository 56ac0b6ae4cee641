import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import type { DeliveryFault } from '../delivery-error.ts';
import { failedAttempt } from './failed-attempt.ts';

const now = 1_000_000;
const hour = 3_600_000;
const fails = (
  fault: DeliveryFault,
  retryAfterMs?: number,
  more: { attempts?: number; expiresAt?: number } = {},
): ReturnType<typeof failedAttempt> =>
  failedAttempt({
    error: new DeliveryError(fault, 'it said no', retryAfterMs === undefined ? {} : { retryAfterMs }),
    attempts: 0,
    expiresAt: now + 24 * hour,
    now,
    random: 1,
    ...more,
  });
const retryIn = (outcome: ReturnType<typeof failedAttempt>): number =>
  outcome.outcome === 'retry' ? outcome.notBefore - now : Number.NaN;

describe('a failure', () => {
  test('that is permanent ends the delivery', () => {
    expect(fails('permanent')).toEqual({ outcome: 'dead', fault: 'permanent', reason: 'it said no' });
  });

  test('whose words quote a whole template is stored with the beginning of them', () => {
    const error = new DeliveryError('permanent', `there is no template ${'x'.repeat(60_000)}`);
    const { reason } = failedAttempt({ error, attempts: 0, expiresAt: now + hour, now, random: 1 }) as {
      reason: string;
    };
    expect([reason.length, reason.startsWith('there is no template xxx')]).toEqual([1_000, true]);
  });

  test('that passes is tried again, slower each time', () => {
    expect([0, 1, 2].map((attempts) => retryIn(fails('transient', undefined, { attempts })))).toEqual([
      1000, 2000, 4000,
    ]);
  });

  test('with a time to wait is tried again then, not before', () => {
    expect(retryIn(fails('rate', 30_000))).toBe(30_000);
    expect(retryIn(fails('transient', 30_000))).toBe(30_000);
    expect(retryIn(fails('transient', 10, { attempts: 2 }))).toBe(4000);
  });

  test('with a senseless time to wait does not hammer or wait for ever', () => {
    expect(retryIn(fails('rate', 0))).toBe(1000);
    expect(retryIn(fails('rate', -5))).toBe(1000);
    expect(retryIn(fails('rate', Number.NaN))).toBe(1000);
    expect(retryIn(fails('rate', Number.POSITIVE_INFINITY))).toBe(hour);
  });

  test('of a limit that names no time waits as others do', () => {
    expect(retryIn(fails('rate', undefined, { attempts: 4 }))).toBe(16_000);
  });

  test('of a token is tried again soon, and slower when that was of no use', () => {
    expect(retryIn(fails('token'))).toBe(1000);
    expect(retryIn(fails('token', undefined, { attempts: 5 }))).toBe(32_000);
  });

  test('that no channel foresees passes', () => {
    const outcome = failedAttempt({
      error: new TypeError('x'),
      attempts: 0,
      expiresAt: now + hour,
      now,
      random: 0,
    });
    expect(outcome).toEqual({ outcome: 'retry', fault: 'transient', reason: 'x', notBefore: now + 500 });
  });

  test('is the last one when the delivery expires before the next attempt', () => {
    expect(fails('transient', undefined, { expiresAt: now + 1000 })).toMatchObject({
      outcome: 'dead',
      fault: 'transient',
      reason: expect.stringContaining('it said no'),
    });
  });
});
