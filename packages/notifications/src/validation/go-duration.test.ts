import { expect, test } from 'vitest';
import { durationCauses, parseGoDuration } from './go-duration.ts';

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1m0s', 60_000],
  ['100ms', 100],
  ['1h1ms', 3_600_001],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['0', 0],
  ['-5m', -300_000],
  ['+5m', 300_000],
  ['2562047h', 2_562_047 * 3_600_000],
])('%s', (text, ms) => {
  expect(parseGoDuration(text)).toBeCloseTo(ms, 6);
});

test.each([
  '',
  '5',
  's',
  '1d',
  '1 m',
  '1m ',
  '1.m.s',
  '1h-5m',
  '--1s',
  '1e3s',
  '2562048h',
  '9'.repeat(200) + 's',
  '1M',
])('%j is none', (text) => {
  expect(parseGoDuration(text)).toBeUndefined();
});

test('a field with a length of time is not negative', () => {
  expect(durationCauses('1m', 'spec.duration')).toEqual([]);
  expect(durationCauses(undefined, 'spec.duration')).toEqual([]);
  expect(durationCauses('-1m', 'spec.duration')[0]?.field).toBe('spec.duration');
});
