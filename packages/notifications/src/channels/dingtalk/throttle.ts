import type { RateLimit } from '../channel.ts';

/** A throttle of the options, as upstream has it. */
interface Throttle {
  readonly threshold?: number;
  /** Nanoseconds. */
  readonly unit?: number;
}

/** A limit with what the options say instead; zeros say nothing. */
export const throttled = (limit: RateLimit, { threshold, unit }: Throttle = {}): RateLimit => ({
  ...limit,
  ...(threshold ? { count: threshold } : {}),
  ...(unit ? { windowMs: Math.ceil(unit / 1e6) } : {}),
});
