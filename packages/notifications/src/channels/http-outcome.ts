import { isObject } from '@armillary/resource';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import type { OutgoingAnswer, OutgoingRequest } from '../outgoing/outgoing-http.ts';
import { retryAfterMs } from '../outgoing/retry-after.ts';
import type { ChannelContext } from './channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { DeliveryErrorDetails } from '../delivery-error.ts';

/** A request of a channel: time and signal come from the context. */
export type ChannelRequest = Omit<OutgoingRequest, 'timeoutMs' | 'signal'>;

/** Sends a request of a channel. An answer of any status resolves; everything else is a `DeliveryError`. */
export async function sendRequest(
  context: ChannelContext,
  provider: string,
  request: ChannelRequest,
): Promise<OutgoingAnswer> {
  try {
    return await context.http.send({ ...request, timeoutMs: context.timeoutMs, signal: context.signal });
  } catch (error) {
    throw outgoingFailure(error, provider);
  }
}

/** As `sendRequest`, posting JSON. */
export async function postJson(
  context: ChannelContext,
  provider: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<OutgoingAnswer> {
  return await sendRequest(context, provider, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  });
}

/** What to do about a request without an answer. What is no `OutgoingError` is returned as `transient` too. */
export function outgoingFailure(error: unknown, provider: string): DeliveryError {
  if (!(error instanceof OutgoingError)) {
    return new DeliveryError('transient', `${provider}: the request failed`, { cause: error });
  }
  const permanent = error.code === 'AddressRefused' || error.code === 'RequestInvalid';
  return new DeliveryError(permanent ? 'permanent' : 'transient', `${provider}: ${error.message}`, {
    code: error.code,
    cause: error,
  });
}

/**
 * What a status outside 200 to 299 means, unless the provider says otherwise: 429 and 503 with Retry-After ask to wait,
 * 408, 425 and 5xx may pass, redirects and all other refusals stay. `said` is the provider's reason, without secrets.
 */
export function statusFailure(
  answer: OutgoingAnswer,
  provider: string,
  now: number,
  said?: string,
): DeliveryError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const wait = retryAfterMs(answer.headers, now);
  const details: DeliveryErrorDetails = { code: `HTTP ${status}` };
  if (wait !== undefined) details.retryAfterMs = wait;
  const reason = `${provider} answered HTTP ${status}${said ? `: ${said}` : ''}`;
  if (status === 429 || (status === 503 && wait !== undefined))
    return new DeliveryError('rate', reason, details);
  const passing = status === 408 || status === 425 || status >= 500;
  return new DeliveryError(passing ? 'transient' : 'permanent', reason, details);
}

/** The JSON object of an answer; undefined when it is anything else, such as the page of a proxy. */
export function jsonObject(answer: OutgoingAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(answer.body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A provider's words as they may be shown: one line, cut, nothing but printable characters. */
export function providerWords(value: unknown): string {
  return typeof value === 'string'
    ? value
        .replace(/[\p{C}\s]+/gu, ' ')
        .trim()
        .slice(0, 200)
    : '';
}
