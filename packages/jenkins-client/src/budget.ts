import type { CallOptions, Clock } from './connection.ts';
import { TimeoutError } from './errors.ts';

/**
 * Shares one time limit between the requests of one call: each answer of the function holds what is left of
 * `timeoutMs`, in milliseconds. It throws TimeoutError when nothing is left, so that no further request is sent.
 */
export function budget(clock: Clock, options: CallOptions = {}): () => CallOptions {
  const { signal, timeoutMs } = options;
  if (timeoutMs === undefined) return () => ({ signal });
  const end = clock.now() + timeoutMs;
  return () => {
    const left = end - clock.now();
    if (left <= 0) throw new TimeoutError(`The call took longer than its ${timeoutMs} ms.`);
    return { signal, timeoutMs: left };
  };
}
