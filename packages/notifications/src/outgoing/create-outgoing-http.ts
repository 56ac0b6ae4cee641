import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { systemClock } from '@armillary/kube';
import type { Clock } from '@armillary/kube';
import type { AddressPolicy } from './address-policy.ts';
import { connectionFailure } from './connection-failure.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { OutgoingAgents } from './outgoing-agents.ts';
import { OutgoingError } from './outgoing-http.ts';
import type { OutgoingAnswer, OutgoingHttp, OutgoingRequest } from './outgoing-http.ts';
import { acceptEncoding, readAnswer } from './read-answer.ts';

/** Options of `createOutgoingHttp`. */
export interface OutgoingHttpOptions {
  policy: AddressPolicy;
  userAgent: string;
  /** The machine's unless told. */
  clock?: Clock;
  /** Finds the addresses of a name; the system's resolver unless told. The policy judges what it finds. */
  lookup?: LookupFunction;
}

/** An `OutgoingHttp` that holds connections until it is closed. */
export interface ClosableOutgoingHttp extends OutgoingHttp {
  /** Ends the connections once the requests under way are done. */
  close(): Promise<void>;
}

const defaultAnswerBytes = 1024 * 1024;

/**
 * Requests to the outside over undici. An address is judged by the policy as it is written, and again, after its name
 * was looked up, by the very address that is connected to, so that a name cannot change its mind in between. With a
 * proxy that holds for the proxy; the server's name is looked up by the proxy, so that the policy sees it only as it is
 * written. Redirects are answers like others.
 */
export function createOutgoingHttp(options: OutgoingHttpOptions): ClosableOutgoingHttp {
  const { policy, userAgent, clock = systemClock, lookup = systemLookup } = options;
  const agents = new OutgoingAgents(guardedLookup(policy, lookup));

  async function exchange(request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingAnswer> {
    const url = policy.checkUrl(request.url);
    const proxy = request.proxyUrl === undefined ? undefined : policy.checkProxyUrl(request.proxyUrl);
    let started = false;
    try {
      const answer = await agents.dispatcher(request.tls, proxy).request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: { 'user-agent': userAgent, 'accept-encoding': acceptEncoding, ...request.headers },
        body: request.body ?? null,
        signal,
      });
      started = true;
      const headers = headersOf(answer.headers);
      const limit = request.maxAnswerBytes ?? defaultAnswerBytes;
      const body = await readAnswer(
        answer.body,
        headers['content-encoding']?.toLowerCase(),
        limit,
        url.origin,
      );
      return { status: answer.statusCode, headers, body };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw connectionFailure(error, url.origin, started);
    }
  }

  return {
    async send(request) {
      const peer = URL.parse(request.url)?.origin ?? 'the address';
      const stop = new AbortController();
      const abort = (): void => stop.abort(new OutgoingError('Aborted', `${peer}: the request was stopped`));
      const late = `${peer}: no complete answer within ${request.timeoutMs} ms`;
      const clear = clock.setTimeout(() => stop.abort(new OutgoingError('Timeout', late)), request.timeoutMs);
      if (request.signal.aborted) abort();
      request.signal.addEventListener('abort', abort, { once: true });
      try {
        return await exchange(request, stop.signal);
      } finally {
        clear();
        request.signal.removeEventListener('abort', abort);
      }
    },
    close: () => agents.close(),
  };
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
