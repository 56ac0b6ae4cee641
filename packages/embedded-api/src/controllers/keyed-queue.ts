/** What a queue works with. */
export interface KeyedQueueOptions {
  /** Brings the world in line for one key. Throwing means: try again later. */
  process(key: string): Promise<void>;
  onError(error: unknown): void;
  /** How many keys may be processed at the same time; 4 when absent. One key never runs twice at once. */
  concurrency?: number;
}

/** Milliseconds to wait after the `failures`-th failure in a row: from 5 ms to 30 s, with jitter. */
const backOff = (failures: number): number =>
  Math.min(30_000, 5 * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2);

/**
 * A work queue of level-triggered controllers: a key is in it at most once however often it is added, so its length
 * is bounded by the number of objects. A key added while it is processed runs again afterwards.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #concurrency: number;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #idle: (() => void)[] = [];
  #scheduled = false;
  #stopped = false;

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 4;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#waiting.add(key);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not at once: the caller may be a listener in the middle of a commit.
    setImmediate(() => {
      this.#scheduled = false;
      this.#next();
    });
  }

  /** Adds a key after some time; an earlier appointment for it is replaced. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, milliseconds);
    this.#timers.set(key, timer.unref());
  }

  /** Resolves when nothing waits or runs. Keys that failed and wait for their next try do not count. */
  settled(): Promise<void> {
    if (this.#waiting.size === 0 && this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Takes nothing up any more and resolves when what is running has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running.values());
    this.#next();
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
    if (this.#waiting.size > 0 || this.#running.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.process(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      if (!this.#stopped) this.#options.onError(error);
      this.addAfter(key, backOff(failures));
    }
    this.#running.delete(key);
    this.#next();
  }
}
