import type { Clock } from '@armillary/kube';

/** Options of a `CircuitBreaker`. */
export interface CircuitBreakerOptions {
  clock: Clock;
  /** 0 to 1, for tests; `Math.random` otherwise. */
  random?: () => number;
  /** Makes one call that shows whether the source is back. Its outcome is reported as of any other call. */
  probe: () => void;
  /** The breaker opened, or closed again. */
  onChange?: (open: boolean) => void;
}

const failuresInARow = 5;
const windowMs = 30_000;
const callsInWindow = 10;
const probeEveryMs = 10_000;

/**
 * Leaves a source alone that fails: it opens after 5 failures in a row, or when half of at least 10 calls within 30 s
 * failed. While it is open one probe is made every 10 s and up to a tenth more; the first that succeeds closes it.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #calls: { at: number; failed: boolean }[] = [];
  #inARow = 0;
  #state: 'closed' | 'open' | 'halfOpen' = 'closed';
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get state(): 'closed' | 'open' | 'halfOpen' {
    return this.#state;
  }

  /** A call brought an answer. */
  succeeded(): void {
    if (this.#state === 'halfOpen') this.#close();
    // An answer that was under way when the breaker opened decides nothing: the probe does.
    if (this.#state === 'closed') this.#note(false);
  }

  /** A call brought none. */
  failed(): void {
    if (this.#state === 'halfOpen') this.#open();
    if (this.#state !== 'closed') return;
    this.#note(true);
    const failures = this.#calls.filter((call) => call.failed).length;
    const half = this.#calls.length >= callsInWindow && failures * 2 >= this.#calls.length;
    if (this.#inARow < failuresInARow && !half) return;
    this.#open();
    this.#options.onChange?.(true);
  }

  /** Makes no more probes. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #note(failed: boolean): void {
    const now = this.#options.clock.now();
    this.#inARow = failed ? this.#inARow + 1 : 0;
    // A clock that was set back leaves calls in the future: they are as old as those of long ago.
    this.#calls = this.#calls.filter(({ at }) => Math.abs(now - at) < windowMs).slice(-999);
    this.#calls.push({ at: now, failed });
  }

  #open(): void {
    const { clock, random = Math.random, probe } = this.#options;
    this.#state = 'open';
    if (this.#closed) return;
    this.#cancel = clock.setTimeout(
      () => {
        this.#state = 'halfOpen';
        probe();
      },
      probeEveryMs * (1 + 0.1 * random()),
    );
  }

  #close(): void {
    this.#state = 'closed';
    [this.#calls, this.#inARow] = [[], 0];
    this.#options.onChange?.(false);
  }
}
