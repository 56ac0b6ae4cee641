import { describe, expect, test } from 'vitest';
import { duration, fixedZone, loadLocation, parseTime, TemplateSet, timeOf } from '../index.ts';

const render = (text: string, data: unknown): string => new TemplateSet().parse('a', text).execute('a', data);

describe('times', () => {
  test('come from JSON with all their digits', () => {
    expect(render('{{.}}', parseTime('2026-01-02T03:04:05.123456789Z'))).toBe(
      '2026-01-02 03:04:05.123456789 +0000 UTC',
    );
    expect(render('{{.}}', parseTime('2026-01-02T03:04:05+05:30'))).toBe('2026-01-02 03:04:05 +0530 +0530');
    expect(render('{{.UTC}}', parseTime('2026-01-02T03:04:05-08:00'))).toBe('2026-01-02 11:04:05 +0000 UTC');
    expect(render('{{.IsZero}} {{.Unix}}', parseTime('0001-01-01T00:00:00Z'))).toBe('true -62135596800');
  });

  test.each([
    '',
    'yesterday',
    '2026-01-02',
    '2026-13-02T03:04:05Z',
    '2026-01-02T25:04:05Z',
    '2026-01-02T03:04:05',
    `2026-01-02T03:04:05.${'1'.repeat(99)}`,
  ])('do not come from %j', (text) => {
    expect(() => parseTime(text)).toThrow('not a time as RFC 3339 writes it');
  });

  test('come from dates, in a zone of choice', () => {
    const date = new Date(Date.UTC(2026, 6, 1, 12, 0, 0, 250));
    expect(render('{{.}}', timeOf(date))).toBe('2026-07-01 12:00:00.25 +0000 UTC');
    expect(render('{{.Format "15:04 MST"}}', timeOf(date, fixedZone(3600, 'HERE')))).toBe('13:00 HERE');
    expect(render('{{.UnixMilli}}', timeOf(new Date(-1)))).toBe('-1');
    expect(render('{{.Nanosecond}}', timeOf(new Date(-1)))).toBe('999000000');
  });

  test('keep the clock when days are added over a change of the clock', () => {
    const [before, zone] = [parseTime('2026-03-28T12:00:00Z'), loadLocation('Europe/Berlin')];
    expect(render('{{(.t.In .z).AddDate 0 0 1}}', { t: before, z: zone })).toBe(
      '2026-03-29 13:00:00 +0200 CEST',
    );
    expect(() => render('{{.AddDate 999999999 0 0}}', before)).toThrow('the date is out of range');
  });

  test('have local clocks', () => {
    expect(render('{{.Local.Location}}', timeOf(new Date(0)))).toBe('Local');
  });
});

describe('zones', () => {
  test.each(['Nowhere/City', '+05:00', 'europe/paris', '../etc/passwd', 'A'.repeat(200)])(
    'there is no %j',
    (name) => {
      expect(() => loadLocation(name)).toThrow(`unknown time zone ${name}`);
    },
  );

  test('empty and UTC are UTC', () => {
    expect(render('{{.}}', loadLocation(''))).toBe('UTC');
    expect(render('{{.}}', loadLocation('UTC'))).toBe('UTC');
  });
});

test.each([
  [0n, '0s'],
  [1n, '1ns'],
  [1_100n, '1.1µs'],
  [2_200_000n, '2.2ms'],
  [3_300_000_000n, '3.3s'],
  [245_000_000_000n, '4m5s'],
  [18_367_001_000_000n, '5h6m7.001s'],
  [-3_600_000_000_000n, '-1h0m0s'],
  [9_223_372_036_854_775_807n, '2562047h47m16.854775807s'],
])('%d ns are %s', (nanoseconds, text) => {
  expect(render('{{.}}', duration.of(nanoseconds))).toBe(text);
});

test('a long duration that stands in the template keeps its nanoseconds', () => {
  expect(render('{{.Add 9007199254740993}}', timeOf(new Date(0)))).toBe(
    '1970-04-15 05:59:59.254740993 +0000 UTC',
  );
});
