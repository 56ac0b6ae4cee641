import type { Dispatcher } from 'undici';
import { staticCredential } from '../config/cluster-config.ts';
import type { ClusterConfig, Credential } from '../config/cluster-config.ts';
import { delay, unlessAborted } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { TokenBucket } from '../time/token-bucket.ts';
import { connectionError } from './connection-error.ts';
import { ConnectionPools } from './connection-pools.ts';
import { KubeError } from './kube-error.ts';
import { parseRetryAfter, retryAfterAnswer, retryAfterFailure } from './retry.ts';
import { parseWarnings } from './warnings.ts';

/** One request to the API server. */
export interface RawRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path on the server, escaped, without the query. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: string | Uint8Array;
  /** Of the body; `application/json` unless told. */
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** For the whole request, with its retries; for a stream until its headers. The client's own unless told. */
  timeoutMs?: number | undefined;
  /** The body of the answer goes on for long: it has no deadline and uses a connection of its own. */
  stream?: boolean;
  /** A stream that sends nothing for so long is given up with `StreamIdle`: its connection may be half open. */
  idleTimeoutMs?: number | undefined;
  /** Repeating a request that the server refused to process is harmless. GET, PUT, DELETE and apply unless told. */
  idempotent?: boolean;
}

/** The answer, whatever its status. Read `body` to its end or call `discard`, or its connection stays taken. */
export interface RawResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: AsyncIterable<Uint8Array>;
  /** Milliseconds of Retry-After, when present. */
  retryAfterMs: number | undefined;
  discard(): Promise<void>;
}

/** One finished exchange, for metrics. `code` is the HTTP status, or `<error>` when there was no answer. */
export interface RequestSample {
  method: string;
  host: string;
  code: string;
  durationMs: number;
}

/** Settings of the transport, all with a value. */
export interface TransportOptions {
  userAgent: string;
  requestTimeoutMs: number;
  maxConnections: number;
  maxStreams: number;
  clock: Clock;
  onWarning: ((text: string) => void) | undefined;
  onRequest: ((sample: RequestSample) => void) | undefined;
  rateLimit: { perSecond: number; burst: number } | undefined;
}

