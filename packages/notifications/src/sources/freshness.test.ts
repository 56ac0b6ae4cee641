import { describe, expect, test } from 'vitest';
import { ageState, freshnessOf, maxAgeMs } from './freshness.ts';

const settings = {
  ttlMs: 60_000,
  staleWhileRevalidateMs: 600_000,
  staleIfErrorMs: 86_400_000,
  negativeTtlMs: 30_000,
  errorTtlMs: 5_000,
  maxEntries: 1,
  maxBytes: 1,
};

describe('how long an answer is used', () => {
  test('the settings say, when it does not', () => {
    expect(freshnessOf({}, false, settings, 0)).toEqual({
      freshMs: 60_000,
      revalidateMs: 660_000,
      errorMs: 86_460_000,
    });
  });

  test.each([
    [0, 5_000],
    [4_999, 5_000],
    [7_000, 7_000],
    [3_600_000, 3_600_000],
    [1e15, 3_600_000],
  ])('it may say %i ms, and gets %i', (ttlMs, freshMs) => {
    expect(freshnessOf({ ttlMs }, false, settings, 0).freshMs).toBe(freshMs);
  });

  test('up to a tenth is taken off, so that not all are asked for at once', () => {
    expect(freshnessOf({}, false, settings, 0.5).freshMs).toBe(57_000);
    expect(freshnessOf({}, false, settings, 1).freshMs).toBe(54_000);
  });

  test('it may forbid to be used while it is asked for again, but not to be used when nothing else is there', () => {
    expect(freshnessOf({ staleMs: 0 }, false, settings, 0)).toEqual({
      freshMs: 60_000,
      revalidateMs: 60_000,
      errorMs: 86_460_000,
    });
    expect(freshnessOf({ staleMs: 1e15 }, false, settings, 0).revalidateMs).toBe(3_660_000);
  });

  test('"nobody" is short, even when it says otherwise, and shorter when it says so', () => {
    expect(freshnessOf({ ttlMs: 3_600_000 }, true, settings, 0).freshMs).toBe(30_000);
    expect(freshnessOf({ ttlMs: 10_000 }, true, settings, 0)).toMatchObject({
      freshMs: 10_000,
      revalidateMs: 10_000,
    });
  });
});

test.each([
  [-1, 'error'],
  [0, 'fresh'],
  [59_999, 'fresh'],
  [60_000, 'revalidate'],
  [659_999, 'revalidate'],
  [660_000, 'error'],
  [86_459_999, 'error'],
  [86_460_000, 'gone'],
])('at an age of %i ms an answer is %s', (age, state) => {
  expect(ageState(age, freshnessOf({}, false, settings, 0))).toBe(state);
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['public', undefined],
  ['max-age=30', 30_000],
  ['Public, Max-Age="30"', 30_000],
  ['no-store', 0],
  ['max-age=30, no-cache', 0],
  ['s-maxage=30', undefined],
  ['max-age=-1', undefined],
  ['max-age=99999999999999', undefined],
])('Cache-Control %s is %s ms', (header, ms) => {
  expect(maxAgeMs(header)).toBe(ms);
});
