import { describe, expect, test } from 'vitest';
import type { CallOptions } from './connection.ts';
import { Deadline } from './deadline.ts';
import { ConnectionFailedError, ForbiddenError, NotReadyError, TimeoutError } from './errors.ts';
import { hastyClock } from './testing/made-jobs.ts';
import { Pace, throughOutages } from './waiting.ts';

describe('pauses', () => {
  test('grow to the cap, vary by a fifth, and begin anew', () => {
    const pace = new Pace(200, 1000);
    const between = (most: number): void => {
      const ms = pace.next();
      expect(ms).toBeGreaterThanOrEqual(most * 0.8 - 1);
      expect(ms).toBeLessThanOrEqual(most);
    };
    for (const most of [200, 300, 450, 675, 1000, 1000]) between(most);
    pace.reset();
    between(200);
  });
});

describe('asking through outages', () => {
  const outages = [
    new NotReadyError('starting'),
    new ConnectionFailedError('reset', true),
    new TimeoutError('slow'),
  ];

  test('asks again until there is an answer', async () => {
    const clock = hastyClock();
    let asked = 0;
    const answer = await throughOutages(clock, new Deadline(clock), () => {
      const outage = outages[asked++];
      return outage ? Promise.reject(outage) : Promise.resolve('answer');
    });
    expect([answer, asked]).toEqual(['answer', 4]);
  });

  test('passes other errors on at once', async () => {
    const clock = hastyClock();
    const error = new ForbiddenError('no', {});
    await expect(throughOutages(clock, new Deadline(clock), () => Promise.reject(error))).rejects.toBe(error);
  });

  test.each(outages)('ends with the deadline: $code', async (outage) => {
    const clock = hastyClock();
    const deadline = new Deadline(clock, { timeoutMs: 60_000 });
    await expect(throughOutages(clock, deadline, () => Promise.reject(outage))).rejects.toMatchObject({
      code: 'Timeout',
    });
  });

  test('without a deadline ends with the error after five minutes', async () => {
    const clock = hastyClock();
    const begin = clock.now();
    await expect(
      throughOutages(clock, new Deadline(clock), () => Promise.reject(new NotReadyError('starting'))),
    ).rejects.toMatchObject({ code: 'NotReady' });
    expect(clock.now() - begin).toBeGreaterThan(5 * 60_000);
  });

  test('gives a slow server more time with each request, within the deadline', async () => {
    const clock = hastyClock();
    const limits: (number | undefined)[] = [];
    const ask = ({ timeoutMs }: CallOptions): Promise<never> => {
      limits.push(timeoutMs);
      return clock.sleep(timeoutMs ?? 0).then(() => Promise.reject(new TimeoutError('slow')));
    };
    const deadline = new Deadline(clock, { timeoutMs: 100_000 });
    await expect(throughOutages(clock, deadline, ask)).rejects.toMatchObject({ code: 'Timeout' });
    expect(limits.slice(0, 2)).toEqual([30_000, 60_000]);
    expect(limits[2]).toBeLessThanOrEqual(10_000);
  });

  test('leaves the limit to the connection when there is no deadline', async () => {
    const clock = hastyClock();
    await throughOutages(clock, new Deadline(clock), ({ timeoutMs }) => {
      expect(timeoutMs).toBeUndefined();
      return Promise.resolve();
    });
  });
});