/** Sends requests: authentication, deadlines, the retries that are safe, throttling, warnings. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: URL;
  readonly #pools: ConnectionPools;
  readonly #credentials;
  readonly #bucket: TokenBucket | undefined;
  #closed = false;

  constructor(config: ClusterConfig, options: TransportOptions) {
    this.#options = options;
    this.#base = new URL(config.server);
    this.#pools = new ConnectionPools(config, options);
    this.#credentials = config.credentials ?? staticCredential({});
    if (options.rateLimit) this.#bucket = new TokenBucket({ clock: options.clock, ...options.rateLimit });
  }

  /** Resolves with any answer of the server; rejects with a {@link KubeError}, or with the signal's reason. */
  async send(request: RawRequest): Promise<RawResponse> {
    const { clock, requestTimeoutMs } = this.#options;
    const method = request.method ?? 'GET';
    const label = `${method} ${request.path}`;
    const timeoutMs = request.timeoutMs ?? requestTimeoutMs;
    const deadline = new Deadline(clock, request.signal);
    const tooLate = (): KubeError =>
      new KubeError('DeadlineExceeded', `${label}: no complete answer within ${timeoutMs} ms`);
    deadline.start(timeoutMs, tooLate);
    try {
      const response = await this.#sendWithRetries(request, method, label, deadline.signal);
      // The words of a refusal are short, also where a stream was asked for.
      const streams = request.stream && response.statusCode < 300;
      if (streams) deadline.stop();
      return wrapResponse(response, label, deadline, streams ? request.idleTimeoutMs : undefined, clock);
    } catch (error) {
      deadline.end();
      throw error;
    }
  }

  /** Ends all connections. Later requests fail with `ClientClosed`. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pools.close();
  }

  async #sendWithRetries(
    request: RawRequest,
    method: string,
    label: string,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const idempotent = request.idempotent ?? isIdempotent(request, method);
    let refreshed = false;
    for (let attempt = 0; ; attempt += 1) {
      await this.#throttle(signal);
      let wait: number | undefined;
      try {
        const credential = await this.#credential(label, signal);
        const response = await this.#sendOnce(request, credential, method, label, signal);
        if (response.statusCode === 401 && !refreshed && this.#credentials.refresh(credential)) {
          refreshed = true;
          wait = 0;
        } else {
          const retryAfterMs = parseRetryAfter(response.headers['retry-after'], this.#options.clock.now());
          wait = retryAfterAnswer(
            { method, idempotent, attempt },
            { status: response.statusCode, retryAfterMs },
          );
        }
        if (wait === undefined) return response;
        await response.body.dump();
      } catch (error) {
        wait = retryAfterFailure({ method, idempotent, attempt }, error);
        if (wait === undefined) throw error;
      }
      await delay(this.#options.clock, wait, signal);
      signal.throwIfAborted();
    }
  }

  async #credential(label: string, signal: AbortSignal): Promise<Credential> {
    signal.throwIfAborted();
    // A plugin serves many requests, so that one request's end must not stop it.
    const credential = await unlessAborted(this.#credentials.get(signal), signal);
    if (this.#closed) throw new KubeError('ClientClosed', `${label}: the client is closed`);
    return credential;
  }

  async #sendOnce(
    request: RawRequest,
    credential: Credential,
    method: string,
    label: string,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { clock, onRequest, onWarning } = this.#options;
    const startedAt = clock.now();
    let code = '<error>';
    try {
      signal.throwIfAborted();
      const pool = this.#pools.dispatcher(
        request.stream ? 'stream' : 'request',
        credential.clientCertificate,
      );
      const response = await pool.request({
        origin: this.#base.origin,
        path: this.#pathOf(request),
        method,
        headers: this.#headersOf(request, credential),
        body: request.body ?? null,
        signal,
      });
      code = String(response.statusCode);
      for (const text of onWarning ? parseWarnings(response.headers.warning) : []) onWarning?.(text);
      return response;
    } catch (error) {
      throw connectionError(error, label, signal);
    } finally {
      onRequest?.({ method, host: this.#base.host, code, durationMs: clock.now() - startedAt });
    }
  }

  async #throttle(signal: AbortSignal): Promise<void> {
    const wait = this.#bucket?.reserve() ?? 0;
    if (wait > 0) await delay(this.#options.clock, wait, signal);
  }

  #pathOf(request: RawRequest): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined && value !== '') query.set(name, String(value));
    }
    const prefix = this.#base.pathname.replace(/\/$/u, '');
    return query.size === 0 ? prefix + request.path : `${prefix}${request.path}?${query.toString()}`;
  }

  #headersOf(request: RawRequest, credential: Credential): Record<string, string> {
    const headers: Record<string, string> = {
      accept: request.accept ?? 'application/json',
      'user-agent': this.#options.userAgent,
      ...request.headers,
    };
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    if (credential.token !== undefined) headers['authorization'] = `Bearer ${credential.token}`;
    else if (credential.basic) {
      const { username, password } = credential.basic;
      headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    return headers;
  }
}

function isIdempotent(request: RawRequest, method: string): boolean {
  return (
    method === 'GET' ||
    method === 'PUT' ||
    method === 'DELETE' ||
    request.contentType === 'application/apply-patch+yaml'
  );
}

function wrapResponse(
  response: Dispatcher.ResponseData,
  label: string,
  deadline: Deadline,
  idleTimeoutMs: number | undefined,
  clock: Clock,
): RawResponse {
  return {
    status: response.statusCode,
    headers: response.headers,
    retryAfterMs: parseRetryAfter(response.headers['retry-after'], clock.now()),
    body: readBody(response.body, label, deadline, idleTimeoutMs),
    async discard() {
      deadline.abort(new KubeError('ConnectionLost', `${label}: the answer was discarded`));
      await response.body.dump();
    },
  };
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  label: string,
  deadline: Deadline,
  idleTimeoutMs: number | undefined,
): AsyncGenerator<Uint8Array> {
  const idle = (): KubeError =>
    new KubeError('StreamIdle', `${label}: the server sent nothing for ${idleTimeoutMs} ms`);
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only the server's silence counts, not the time that the reader takes.
      if (idleTimeoutMs !== undefined) deadline.start(idleTimeoutMs, idle);
      const next = await chunks.next();
      if (idleTimeoutMs !== undefined) deadline.stop();
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw connectionError(error, label, deadline.signal);
  } finally {
    deadline.end();
    await chunks.return?.();
  }
}
