import type { Clock } from './clock.ts';

/**
 * A signal that aborts when its parent does or when time is up, whichever is first. It takes its listener
 * off the parent when ended, so that a long-lived parent does not collect one per request.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #parent: AbortSignal | undefined;
  #cancel: (() => void) | undefined;
  readonly #onParentAbort = (): void => this.abort(this.#parent?.reason);

  constructor(clock: Clock, parent: AbortSignal | undefined) {
    this.#clock = clock;
    this.#parent = parent;
    if (parent?.aborted) this.#controller.abort(parent.reason);
    else parent?.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on, `ms` milliseconds remain; then the signal aborts with the error that `reason` makes. */
  start(ms: number, reason: () => Error): void {
    this.stop();
    this.#cancel = this.#clock.setTimeout(() => this.abort(reason()), ms);
  }

  /** Time does not count until the next `start`. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.end();
  }

  /** The work is over: neither time nor the parent matter any more. */
  end(): void {
    this.stop();
    this.#parent?.removeEventListener('abort', this.#onParentAbort);
  }
}
