const SECOND = 1000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** `3m` with an optional second unit: `3m20s`, and `3m` when the rest is zero. */
const pair = (seconds: number, unit: number, name: string, sub: number, subName: string): string => {
  const rest = Math.floor((seconds % unit) / sub);
  return `${Math.floor(seconds / unit)}${name}${rest === 0 ? '' : `${rest}${subName}`}`;
};

/**
 * A duration in milliseconds as tables print it: at most two units, finer for shorter times. Limits as in
 * `k8s.io/apimachinery/pkg/util/duration` HumanDuration, so that ages line up with those of a real server.
 */
export const humanDuration = (milliseconds: number): string => {
  const seconds = Math.trunc(milliseconds / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return pair(seconds, MINUTE, 'm', 1, 's');
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return pair(seconds, HOUR, 'h', MINUTE, 'm');
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return pair(seconds, DAY, 'd', HOUR, 'h');
  if (seconds < 2 * YEAR) return `${Math.floor(seconds / DAY)}d`;
  if (seconds < 8 * YEAR) return pair(seconds, YEAR, 'y', DAY, 'd');
  return `${Math.floor(seconds / YEAR)}y`;
};

/** How long ago an RFC 3339 time was: `5m`, `2d3h`, `<unknown>` when there is none. */
export const age = (timestamp: unknown, now: Date): string => {
  const then = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now.getTime() - then);
};
