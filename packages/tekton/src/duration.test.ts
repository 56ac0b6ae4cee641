import { expect, test } from 'vitest';
import { DurationError, formatDuration, parseDuration } from './duration.ts';

test('durations are read and written as Go does', () => {
  const pairs = {
    '1h': '1h0m0s',
    '90s': '1m30s',
    '25s': '25s',
    '7m': '7m0s',
    '1.5s': '1.5s',
    '0': '0s',
    '-1m': '-1m0s',
    '300ms': '300ms',
  };
  for (const [text, written] of Object.entries(pairs))
    expect(formatDuration(parseDuration(text))).toBe(written);
  expect(parseDuration('1h30m')).toBe(5_400_000);
});

test('what Go refuses is refused', () => {
  for (const text of ['', 'bad', '5', '1d', '1h 2m', 's', '--1s', '.s']) {
    expect(() => parseDuration(text)).toThrow(DurationError);
  }
});
