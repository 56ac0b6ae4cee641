import type { Clock } from '@armillary/kube';

/** The machine's clock, that can be moved on: what waits for a time that has come then fires at once. */
export class MovingClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<{ at: number; fire: () => void }>();

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const cancel = (): void => {
      clearTimeout(real);
      this.#timers.delete(timer);
    };
    const fire = (): void => {
      cancel();
      callback();
    };
    const real = setTimeout(fire, ms);
    const timer = { at: this.now() + ms, fire };
    this.#timers.add(timer);
    return cancel;
  }

  /** Moves it on by this many milliseconds. */
  advance(ms: number): void {
    this.#aheadMs += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at);
    for (const { fire } of due) fire();
  }
}
