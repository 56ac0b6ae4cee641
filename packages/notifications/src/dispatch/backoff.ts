const firstMs = 1000;
const longestMs = 600_000;

/**
 * How long to wait after a failed attempt, in milliseconds: from 1 s doubling to 10 min, and between half of that and
 * all of it, so that what failed together does not come back together. `attempts` counts the failed ones, the last one
 * included; `random` is 0 to 1.
 */
export function backoffMs(attempts: number, random: number): number {
  const step = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(step * (0.5 + random / 2));
}
