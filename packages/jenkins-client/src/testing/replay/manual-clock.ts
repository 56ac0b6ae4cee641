import type { Clock } from '../../connection.ts';

/** Time that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 10, 22, 6, 0, 0);
  readonly #sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper = { until: this.#now + ms, wake: resolve };
      signal?.addEventListener('abort', () => {
        if (this.#sleeping.delete(sleeper)) reject(signal.reason as Error);
      });
      this.#sleeping.add(sleeper);
      if (ms <= 0) this.#wake();
    });
  }

  /** Goes on by some milliseconds and lets everything run that this wakes. */
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    this.#wake();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #wake(): void {
    for (const sleeper of this.#sleeping) {
      if (sleeper.until > this.#now) continue;
      this.#sleeping.delete(sleeper);
      sleeper.wake();
    }
  }
}
