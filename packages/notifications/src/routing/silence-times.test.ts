import { describe, expect, test } from 'vitest';
import { compileSilenceTimes } from './silence-times.ts';

const active = (spec: object, at: string): boolean =>
  compileSilenceTimes({ matcher: {}, ...spec })(Date.parse(at));

test('without times a silence is always active', () => {
  expect(active({}, '2026-01-01T00:00:00Z')).toBe(true);
  expect(active({ duration: '1h' }, '2026-01-01T00:00:00Z')).toBe(true);
});

describe('from a start', () => {
  const startsAt = '2026-03-01T12:00:00+02:00';
  test.each([
    ['2026-03-01T09:59:59.999Z', false],
    ['2026-03-01T10:00:00Z', true],
    ['2026-03-01T11:29:59.999Z', true],
    ['2026-03-01T11:30:00Z', false],
  ])('for 90 minutes: at %s %s', (at, expected) => {
    expect(active({ startsAt, duration: '1h30m' }, at)).toBe(expected);
  });

  test('without a duration it never ends', () => {
    expect(active({ startsAt }, '2126-01-01T00:00:00Z')).toBe(true);
    expect(active({ startsAt }, '2026-01-01T00:00:00Z')).toBe(false);
  });
});

describe('with a schedule', () => {
  const nightly = { schedule: 'TZ=UTC 0 22 * * *', duration: '8h' };
  test.each([
    ['2026-06-10T21:59:59.999Z', false],
    ['2026-06-10T22:00:00Z', true],
    ['2026-06-10T22:00:00.001Z', true],
    ['2026-06-11T05:59:59.999Z', true],
    ['2026-06-11T06:00:00Z', false],
    ['2026-06-11T06:00:00.5Z', false],
  ])('it is active for the duration after each time: at %s %s', (at, expected) => {
    expect(active(nightly, at)).toBe(expected);
  });

  test('without a duration it is always active, and the start is not used', () => {
    expect(active({ schedule: '0 0 1 1 *' }, '2026-06-10T00:00:00Z')).toBe(true);
    expect(active({ ...nightly, startsAt: '2099-01-01T00:00:00Z' }, '2026-06-10T23:00:00Z')).toBe(true);
  });

  test('a duration longer than the gap between two times makes it permanent', () => {
    expect(active({ schedule: 'TZ=UTC 0 * * * *', duration: '61m' }, '2026-06-10T12:59:59Z')).toBe(true);
  });

  test.each([
    ['0 0 1 * *', '2026-02-28T23:59:59Z', false],
    ['0 0 1 * *', '2026-03-01T11:59:59Z', true],
    ['0 0 1 * *', '2026-03-01T12:00:00Z', false],
    ['0 20 28 2 *', '2026-03-01T07:59:59Z', true],
    ['0 20 28 2 *', '2028-02-29T07:59:59Z', true],
    ['0 20 28 2 *', '2028-03-01T07:59:59Z', false],
    ['0 20 31 * *', '2026-05-01T06:00:00Z', false],
    ['0 20 31 12 *', '2027-01-01T06:00:00Z', true],
  ])('for 12 hours it reaches over the end of a month: %s at %s %s', (times, at, expected) => {
    expect(active({ schedule: `TZ=UTC ${times}`, duration: '12h' }, at)).toBe(expected);
  });

  test.each([
    ['@daily', '2026-06-10T00:30:00Z', true],
    ['@daily', '2026-06-10T01:00:00Z', false],
    ['@weekly', '2026-06-07T00:30:00Z', true],
    ['@weekly', '2026-06-08T00:30:00Z', false],
    ['@monthly', '2026-06-01T00:30:00Z', true],
  ])('descriptor %s at %s %s', (descriptor, at, expected) => {
    expect(active({ schedule: `CRON_TZ=UTC ${descriptor}`, duration: '1h' }, at)).toBe(expected);
  });

  test('@every has no times of its own: with a duration it is always active', () => {
    expect(active({ schedule: '@every 1h', duration: '10m' }, '2026-06-10T00:30:00Z')).toBe(true);
  });

  test('days of the month and of the week are a union', () => {
    const either = { schedule: 'TZ=UTC 0 0 13 * 5', duration: '1h' };
    expect(active(either, '2026-11-13T00:30:00Z')).toBe(true);
    expect(active(either, '2026-11-20T00:30:00Z')).toBe(true);
    expect(active(either, '2026-10-13T00:30:00Z')).toBe(true);
    expect(active(either, '2026-11-21T00:30:00Z')).toBe(false);
  });
});

describe('where clocks change', () => {
  // Berlin: 2026-03-29 02:00 becomes 03:00 (01:00 UTC); 2026-10-25 03:00 becomes 02:00 (01:00 UTC).
  test.each([
    ['2026-03-28T01:30:00Z', true],
    ['2026-03-29T00:59:59Z', false],
    ['2026-03-29T01:00:00Z', true],
    ['2026-03-29T01:30:00Z', true],
    ['2026-03-30T00:30:00Z', true],
  ])('a time that does not exist is the next that does: at %s %s', (at, expected) => {
    expect(active({ schedule: 'TZ=Europe/Berlin 30 2 * * *', duration: '45m' }, at)).toBe(expected);
  });

  test.each([
    ['2026-10-24T20:00:00Z', true],
    ['2026-10-25T03:59:59Z', true],
    ['2026-10-25T04:00:00Z', false],
    ['2026-10-25T20:59:59Z', false],
    ['2026-10-25T21:00:00Z', true],
  ])(
    'the duration is real time, so a night of 25 hours ends an hour earlier by the clock: at %s %s',
    (at, expected) => {
      expect(active({ schedule: 'TZ=Europe/Berlin 0 22 * * *', duration: '8h' }, at)).toBe(expected);
    },
  );
});

test.each([
  [{ schedule: 'every night' }],
  [{ schedule: '0 25 * * *', duration: '1h' }],
  [{ schedule: 'TZ=Nowhere/Town 0 2 * * *', duration: '1h' }],
  [{ startsAt: 'tomorrow' }],
  [{ startsAt: '2026-01-01T00:00:00Z', duration: 'long' }],
])('%j cannot be read', (spec) => {
  expect(() => active(spec, '2026-01-01T00:00:00Z')).toThrow(expect.objectContaining({ code: 'Invalid' }));
});
