import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from '../http-outcome.ts';

/**
 * Throws `DeliveryError` unless Discord took the message: 200 with the message, as asked for, or 204. A 429 says
 * how long to wait in its JSON, in seconds with decimals; one of the network in front of Discord only by Retry-After.
 */
export function checkDiscordAnswer(answer: OutgoingAnswer, now: number): void {
  const json = jsonObject(answer);
  const stored = answer.status === 200 && typeof json?.['id'] === 'string';
  if (stored || answer.status === 204) return;
  const code = typeof json?.['code'] === 'number' && json['code'] !== 0 ? ` (code ${json['code']})` : '';
  const failure = statusFailure(answer, 'Discord', now, `${providerWords(json?.['message'])}${code}`);
  if (!failure) throw new DeliveryError('transient', 'Discord answered something else than the message');
  const seconds = json?.['retry_after'];
  if (failure.fault === 'rate' && typeof seconds === 'number' && seconds >= 0) {
    throw new DeliveryError('rate', failure.message, {
      code: 'HTTP 429',
      retryAfterMs: Math.ceil(seconds * 1000),
    });
  }
  throw failure;
}
