import { ConnectionFailedError, NotReadyError } from '../errors.ts';

/** How often and how fast a request is sent again. */
export interface RetryPolicy {
  /** How many times after the first; 0 for never. */
  readonly limit: number;
  /** The first wait, in milliseconds; it doubles each time. */
  readonly minMs: number;
  /** The longest wait, in milliseconds. A server that asks for more is not waited for. */
  readonly maxMs: number;
}

/** What may be told of a policy. */
export type RetryOptions = { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined };

/** The policy of a connection: 3 times, from 200 ms to 10 s, unless told otherwise; `false` for never. */
export function retryPolicy(retry: RetryOptions | false = {}): RetryPolicy {
  const { limit = 3, minMs = 200, maxMs = 10_000 } = retry === false ? { limit: 0 } : retry;
  return { limit, minMs, maxMs };
}

/**
 * How long to wait before sending again, in milliseconds; undefined when that could do harm or cannot help. A request
 * that changes something is sent again only when it was certainly not sent: the connection was refused.
 */
export function retryDelay(
  error: unknown,
  retries: number,
  repeatable: boolean,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  if (retries >= policy.limit) return undefined;
  const backoff = Math.min(policy.maxMs, policy.minMs * 2 ** retries);
  // Between half and whole: many clients of one server that came back do not all ask at once.
  const jittered = backoff / 2 + random() * (backoff / 2);
  if (error instanceof NotReadyError) {
    if (!repeatable || (error.retryAfterMs ?? 0) > policy.maxMs) return undefined;
    return Math.max(jittered, error.retryAfterMs ?? 0);
  }
  if (error instanceof ConnectionFailedError && !error.lasting && (repeatable || !error.maybeSent))
    return jittered;
  return undefined;
}
