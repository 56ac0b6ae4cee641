/** The prefixes of fractions of a second, each a thousandth of the one before. */
const fractions = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];

/**
 * A duration in words, as Prometheus writes it: `1d 2h 3m 4s`, `1.5s`, `20ms`.
 *
 * @param seconds any number, negative ones too.
 */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return seconds > 0 ? '+Inf' : Number.isNaN(seconds) ? 'NaN' : '-Inf';
  if (seconds === 0) return '0s';
  let size = Math.abs(seconds);
  const sign = seconds < 0 ? '-' : '';
  if (size >= 60) return sign + minutesAndMore(Math.trunc(size));
  let prefix = '';
  for (const next of fractions) {
    if (size >= 1) break;
    prefix = next;
    size *= 1000;
  }
  return `${sign}${Number(size.toPrecision(4))}${prefix}s`;
}

function minutesAndMore(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count !== 0);
  return parts
    .slice(first)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
