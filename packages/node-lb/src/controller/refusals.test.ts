import { expect, test } from 'vitest';
import { Refusals } from './refusals.ts';

const minute = 60_000;
const port = { protocol: 'TCP', port: 80 } as const;
const refused = { node: 'n1', ...port, reason: 'PortInUse', message: 'it is in use', owner: 'nginx' };

test('a port is left alone for 1, 5 and then 30 minutes, and is forgotten when it is served', () => {
  const refusals = new Refusals();
  let now = 0;
  for (const waitMs of [1, 5, 30, 30].map((minutes) => minutes * minute)) {
    refusals.refuse(refused, now);
    expect(refusals.nextTry([port], now)).toBe(now + waitMs);
    expect(refusals.current('n1', port, now + waitMs - 1)).toMatchObject({ owner: 'nginx' });
    expect(refusals.current('n1', port, now + waitMs)).toBeUndefined();
    now += waitMs;
  }
  refusals.forget('n1', port);
  expect(refusals.refuse(refused, now).until).toBe(now + minute);
});

test('it concerns that port of that node alone', () => {
  const refusals = new Refusals();
  refusals.refuse(refused, 0);
  expect(refusals.current('n2', port, 1)).toBeUndefined();
  expect(refusals.current('n1', { protocol: 'UDP', port: 80 }, 1)).toBeUndefined();
  expect(refusals.nextTry([{ protocol: 'TCP', port: 81 }], 1)).toBeUndefined();
});

test('a repetition during the wait does not make it longer; an hour of peace makes the next the first', () => {
  const refusals = new Refusals();
  const { until } = refusals.refuse(refused, 0);
  expect(refusals.refuse(refused, until - 1).until).toBe(until);
  const later = until + 60 * minute;
  expect(refusals.refuse(refused, later).until).toBe(later + minute);
});
