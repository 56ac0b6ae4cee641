import type { Clock } from '@armillary/kube';

interface Timer {
  at: number;
  ms: number;
  callback: () => void;
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const timer = { at: this.#now + ms, ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The lengths of the timers that wait, as they were asked for, shortest first. */
  get pending(): number[] {
    return [...this.#timers].map(({ ms }) => ms).sort((one, other) => one - other);
  }

  /** Moves time on; timers fire in their order, each at its own time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ at }) => at <= until)
        .sort((one, other) => one.at - other.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }
}
