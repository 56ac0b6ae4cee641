import type { CallOptions, Clock } from './connection.ts';
import { AbortedError, TimeoutError } from './errors.ts';

/**
 * The deadline of an operation that takes several requests and waits, such as waiting for a build. It holds no timer:
 * each request is given what is left of it, and waits are cut to it.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #end: number | undefined;
  readonly #timeoutMs: number | undefined;

  /** Begins now. Without `timeoutMs` the operation as a whole has no limit; its requests have the connection's. */
  constructor(clock: Clock, options: CallOptions = {}) {
    this.#clock = clock;
    this.#signal = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#end = options.timeoutMs === undefined ? undefined : clock.now() + options.timeoutMs;
  }

  /** Options for the next request: the signal and what is left. TimeoutError and AbortedError when it is over. */
  left(): CallOptions {
    if (this.#signal?.aborted === true) {
      throw new AbortedError('The call was aborted by its signal.', {
        cause: this.#signal.reason as unknown,
      });
    }
    if (this.#end === undefined) return { signal: this.#signal };
    const left = this.#end - this.#clock.now();
    if (left <= 0) throw new TimeoutError(`It was not done within ${this.#timeoutMs} ms.`);
    return { signal: this.#signal, timeoutMs: left };
  }

  /** Waits, and no longer than until the end: TimeoutError then; AbortedError when the signal is aborted. */
  async sleep(ms: number): Promise<void> {
    const { timeoutMs = Infinity } = this.left();
    try {
      await this.#clock.sleep(Math.min(ms, timeoutMs), this.#signal);
    } catch (error) {
      if (this.#signal?.aborted !== true) throw error;
    }
    this.left();
  }
}
