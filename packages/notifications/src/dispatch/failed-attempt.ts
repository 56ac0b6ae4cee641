import { DeliveryError } from '../delivery-error.ts';
import type { AttemptOutcome } from '../store/notification-store.ts';
import { backoffMs } from './backoff.ts';

/** What is known when an attempt fails. Times in milliseconds since 1970. */
export interface FailedAttempt {
  readonly error: unknown;
  /** Attempts made before. */
  readonly attempts: number;
  readonly expiresAt: number;
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

// A refused token is fetched anew before the next attempt, which is why that one may be soon.
const soonMs = 1000;
/** No provider may put a delivery off for longer than this. */
const longestRetryAfterMs = 3_600_000;

/** Most characters of a reason that is stored with every attempt. */
const longestReason = 1_000;

/** What follows from a failure: another attempt, or the end. Errors that no channel throws count as transient. */
export function failedAttempt({ error, attempts, expiresAt, now, random }: FailedAttempt): AttemptOutcome {
  // An error may quote a template that is written out.
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, longestReason);
  const fault = error instanceof DeliveryError ? error.fault : 'transient';
  if (fault === 'permanent') return { outcome: 'dead', fault, reason };
  const notBefore = now + waitMs(error, fault, backoffMs(attempts + 1, random), attempts);
  if (notBefore < expiresAt) return { outcome: 'retry', fault, reason, notBefore };
  return { outcome: 'dead', fault, reason: `${reason} (given up: it expires before the next attempt)` };
}

function waitMs(error: unknown, fault: string, backoff: number, attempts: number): number {
  if (fault === 'token' && attempts === 0) return soonMs;
  const asked = error instanceof DeliveryError ? error.retryAfterMs : undefined;
  if (asked === undefined || !(asked >= 0)) return backoff;
  // A provider that always says "at once" is not asked again at once.
  return Math.min(longestRetryAfterMs, fault === 'rate' ? Math.max(asked, soonMs) : Math.max(asked, backoff));
}
