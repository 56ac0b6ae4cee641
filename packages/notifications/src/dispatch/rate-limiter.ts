import type { Clock } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import type { RateLimit } from '../channels/channel.ts';

/** What was let through for one key, within the last window. Times in milliseconds since 1970. */
interface Line {
  /** Ascending; at most as many as the limit allows. */
  taken: number[];
  /** The time that was promised last to somebody who had to wait. */
  promised: number;
}

/** Options of a `RateLimiter`. */
export interface RateLimiterOptions {
  clock: Clock;
  /** Most keys remembered, 10,000 when absent; the one unused for longest is forgotten first. */
  capacity?: number;
}

/**
 * Limits of providers, by key: never more than `count` in any window. It does not wait itself and holds nobody up:
 * who is refused is told when to come back, each a little later than the one before, so that a crowd behind one
 * account does not come back as a crowd.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #lines: LRUCache<string, Line>;

  constructor(options: RateLimiterOptions) {
    this.#clock = options.clock;
    this.#lines = new LRUCache({ max: options.capacity ?? 10_000 });
  }

  /** Takes one of every limit and answers 0; or takes none and answers the milliseconds to wait. */
  take(limits: readonly RateLimit[]): number {
    const now = this.#clock.now();
    const refused = limits.filter((limit) => freeAt(this.#line(limit, now), limit, now) > now);
    for (const limit of refused.length === 0 ? limits : []) this.#line(limit, now).taken.push(now);
    return refused.reduce(
      (wait, limit) => Math.max(wait, promise(this.#line(limit, now), limit, now) - now),
      0,
    );
  }

  #line({ key, count, windowMs }: RateLimit, now: number): Line {
    let line = this.#lines.get(key);
    if (!line) this.#lines.set(key, (line = { taken: [], promised: 0 }));
    // Also what lies in the future is dropped: the clock of the machine was set back.
    line.taken = line.taken.filter((at) => at > now - windowMs && at <= now).slice(-count);
    return line;
  }
}

/** When the limit has room, not thinking of those who wait already. */
function freeAt({ taken }: Line, { count, windowMs }: RateLimit, now: number): number {
  return taken.length < count ? now : taken[0]! + windowMs;
}

/** A time for one more who waits. */
function promise(line: Line, limit: RateLimit, now: number): number {
  const next = line.promised + limit.windowMs / limit.count;
  line.promised = Math.ceil(Math.max(freeAt(line, limit, now), Math.min(next, now + 1000 * limit.windowMs)));
  return line.promised;
}
