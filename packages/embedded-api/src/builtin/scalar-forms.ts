import { formatQuantity, parseQuantity } from './quantity.ts';

const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const TIME = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A value that its type cannot take; the message is the one Go gives. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

const quoted = (value: string): string => JSON.stringify(value);

/**
 * An RFC 3339 time in UTC: whole seconds, or exactly six digits of a fraction (`digits` 6), which Go's `MicroTime`
 * also asks of what it reads.
 */
export const canonicalTime = (value: string, digits: 0 | 6): string => {
  if (digits === 0 && CANONICAL_TIME.test(value) && !Number.isNaN(Date.parse(value))) return value;
  const match = TIME.exec(value);
  const fraction = match?.[2] ?? '';
  const at = match ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at) || (digits === 6 && fraction.length !== 6)) {
    const layout = digits === 6 ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    const part = Number.isNaN(at) ? '2006' : '.000000';
    throw new FormError(
      `parsing time ${quoted(value)} as "${layout}": cannot parse ${quoted(value)} as "${part}"`,
    );
  }
  const seconds = new Date(at).toISOString().slice(0, 19);
  return digits === 0 ? `${seconds}Z` : `${seconds}.${fraction}Z`;
};

/** A resource quantity in its canonical form. Numbers are taken as their decimal text, as Go takes them. */
export const canonicalQuantity = (value: string | number): string => {
  const quantity = parseQuantity(String(value));
  if (!quantity)
    throw new FormError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return formatQuantity(quantity);
};

/** Base64 as Go writes it; line breaks inside are dropped. */
export const canonicalBase64 = (value: string): string => {
  const joined = value.includes('\n') || value.includes('\r') ? value.replaceAll(/[\r\n]/g, '') : value;
  if (Buffer.from(joined, 'base64').toString('base64') === joined) return joined;
  const bad = joined.search(/[^A-Za-z0-9+/]/);
  throw new FormError(`illegal base64 data at input byte ${bad < 0 ? Math.max(joined.length - 1, 0) : bad}`);
};

const UNITS: [string, number][] = [
  ['h', 3_600_000_000_000],
  ['m', 60_000_000_000],
  ['s', 1_000_000_000],
];

/** Nanoseconds as Go prints a duration: `1h0m0s`, `1.5s`, `150ms`, `0s`. */
export const goDuration = (nanoseconds: number): string => {
  if (nanoseconds === 0) return '0s';
  const sign = nanoseconds < 0 ? '-' : '';
  let rest = Math.abs(nanoseconds);
  if (rest < 1000) return `${sign}${rest}ns`;
  if (rest < 1_000_000) return `${sign}${rest / 1000}µs`;
  if (rest < 1_000_000_000) return `${sign}${rest / 1_000_000}ms`;
  let text = sign;
  for (const [unit, size] of UNITS) {
    const amount = unit === 's' ? rest / size : Math.floor(rest / size);
    if (text !== sign || amount >= 1 || unit === 's') text += `${amount}${unit}`;
    rest -= Math.floor(rest / size) * size;
  }
  return text;
};
