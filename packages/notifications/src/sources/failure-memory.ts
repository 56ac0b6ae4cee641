import type { Clock } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import type { SourceFailure } from './source-failure.ts';

/** Options of a `FailureMemory`. */
export interface FailureMemoryOptions {
  clock: Clock;
  /** Milliseconds that the first failure holds; each that follows holds twice as long. */
  firstMs: number;
  maxEntries: number;
}

const longestMs = 60_000;
/** A source that asks to be left alone for longer is asked again after this. */
const longestRetryAfterMs = 600_000;

interface Failed {
  readonly failure: SourceFailure;
  readonly at: number;
  readonly holdsMs: number;
}

/** Remembers what failed lately, so that a burst of alerts does not become a burst of requests that fail. */
export class FailureMemory {
  readonly #options: FailureMemoryOptions;
  readonly #failed: LRUCache<string, Failed>;
  /** The source asked to be left alone, whatever the question. */
  #everything: Failed | undefined;

  constructor(options: FailureMemoryOptions) {
    this.#options = options;
    this.#failed = new LRUCache({ max: options.maxEntries });
  }

  /** The failure because of which a key shall not be asked for now. */
  get(key: string): SourceFailure | undefined {
    return this.#holding(this.#everything) ?? this.#holding(this.#failed.get(key));
  }

  failed(key: string, failure: SourceFailure): void {
    const at = this.#options.clock.now();
    const before = this.#failed.get(key);
    const holdsMs = Math.min(longestMs, before ? before.holdsMs * 2 : this.#options.firstMs);
    this.#failed.set(key, { failure, at, holdsMs });
    if (failure.retryAfterMs !== undefined) {
      this.#everything = { failure, at, holdsMs: Math.min(failure.retryAfterMs, longestRetryAfterMs) };
    }
  }

  succeeded(key: string): void {
    this.#failed.delete(key);
    this.#everything = undefined;
  }

  #holding(failed: Failed | undefined): SourceFailure | undefined {
    if (!failed) return undefined;
    const age = this.#options.clock.now() - failed.at;
    // Below zero the clock was set back: what is left of the time is not known.
    return age >= 0 && age < failed.holdsMs ? failed.failure : undefined;
  }
}
