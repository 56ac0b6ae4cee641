import type { Clock } from '@armillary/kube';

/** Timers up to this long, in milliseconds, are waits between tries: they run by themselves. */
const shortMs = 5000;

/**
 * A clock that stands still until it is moved, so that nothing comes true because the machine was slow. Short waits, such
 * as those before another try, pass by themselves.
 */
export class StepClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ at: number; fire: () => void }>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const real = ms <= shortMs ? setTimeout(() => timer.fire(), ms) : undefined;
    const cancel = (): void => {
      clearTimeout(real);
      this.#timers.delete(timer);
    };
    const timer = {
      at: this.#now + ms,
      fire: () => {
        cancel();
        callback();
      },
    };
    this.#timers.add(timer);
    return cancel;
  }

  /** Moves it on by this many milliseconds; what waits for a time that has come then fires in order. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const { fire } of due) fire();
  }
}
