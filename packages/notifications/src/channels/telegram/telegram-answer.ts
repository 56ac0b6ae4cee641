import { isObject } from '@armillary/resource';
import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { DeliveryError } from '../../delivery-error.ts';
import type { DeliveryErrorDetails } from '../../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from '../http-outcome.ts';

/** The new id of a group that became a supergroup, as Telegram says when the old one is used; else undefined. */
export function migratedChat(answer: OutgoingAnswer): string | undefined {
  const id = parametersOf(answer)['migrate_to_chat_id'];
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : undefined;
}

/**
 * Throws `DeliveryError` unless Telegram took the message. 429 says how many seconds to wait in
 * `parameters.retry_after`; 401 and 404 refuse the token, which is part of the path (Bot API, "Making requests").
 */
export function checkTelegramAnswer(answer: OutgoingAnswer, now: number): void {
  const json = jsonObject(answer);
  if (answer.status === 200 && json?.['ok'] === true) return;
  const failure = statusFailure(answer, 'Telegram', now, providerWords(json?.['description']));
  if (!failure) throw new DeliveryError('transient', 'Telegram answered something else than its JSON');
  const { fault, message, code = '', retryAfterMs } = failure;
  const refusesToken = json?.['ok'] === false && (answer.status === 401 || answer.status === 404);
  const details: DeliveryErrorDetails = { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const seconds = parametersOf(answer)['retry_after'];
  if (typeof seconds === 'number' && seconds >= 0) details.retryAfterMs = Math.ceil(seconds * 1000);
  if (!refusesToken) throw new DeliveryError(fault, message, details);
  throw new DeliveryError('token', `${message}: put a valid token in the Secret of the Config`, details);
}

function parametersOf(answer: OutgoingAnswer): Readonly<Record<string, unknown>> {
  const parameters = jsonObject(answer)?.['parameters'];
  return isObject(parameters) ? parameters : {};
}
