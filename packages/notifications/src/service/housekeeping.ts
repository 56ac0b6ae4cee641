import type { Clock, Logger } from '@armillary/kube';
import type { NotificationStore } from '../store/notification-store.ts';

/** Options of `Housekeeping`. */
export interface HousekeepingOptions {
  store: Pick<NotificationStore, 'prune'>;
  /** Writes down how sources do, as of `now`, in milliseconds since 1970. */
  writeConditions(now: number): Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** How often, and how long it is kept what is done and what was given up; all in milliseconds. */
const everyMs = 30_000;
const keepDoneMs = 3 * 24 * 3_600_000;
const keepDeadMs = 14 * 24 * 3_600_000;

/** What is to be done now and then: telling how sources do, and removing what is old. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Begins a while from now. */
  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.setTimeout(() => {
      void this.#work().finally(() => this.start());
    }, everyMs);
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #work(): Promise<void> {
    const { store, clock, logger } = this.#options;
    const now = clock.now();
    try {
      await this.#options.writeConditions(now);
      await store.prune({ doneBefore: now - keepDoneMs, deadBefore: now - keepDeadMs });
    } catch (error) {
      logger.warn({ err: error }, 'old alerts were not removed; they are the next time');
    }
  }
}
