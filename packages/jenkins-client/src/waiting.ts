import type { CallOptions, Connection } from './connection.ts';
import { AbortedError, TimeoutError, isJenkinsError } from './errors.ts';

/** The most that one request of a longer wait may take; a request that hangs must not use up the whole deadline. */
const requestTimeoutMs = 30_000;

/** How long a server may be away in a wait without a deadline, before its error is passed on. */
const longestOutageMs = 5 * 60_000;

/** Growing pauses with jitter: `firstMs`, half as much again each time, up to `capMs`. */
export class Pace {
  readonly #firstMs: number;
  readonly #capMs: number;
  #nextMs: number;

  constructor(firstMs: number, capMs: number) {
    this.#firstMs = firstMs;
    this.#capMs = capMs;
    this.#nextMs = firstMs;
  }

  /** The next pause in milliseconds: at most a fifth shorter than planned, so that many waits spread out. */
  next(): number {
    const planned = this.#nextMs;
    this.#nextMs = Math.min(this.#capMs, planned * 1.5);
    return Math.round(planned * (0.8 + 0.2 * Math.random()));
  }

  /** Begins with the short pauses again. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}

/**
 * A wait of many requests under one deadline and one signal. It uses the connection's clock, so that tests need not
 * wait for real.
 */
export class Wait {
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number | undefined;
  readonly #timeoutMs: number | undefined;
  readonly #purpose: string;

  /** `purpose` completes "Gave up waiting for ..." in the error message. */
  constructor(connection: Connection, options: CallOptions, purpose: string) {
    this.#connection = connection;
    this.#signal = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#deadline = options.timeoutMs === undefined ? undefined : connection.clock.now() + options.timeoutMs;
    this.#purpose = purpose;
  }

  /** What is left of the deadline in milliseconds. Throws TimeoutError when it passed, AbortedError when aborted. */
  remainingMs(): number {
    if (this.#signal?.aborted === true) {
      throw new AbortedError(`Waiting for ${this.#purpose} was aborted by its signal.`, {
        cause: this.#signal.reason as unknown,
      });
    }
    const remaining = this.#deadline === undefined ? Infinity : this.#deadline - this.#connection.clock.now();
    if (remaining <= 0) {
      throw new TimeoutError(
        `Gave up waiting for ${this.#purpose} after ${this.#timeoutMs} ms. Wait again, with a longer timeoutMs.`,
      );
    }
    return remaining;
  }

  /** The options for the next request. */
  call(): CallOptions {
    return { signal: this.#signal, timeoutMs: Math.min(this.remainingMs(), requestTimeoutMs) };
  }

  /** Waits, at most until the deadline. */
  async pause(ms: number): Promise<void> {
    const remaining = this.remainingMs();
    try {
      await this.#connection.clock.sleep(Math.min(ms, remaining), this.#signal);
    } catch (cause) {
      this.remainingMs();
      throw cause;
    }
  }

  /**
   * Asks, and asks again while the server is away (starting, restarting, unreachable): until the deadline, or without
   * one for five minutes. Only for requests that change nothing when repeated.
   */
  async through<T>(ask: (call: CallOptions) => Promise<T>): Promise<T> {
    const pace = new Pace(500, 10_000);
    let awaySince: number | undefined;
    for (;;) {
      try {
        return await ask(this.call());
      } catch (error) {
        if (!isAway(error)) throw error;
        const now = this.#connection.clock.now();
        awaySince ??= now;
        this.remainingMs();
        if (this.#deadline === undefined && now - awaySince > longestOutageMs) throw error;
        await this.pause(pace.next());
      }
    }
  }
}

/** Whether an error says that the server is away for now. */
export function isAway(error: unknown): boolean {
  return (
    isJenkinsError(error, 'NotReady') ||
    isJenkinsError(error, 'ConnectionFailed') ||
    isJenkinsError(error, 'Timeout')
  );
}
