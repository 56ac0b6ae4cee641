import { isObject } from '@armillary/resource';
import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { DeliveryError } from '../../delivery-error.ts';
import type { DeliveryErrorDetails } from '../../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from '../http-outcome.ts';

/** How an old incoming webhook tells of a failure, with the status 200: "connectors do not throw 429s" (Microsoft). */
const deliveryFailed = /webhook message delivery failed|endpoint returned http error/iu;

/** Statuses of Teams that pass beside those of everybody (Microsoft, "Rate limiting"). */
const passing = new Set([412]);

/**
 * Throws `DeliveryError` unless Teams took the message. Workflows answer 202, old webhooks 200 with `1` as the text;
 * failures of these are in the text.
 */
export function checkTeamsAnswer(answer: OutgoingAnswer, now: number): void {
  const error = jsonObject(answer)?.['error'];
  const { code, message } = isObject(error) ? error : {};
  const said = [code, message].map(providerWords).filter(Boolean).join(': ');
  const failure = statusFailure(answer, 'Teams', now, said);
  if (failure) {
    if (!passing.has(answer.status)) throw failure;
    throw new DeliveryError('transient', failure.message, { code: `HTTP ${answer.status}` });
  }
  const text = new TextDecoder().decode(answer.body.subarray(0, 4096));
  if (deliveryFailed.test(text)) throw hiddenFailure(text);
  if (/^\s*<(?:!doctype|html)/iu.test(text)) {
    throw new DeliveryError(
      'transient',
      'Teams answered a page for people: a proxy or login stands in between',
    );
  }
}

/** `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId …`. */
function hiddenFailure(text: string): DeliveryError {
  const status = Number(/http error (\d{3})/iu.exec(text)?.[1] ?? 0);
  const details: DeliveryErrorDetails = status === 0 ? {} : { code: `HTTP ${status}` };
  const reason = `Teams did not deliver the message: ${providerWords(text)}`;
  if (status === 429) return new DeliveryError('rate', reason, details);
  const stays = status >= 400 && status < 500 && status !== 408 && !passing.has(status);
  return new DeliveryError(stays ? 'permanent' : 'transient', reason, details);
}
