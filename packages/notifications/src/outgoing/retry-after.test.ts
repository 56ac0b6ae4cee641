import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 0, 1);

test.each([
  ['30', 30_000],
  ['0', 0],
  ['0.65', 650],
  [' 7 ', 7000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['99999999999', 86_400_000],
])('Retry-After: %s', (text, ms) => expect(retryAfterMs({ 'retry-after': text }, now)).toBe(ms));

test.each(['', 'soon', '-', '1e3x'])('what cannot be read is none: %j', (text) => {
  expect(retryAfterMs({ 'retry-after': text }, now)).toBeUndefined();
});

test('none at all', () => expect(retryAfterMs({}, now)).toBeUndefined());
