const unitMs: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** A duration that Go's time.ParseDuration would refuse; `message` is Go's own wording. */
export class DurationError extends Error {
  readonly code = 'InvalidDuration';
}

/**
 * Reads a duration as Go's `time.ParseDuration` does ("1h30m", "90s", "0").
 * @returns milliseconds, fractions kept
 * @throws DurationError when the text is not a duration
 */
export function parseDuration(text: string): number {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+$/.test(body)) {
    throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
  }
  let ms = 0;
  for (const [, amount, unit] of body.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return text.startsWith('-') ? -ms : ms;
}

/** Writes milliseconds as Go's `Duration.String()` does: 3600000 is "1h0m0s", 1500 is "1.5s", 0 is "0s". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const size = Math.abs(ms);
  if (size < 1000) return `${sign}${trim(size)}ms`;
  const seconds = `${trim((size % 60_000) / 1000)}s`;
  const minutes = Math.floor(size / 60_000);
  if (minutes === 0) return sign + seconds;
  if (minutes < 60) return `${sign}${minutes}m${seconds}`;
  return `${sign}${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(9)));
}
