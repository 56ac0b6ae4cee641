import { invalid, type Cause } from '@armillary/resource';

const unitMs: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};
/** The longest that Go's 64 bits of nanoseconds hold, about 292 years. */
const longestMs = 2 ** 63 / 1e6;

/**
 * Reads a length of time as Go's `time.ParseDuration` does: `90s`, `1h30m`, `1.5h`, `-5m`, `0`.
 *
 * @returns milliseconds, with fractions; undefined when the text is none
 */
export function parseGoDuration(text: string): number | undefined {
  const size = text.replace(/^[+-]/u, '');
  if (size === '0') return 0;
  if (size.length > 100 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:[hms]|ms|us|µs|μs|ns))+$/u.test(size))
    return undefined;
  let ms = 0;
  for (const [, amount, unit] of size.matchAll(/([\d.]+)([a-zµμ]+)/gu)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  if (!(ms < longestMs)) return undefined;
  return text.startsWith('-') ? -ms : ms;
}

/** What is wrong with a length of time; absent is nothing. */
export function durationCauses(text: string | undefined, field: string): Cause[] {
  if (text === undefined) return [];
  const ms = parseGoDuration(text);
  return ms !== undefined && ms >= 0
    ? []
    : [invalid(field, text, 'must be a duration such as 90s or 1h30m, not negative')];
}
