import type { CallOptions, Clock } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { isJenkinsError } from './errors.ts';

/**
 * The most that one request of a wait with a deadline may take at first, in milliseconds: one that hangs must not use up
 * the whole deadline. It doubles after each that took longer, for a server that is just slow.
 */
const firstLimitMs = 30_000;

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

  /** The next pause in milliseconds: up to a fifth shorter than planned, so that many waits spread out. */
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
 * Asks, and asks again while the server is away (starting, restarting, unreachable): until the deadline, or for five
 * minutes when there is none. Only for requests that change nothing when repeated.
 */
export async function throughOutages<T>(
  clock: Clock,
  deadline: Deadline,
  ask: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const pace = new Pace(500, 10_000);
  let awaySince: number | undefined;
  let limitMs = firstLimitMs;
  for (;;) {
    const { signal, timeoutMs } = deadline.left();
    try {
      // Without a deadline, the connection's own limit is that of each request.
      return await ask({ signal, timeoutMs: timeoutMs && Math.min(timeoutMs, limitMs) });
    } catch (error) {
      if (!isAway(error)) throw error;
      if (isJenkinsError(error, 'Timeout')) limitMs *= 2;
      awaySince ??= clock.now();
      if (timeoutMs === undefined && clock.now() - awaySince > longestOutageMs) throw error;
      await deadline.sleep(pace.next());
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
