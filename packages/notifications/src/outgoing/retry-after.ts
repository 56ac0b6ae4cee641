/** Longest wait that is believed. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds, or a date (RFC 9110, section 10.2.3), at most a day.
 * Undefined when there is none, or none that can be read. Decimals are read too: Discord sends them.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (!text) return undefined;
  const ms = /^\d+(?:\.\d+)?$/u.test(text) ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestMs);
}
