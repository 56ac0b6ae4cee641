const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** The longest that is taken, in milliseconds: a week. A timer that is set for longer than 24 days fires at once. */
const longestMs = 7 * 24 * 3_600_000;

/**
 * Reads a length of time as Go writes it: `90s`, `1h30m`, `1.5h`, `500ms`, `0`.
 *
 * @returns milliseconds, whole; undefined for what is none, is negative, or is longer than a week
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 50 || !/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)([hms]+)/g)) {
    ms += Number(amount) * (unitMs[unit] ?? Number.NaN);
  }
  return ms <= longestMs ? Math.round(ms) : undefined;
}
