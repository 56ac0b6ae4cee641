import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['2m0.5s', 120_500],
  ['500ms', 500],
  ['0', 0],
  ['0s', 0],
  ['168h', 604_800_000],
])('%s is %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '30', 's', '-5s', '1d', '1 h', '1h 30m', '1,5h', '5S', 'soon', '169h', '1h'.repeat(100)])(
  '%j is refused',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
