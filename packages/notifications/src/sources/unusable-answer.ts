import type { OutgoingAnswer } from '../outgoing/outgoing-http.ts';
import { retryAfterMs } from '../outgoing/retry-after.ts';
import { answerInvalid } from './source-failure.ts';
import type { SourceFailure } from './source-failure.ts';
import type { SourceSettings } from './source-settings.ts';

/**
 * Why an answer is not even read; undefined when it is 200 with JSON. Sidecars of upstream do not always say that they
 * send JSON.
 */
export function unusableAnswer(
  { status, headers }: OutgoingAnswer,
  contract: SourceSettings['contract'],
  now: number,
): SourceFailure | undefined {
  if (status !== 200) {
    const wait = status === 429 || status === 503 ? retryAfterMs(headers, now) : undefined;
    const message = `it answered HTTP ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`;
    return { code: 'HttpStatus', message, status, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (contract === 'receivers' && !/^\s*application\/(?:[\w.+-]+\+)?json\s*$/iu.test(type)) {
    return answerInvalid('its Content-Type is not application/json');
  }
  return undefined;
}
