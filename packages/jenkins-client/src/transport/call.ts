import type { CallOptions } from '../connection.ts';
import { AbortedError, InvalidError, TimeoutError, type ErrorOrigin, type JenkinsError } from '../errors.ts';

/** Timers hold no more than this; a longer deadline is none. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The deadline and the signal of one call, as one signal for `fetch`. It listens to the caller's signal until `end` is
 * called, and not longer: a signal that serves thousands of calls collects no listeners.
 */
export class Call {
  readonly #controller = new AbortController();
  readonly #callerSignal: AbortSignal | undefined;
  readonly #closed: AbortSignal | undefined;
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timedOut = false;

  /** `closed` ends it, too: the signal of a client that is closed. */
  constructor(options: CallOptions, defaultTimeoutMs: number, closed?: AbortSignal) {
    this.#callerSignal = options.signal;
    this.#closed = closed;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    if (!(this.#timeoutMs > 0)) {
      throw new InvalidError(
        `timeoutMs is ${this.#timeoutMs}: give milliseconds above 0, or Infinity for no limit.`,
      );
    }
    for (const signal of [this.#callerSignal, closed]) {
      if (signal?.aborted === true) this.#abort();
      else signal?.addEventListener('abort', this.#abort);
    }
    if (this.#timeoutMs <= longestTimerMs) {
      this.#timer = setTimeout(() => {
        this.#timedOut = true;
        this.#controller.abort();
      }, this.#timeoutMs);
    }
  }

  readonly #abort = (): void => {
    this.#controller.abort();
  };

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the call was ended from outside; undefined while it was not. */
  failure(origin: ErrorOrigin): JenkinsError | undefined {
    if (!this.#controller.signal.aborted) return undefined;
    if (this.#timedOut) {
      return new TimeoutError(
        `Jenkins did not answer within ${this.#timeoutMs} ms. Set a longer timeoutMs when this call may take longer.`,
        origin,
      );
    }
    if (this.#closed?.aborted === true && this.#callerSignal?.aborted !== true) return closedError(origin);
    return new AbortedError('The call was aborted by its signal.', {
      ...origin,
      cause: this.#callerSignal?.reason as unknown,
    });
  }

  /** Stops the clock and lets go of the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    for (const signal of [this.#callerSignal, this.#closed])
      signal?.removeEventListener('abort', this.#abort);
  }

  /** Lets a stream outlive the deadline; the caller's signal still ends it. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** Waits for work shared with others, which goes on when this call is ended. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let stop: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      stop = () => {
        reject(signal.reason as Error);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
    }
  }
}

/** What ends the calls and waits of a client that is closed. */
export function closedError(origin: ErrorOrigin = {}): AbortedError {
  return new AbortedError('The client was closed.', origin);
}
