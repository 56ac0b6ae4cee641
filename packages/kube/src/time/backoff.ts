import type { Clock } from './clock.ts';

/** Shape of an exponential back-off; times in milliseconds. */
export interface BackoffOptions {
  baseMs: number;
  capMs: number;
  /** A quiet time after which the next failure counts as the first again. */
  resetAfterMs: number;
  clock: Clock;
  /** 0 to 1, for tests; `Math.random` otherwise. */
  random?: () => number;
}

/** Exponential back-off with jitter: each wait is between one and two times the step, the step doubles up to the cap. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #lastFailureAt = -Infinity;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Counts a failure and answers how long to wait, in milliseconds, never above the cap. */
  next(): number {
    const { baseMs, capMs, resetAfterMs, clock, random = Math.random } = this.#options;
    const now = clock.now();
    if (now - this.#lastFailureAt > resetAfterMs) this.#failures = 0;
    const step = Math.min(capMs, baseMs * 2 ** this.#failures);
    const wait = Math.min(capMs, step * (1 + random()));
    this.#failures += 1;
    // The wait itself is not quiet time: only what follows it is.
    this.#lastFailureAt = now + wait;
    return wait;
  }
}
