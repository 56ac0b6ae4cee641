import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from '../http-outcome.ts';

/** Least wait after a failure of the server (Pushover, "Being friendly to our API"). */
const leastWaitMs = 5000;

/** Wait for a quota whose end the answer does not tell. */
const quotaWaitMs = 60 * 60 * 1000;

/**
 * Throws `DeliveryError` unless Pushover took the message: `status: 1`. A 429 means that the month's messages are used
 * up, until the time in `X-Limit-App-Reset`; other 4xx must not be repeated unchanged; 5xx may be, after 5 seconds.
 */
export function checkPushoverAnswer(answer: OutgoingAnswer, now: number): void {
  const json = jsonObject(answer);
  if (answer.status === 200 && json?.['status'] === 1) return;
  const said = Array.isArray(json?.['errors']) ? json['errors'].map(providerWords).join('; ') : '';
  const failure = statusFailure(answer, 'Pushover', now, said);
  if (!failure) throw new DeliveryError('transient', 'Pushover answered something else than its JSON');
  const { message, code = '' } = failure;
  if (answer.status === 429) {
    const resetAt = Number(answer.headers['x-limit-app-reset']) * 1000;
    const retryAfterMs = resetAt > now ? resetAt - now : (failure.retryAfterMs ?? quotaWaitMs);
    throw new DeliveryError('rate', message, { code, retryAfterMs });
  }
  if (json?.['token'] === 'invalid') {
    throw new DeliveryError('token', `${message}: put a valid token in the Secret of the Config`, { code });
  }
  if (failure.fault !== 'permanent') {
    throw new DeliveryError(failure.fault, message, {
      code,
      retryAfterMs: Math.max(failure.retryAfterMs ?? 0, leastWaitMs),
    });
  }
  throw failure;
}
