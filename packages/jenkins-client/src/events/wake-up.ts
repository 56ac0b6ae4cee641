import type { Clock } from '../connection.ts';
import type { Deadline } from '../deadline.ts';

/** A sleep that can be cut short. A call while nobody sleeps cuts the next sleep short. */
export class WakeUp {
  #rung = false;
  #sleeper: AbortController | undefined;

  /** Ends the sleep. */
  call(): void {
    this.#rung = true;
    this.#sleeper?.abort();
  }

  /**
   * Sleeps, at least `leastMs` and until called or `ms` are over; all in milliseconds. Throws AbortedError and
   * TimeoutError as the deadline says.
   */
  async sleep(clock: Clock, deadline: Deadline, leastMs: number, ms: number): Promise<void> {
    await deadline.sleep(leastMs);
    if (!this.#rung) {
      const { signal, timeoutMs = Infinity } = deadline.left();
      const sleeper = new AbortController();
      const stop = (): void => {
        sleeper.abort();
      };
      this.#sleeper = sleeper;
      signal?.addEventListener('abort', stop);
      try {
        await clock.sleep(Math.min(ms - leastMs, timeoutMs), sleeper.signal);
      } catch (error) {
        if (!sleeper.signal.aborted) throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
        this.#sleeper = undefined;
      }
    }
    this.#rung = false;
    deadline.left();
  }
}
