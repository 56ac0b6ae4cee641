import type { Clock } from '@armillary/kube';

/** How long nobody asks after Jenkins did not answer, in milliseconds. */
const PAUSE_MS = 5000;

/**
 * Whether Jenkins was just found not to answer. Many objects that wait for a Jenkins that is gone would else wait for
 * each other, each for its own time limit.
 */
export class Outage {
  readonly #clock: Clock;
  #until = -Infinity;
  #why: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Jenkins did not answer. */
  begin(why: unknown): void {
    this.#until = this.#clock.now() + PAUSE_MS;
    this.#why = why;
  }

  /** Throws why Jenkins did not answer, when that was a moment ago. */
  throwIfOn(): void {
    if (this.#clock.now() < this.#until) throw this.#why;
  }
}
