import { describe, expect, test } from 'vitest';
import { NotificationError } from '../errors.ts';
import { parseCronSchedule } from './cron-schedule.ts';

/** The next times after a moment, as ISO 8601. */
function times(schedule: string, after: string, count = 1): string[] {
  const parsed = parseCronSchedule(schedule);
  const found: string[] = [];
  let at: number | undefined = Date.parse(after);
  while (found.length < count && at !== undefined) {
    at = parsed.next(at);
    if (at !== undefined) found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

describe('schedules', () => {
  // 2026-01-01 is a Thursday.
  test.each([
    ['TZ=UTC 0 22 * * *', ['2026-01-01T22:00:00Z', '2026-01-02T22:00:00Z']],
    ['CRON_TZ=UTC 0 22 * * *', ['2026-01-01T22:00:00Z', '2026-01-02T22:00:00Z']],
    ['TZ= 0 22 * * *', ['2026-01-01T22:00:00Z', '2026-01-02T22:00:00Z']],
    ['TZ=Asia/Shanghai 0 22 * * *', ['2026-01-01T14:00:00Z', '2026-01-02T14:00:00Z']],
    ['TZ=UTC @daily', ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']],
    ['TZ=UTC @Hourly', ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']],
    ['TZ=UTC @weekly', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
    ['TZ=UTC @monthly', ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']],
    ['TZ=UTC @annually', ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z']],
    ['TZ=UTC */20 * * * *', ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z', '2026-01-01T01:00:00Z']],
    ['TZ=UTC 50/5 * * * *', ['2026-01-01T00:50:00Z', '2026-01-01T00:55:00Z', '2026-01-01T01:50:00Z']],
    ['TZ=UTC 0 10-14/2 * * *', ['2026-01-01T10:00:00Z', '2026-01-01T12:00:00Z', '2026-01-01T14:00:00Z']],
    ['TZ=UTC 0 0 ? * ?', ['2026-01-02T00:00:00Z']],
    ['TZ=UTC 0 0 * * mon-Wed,SAT', ['2026-01-03T00:00:00Z', '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z']],
    ['TZ=UTC 0 0 1 jan,MAR *', ['2026-03-01T00:00:00Z', '2027-01-01T00:00:00Z']],
    ['TZ=UTC 0 0 31 * *', ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z']],
    ['TZ=UTC 0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['TZ=UTC 0  0\t* * *', ['2026-01-02T00:00:00Z']],
  ])('%s', (schedule, expected) => {
    expect(times(schedule, '2026-01-01T00:00:00Z', expected.length)).toEqual(expected);
  });

  test('a day of month or a day of week is enough when both are given', () => {
    expect(times('TZ=UTC 0 0 13 * FRI', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-02T00:00:00Z',
      '2026-01-09T00:00:00Z',
      '2026-01-13T00:00:00Z',
    ]);
  });

  test('every second day of the month counts as given beside a day of week', () => {
    expect(times('TZ=UTC 0 0 */2 * FRI', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-02T00:00:00Z',
      '2026-01-03T00:00:00Z',
      '2026-01-05T00:00:00Z',
    ]);
  });

  test("TZ=Local is the program's own time zone, as without any", () => {
    const after = '2026-01-01T00:00:00Z';
    expect(times('TZ=Local 0 22 * * *', after, 3)).toEqual(times('0 22 * * *', after, 3));
  });

  test('a day that no year has never comes', () => {
    for (const days of ['31 4,6', '31 2,4,6,9,11', '30-31 2', '31 4/5']) {
      const schedule = parseCronSchedule(`TZ=UTC 0 0 ${days} *`);
      // Each answer would take a tenth of a second, if it was looked for.
      expect(
        Array.from({ length: 10_000 }, (_, at) => schedule.next(at)).every((at) => at === undefined),
      ).toBe(true);
    }
    expect(times('TZ=UTC 0 0 31 2,3 *', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-03-31T00:00:00Z']);
    expect(times('TZ=UTC 0 0 30 2 1', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-02-02T00:00:00Z']);
    expect(() => parseCronSchedule('TZ=Nowhere 0 0 30 2 *')).toThrow('no known time zone');
    expect(times('TZ=UTC 0 0 30 2 *', '2026-01-01T00:00:00Z')).toEqual([]);
  });

  test('a time is strictly after the moment', () => {
    expect(times('TZ=UTC 0 0 1 1 *', '2025-12-31T23:59:59.999Z')).toEqual(['2026-01-01T00:00:00Z']);
    expect(times('TZ=UTC 0 0 1 1 *', '2026-01-01T00:00:00Z')).toEqual(['2027-01-01T00:00:00Z']);
  });

  test('where clocks are put forward, a time that does not exist is the next that does', () => {
    expect(times('TZ=Europe/Berlin 30 2 * * *', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
  });

  test('where clocks are put back, a time that comes twice is once', () => {
    expect(times('TZ=Europe/Berlin 30 2 * * *', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  test.each([
    ['@every 90m', '2026-01-01T01:30:10Z'],
    ['TZ=UTC @every 90m', '2026-01-01T01:30:10Z'],
    ['@every 1500ms', '2026-01-01T00:00:11Z'],
    ['@every 1ms', '2026-01-01T00:00:11Z'],
  ])('%s counts from the moment, in whole seconds', (schedule, expected) => {
    expect(times(schedule, '2026-01-01T00:00:10.700Z')).toEqual([expected]);
  });
});

test.each([
  ['', 'there must be 5 fields'],
  ['* * * *', 'there must be 5 fields'],
  ['0 0 * * * *', 'there must be 5 fields'],
  ['60 * * * *', '60 is no minute: from 0 to 59'],
  ['0 0 0 * *', '0 is no day of month: from 1 to 31'],
  ['0 0 * 13 *', '13 is no month'],
  ['0 0 * * 7', '7 is no day of week: from 0 to 6'],
  ['5-1 * * * *', '5-1 is no minute'],
  ['1-2-3 * * * *', '1-2-3 is no minute'],
  ['*/0 * * * *', '*/0 is no minute'],
  ['*/2/3 * * * *', '*/2/3 is no minute'],
  ['*,99 * * * *', '99 is no minute'],
  [', * * * *', 'the minute is empty'],
  ['L * * * *', '"L" is no minute'],
  ['0 0 15W * *', '"15W" is no day of month'],
  ['-1 * * * *', '"" is no minute'],
  ['1e1 * * * *', '"1e1" is no minute'],
  ['@reboot', '@reboot is no descriptor'],
  ['@every', '@every is no descriptor'],
  ['@every day', '@every needs a duration'],
  ['TZ=Nowhere/Town 0 0 * * *', 'Nowhere/Town is no known time zone'],
  ['TZ=UTC', 'there must be 5 fields'],
])('%j is refused: %s', (schedule, why) => {
  expect(() => parseCronSchedule(schedule)).toThrow(NotificationError);
  expect(() => parseCronSchedule(schedule)).toThrow(why);
});
