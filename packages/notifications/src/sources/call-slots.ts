import type { Clock } from '@armillary/kube';

/** Options of `CallSlots`. */
export interface CallSlotsOptions {
  clock: Clock;
  /** Most calls at once. */
  atOnce: number;
  /** Most that wait. */
  waiting: number;
  /** Milliseconds that one waits at most. */
  waitMs: number;
}

/** Lets a few calls through at once, the rest in their order. */
export class CallSlots {
  readonly #options: CallSlotsOptions;
  readonly #queue = new Set<(enter: boolean) => void>();
  #running = 0;

  constructor(options: CallSlotsOptions) {
    this.#options = options;
  }

  /** Runs the call when it is its turn; resolves with `undefined` when too many wait, or for too long. */
  async run<T>(call: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#enter())) return undefined;
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<boolean> {
    const { clock, atOnce, waiting, waitMs } = this.#options;
    if (this.#running < atOnce) {
      this.#running++;
      return true;
    }
    if (this.#queue.size >= waiting) return false;
    return await new Promise<boolean>((resolve) => {
      const settle = (enter: boolean): void => {
        this.#queue.delete(settle);
        clear();
        resolve(enter);
      };
      const clear = clock.setTimeout(() => settle(false), waitMs);
      this.#queue.add(settle);
    });
  }

  /** Hands the place to the next that waits. */
  #leave(): void {
    const [next] = this.#queue;
    if (next) next(true);
    else this.#running--;
  }
}
