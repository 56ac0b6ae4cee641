import { expect, test } from 'vitest';
import { humanizeDuration } from './humanize-duration.ts';

test.each([
  [0, '0s'],
  [1, '1s'],
  [1.23456, '1.235s'],
  [59.99, '59.99s'],
  [60, '1m 0s'],
  [3600, '1h 0m 0s'],
  [86_400, '1d 0h 0m 0s'],
  [90_061.9, '1d 1h 1m 1s'],
  [-61, '-1m 1s'],
  [-1.5, '-1.5s'],
  [0.1, '100ms'],
  [0.000_000_12, '120ns'],
  [1e-6, '1us'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
])('%f seconds are %s', (seconds, words) => {
  expect(humanizeDuration(seconds)).toBe(words);
});
