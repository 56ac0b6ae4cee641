import type { Clock } from '../time/clock.ts';
import { TokenBucket } from '../time/token-bucket.ts';

/** What a queue tells about itself; each hook may be set. */
export interface WorkQueueObserver {
  onAdd?: () => void;
  onRetry?: () => void;
  onDepth?: (depth: number) => void;
  onTake?: (waitedMs: number) => void;
  onDone?: (workedMs: number) => void;
  /** How long each key that is worked on now has been, in milliseconds. */
  unfinishedMs(): number[];
}

/** Settings of a queue. Back-off of one key: base doubling to the cap; all keys together: the token bucket. */
export interface WorkQueueOptions {
  clock: Clock;
  /** 5 ms unless told. */
  baseMs?: number;
  /** 300,000 ms unless told. */
  capMs?: number;
  /** 10 retries a second with a burst of 100 unless told. */
  retries?: { perSecond: number; burst: number };
  random?: () => number;
}

/**
 * A queue of keys for level-triggered work. A key waits at most once; a key that is worked on is never given
 * out a second time, and an add during the work brings it back once afterwards. As keys are deduplicated, it
 * holds at most as many as there are objects.
 */
export class WorkQueue implements WorkQueueObserver {
  onAdd?: () => void;
  onRetry?: () => void;
  onDepth?: (depth: number) => void;
  onTake?: (waitedMs: number) => void;
  onDone?: (workedMs: number) => void;

  readonly #options: Required<Omit<WorkQueueOptions, 'retries'>>;
  readonly #bucket: TokenBucket;
  /** In order of arrival, with the time of it. */
  readonly #waiting = new Map<string, number>();
  readonly #working = new Map<string, number>();
  readonly #addedDuringWork = new Set<string>();
  readonly #delayed = new Map<string, { at: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #shutDown = false;

  constructor(options: WorkQueueOptions) {
    this.#options = { baseMs: 5, capMs: 300_000, random: Math.random, ...options };
    this.#bucket = new TokenBucket({
      clock: options.clock,
      ...(options.retries ?? { perSecond: 10, burst: 100 }),
    });
  }

  /** Keys that wait, without the delayed ones. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Asks for work on the key now. */
  add(key: string): void {
    if (this.#shutDown || this.#waiting.has(key) || this.#addedDuringWork.has(key)) return;
    this.onAdd?.();
    if (this.#working.has(key)) this.#addedDuringWork.add(key);
    else this.#enqueue(key);
  }

  /** Asks for work on the key after `ms` milliseconds. The earlier of two such requests counts. */
  addAfter(key: string, ms: number): void {
    if (this.#shutDown) return;
    if (ms <= 0) return this.add(key);
    const { clock } = this.#options;
    const at = clock.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier && earlier.at <= at) return;
    earlier?.cancel();
    const cancel = clock.setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, ms);
    this.#delayed.set(key, { at, cancel });
  }

  /** Asks for work on the key again after a failure: the longer of the key's back-off and the token bucket's wait. */
  addRateLimited(key: string): void {
    const { baseMs, capMs, random } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.onRetry?.();
    const backoff = Math.min(capMs, baseMs * 2 ** failures * (1 + random() / 10));
    this.addAfter(key, Math.max(backoff, this.#bucket.reserve()));
  }

  /** The work succeeded: the next failure of the key is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; undefined after `shutDown`. Pair each with `done`. */
  take(): Promise<string | undefined> {
    if (this.#shutDown) return Promise.resolve(undefined);
    const [first] = this.#waiting.keys();
    if (first !== undefined) return Promise.resolve(this.#begin(first));
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The work on a taken key is over, well or not. */
  done(key: string): void {
    const startedAt = this.#working.get(key);
    if (startedAt === undefined) return;
    this.#working.delete(key);
    this.onDone?.(this.#options.clock.now() - startedAt);
    if (this.#addedDuringWork.delete(key) && !this.#shutDown) this.#enqueue(key);
  }

  /** Gives out nothing more and forgets what waits: after a restart the first list brings it back. */
  shutDown(): void {
    this.#shutDown = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.onDepth?.(0);
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  unfinishedMs(): number[] {
    const now = this.#options.clock.now();
    return [...this.#working.values()].map((startedAt) => now - startedAt);
  }

  #enqueue(key: string): void {
    this.#waiting.set(key, this.#options.clock.now());
    this.onDepth?.(this.#waiting.size);
    const taker = this.#takers.shift();
    if (taker) taker(this.#begin(key));
  }

  #begin(key: string): string {
    const now = this.#options.clock.now();
    this.onTake?.(now - (this.#waiting.get(key) ?? now));
    this.#waiting.delete(key);
    this.onDepth?.(this.#waiting.size);
    this.#working.set(key, now);
    // This run answers what the delayed one would have; it may ask for another delay.
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    return key;
  }
}
