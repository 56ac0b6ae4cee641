import type { Clock } from '../connection.ts';
import { closedError } from './call.ts';

/** A clock whose sleepers wake up, with an AbortedError, when the client is closed. */
export function closableClock(clock: Clock, closed: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      // One signal of both would outlive the sleep; these listeners do not.
      const either = new AbortController();
      const wake = (): void => either.abort(signal?.reason);
      const sources = [signal, closed];
      for (const source of sources) {
        if (source?.aborted === true) wake();
        else source?.addEventListener('abort', wake);
      }
      try {
        await clock.sleep(ms, either.signal);
      } catch (error) {
        throw closed.aborted && signal?.aborted !== true ? closedError() : error;
      } finally {
        for (const source of sources) source?.removeEventListener('abort', wake);
      }
    },
  };
}
