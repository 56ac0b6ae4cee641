import { randomUUID } from 'node:crypto';
import type { OutgoingRequest } from '../outgoing/outgoing-http.ts';
import { signRequest } from './signature.ts';
import type { SourceAuth } from './source-auth.ts';

/** What is asked, without what every request to a source carries. */
export type BareRequest = Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>;

/**
 * A request to a source as the published contract describes it: which version is understood, an id to find it by, how
 * often to expect it, the credentials, and the signature. `now` in milliseconds since 1970.
 */
export function sourceRequest(
  { method, url, headers, body }: BareRequest,
  { client, secrets }: Pick<SourceAuth, 'client' | 'secrets'>,
  { refreshMs, now }: { refreshMs: number; now: number },
): Omit<OutgoingRequest, 'timeoutMs' | 'signal'> {
  const { pathname, search } = new URL(url);
  const signed = { method, target: `${pathname}${search}`, body: body ?? '' };
  return {
    method,
    url,
    headers: {
      accept: 'application/vnd.armillary.receivers+json;version=1, application/json;q=0.9',
      'x-request-id': randomUUID(),
      'x-armillary-refresh-interval-seconds': String(Math.ceil(refreshMs / 1000)),
      ...headers,
      ...client.headers,
      ...(secrets.length > 0 ? signRequest(signed, secrets, now) : {}),
    },
    ...(body !== undefined && { body }),
    ...(client.tls && { tls: client.tls }),
    ...(client.proxyUrl !== undefined && { proxyUrl: client.proxyUrl }),
  };
}
