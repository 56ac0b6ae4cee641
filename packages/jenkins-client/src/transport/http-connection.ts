import { CapabilityCache } from '../capability-cache.ts';
import type { Capabilities } from '../capabilities.ts';
import type { CallOptions, Clock, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { CrumbRejectedError, LoginRedirectError, UnauthenticatedError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, textOf } from '../json-shape.ts';
import { Answer } from './answer.ts';
import { answerError, hiddenLogin } from './answer-error.ts';
import { Authentication, type Identity } from './authentication.ts';
import { browserSettings, userAgent } from './browser.ts';
import { Call } from './call.ts';
import { closableClock } from './closable-clock.ts';
import { startOfBody } from './error-body.ts';
import { fetchError } from './fetch-error.ts';
import { Gate } from './gate.ts';
import { lowerCased, shownHeaders, unsendable } from './headers.ts';
import { readLocation, type Location } from './location.ts';
import type { ConnectOptions, FetchFunction } from './options.ts';
import { encodeBody } from './request-body.ts';
import { requestUrl } from './request-url.ts';
import { retryDelay, retryPolicy, type RetryPolicy } from './retry.ts';
import { secretsOf } from './secrets.ts';
import { ServerSession, type Crumb } from './server-session.ts';
import { serverUrl } from './server-url.ts';
import { systemClock } from './system-clock.ts';
import { ownFetch, type OwnFetch } from './tls.ts';

/** One request on its way: what does not change from sending to sending. */
interface Sending {
  readonly request: JenkinsRequest;
  readonly method: string;
  readonly url: string;
  readonly call: Call;
  attempt: number;
  /** Why it is sent again. */
  failed?: unknown;
  /** Whether it was answered with a redirect whose address the browser hides. */
  hidden?: boolean;
}

/** A connection over `fetch`, with authentication, crumbs, deadlines, retries and typed errors. */
export class HttpConnection implements Connection {
  readonly url: URL;
  readonly clock: Clock;
  readonly #options: ConnectOptions;
  readonly #retry: RetryPolicy;
  readonly #timeoutMs: number;
  readonly #authentication: Authentication;
  readonly #session = new ServerSession();
  readonly #gate: Gate;
  readonly #closed = new AbortController();
  readonly #baseHeaders: Readonly<Record<string, string>>;
  #fetch: FetchFunction | undefined;
  #ownFetch: Promise<OwnFetch> | undefined;
  readonly #capabilities = new CapabilityCache(this);

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.url = serverUrl(options.url);
    this.clock = closableClock(options.clock ?? systemClock, this.#closed.signal);
    this.#retry = retryPolicy(options.retry);
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#authentication = new Authentication(options.auth ?? 'anonymous');
    this.#gate = new Gate(options.concurrency ?? 8);
    // Messages in English, whatever the language of the server: some errors are known by their words.
    this.#baseHeaders = { 'accept-language': 'en', ...userAgent, ...lowerCased(options.headers) };
    if (options.fetch) this.#fetch = options.fetch;
    // Bound when used, so that a global fetch replaced later is honoured.
    else if (!options.tls && !options.proxy) this.#fetch = (url, init) => fetch(url, init);
  }

  get serverSession(): string | undefined {
    return this.#session.server;
  }

  async request(request: JenkinsRequest): Promise<JenkinsResponse> {
    const method = request.method ?? 'GET';
    const url = requestUrl(this.url, request);
    const call = new Call(request, this.#timeoutMs, this.#closed.signal);
    const sending: Sending = { request, method, url, call, attempt: 0 };
    try {
      const answer = await this.#sendUntilAnswered(sending);
      if (sending.hidden) await this.#refuseHiddenLogin(sending);
      return answer;
    } catch (error) {
      call.end();
      throw call.failure({ method, path: request.path, cause: sending.failed }) ?? error;
    }
  }

  async capabilities({
    build,
    ...options
  }: CallOptions & { build?: string | undefined } = {}): Promise<Capabilities> {
    const call = new Call(options, this.#timeoutMs, this.#closed.signal);
    try {
      return await call.wait(this.#capabilities.get(build));
    } catch (error) {
      throw call.failure({}) ?? error;
    } finally {
      call.end();
    }
  }

  /** Ends all calls and waits, and closes the connections that only this client uses. */
  async close(): Promise<void> {
    this.#closed.abort();
    // What could not be opened needs no closing; the calls that wanted it were told.
    const own = await this.#ownFetch?.catch(() => undefined);
    await own?.close();
  }

  async #sendUntilAnswered(sending: Sending): Promise<Answer> {
    const { request, method, call } = sending;
    const repeatable = request.repeatable ?? (method === 'GET' || method === 'HEAD');
    let retries = 0;
    let renewed = false;
    let crumbRefreshed = false;
    for (; ; sending.attempt++) {
      const current = this.#authentication.current(call);
      const identity = current instanceof Promise ? await current : current;
      const crumb = this.#crumbFor(method, identity) && (await this.#crumb(call));
      try {
        return await this.#send(sending, identity, crumb);
      } catch (error) {
        if (call.signal.aborted) throw error;
        // Jenkins refuses a wrong crumb and wrong credentials before it looks at the request: it may be sent again.
        if (error instanceof CrumbRejectedError && method === 'POST' && !crumbRefreshed) {
          crumbRefreshed = true;
          this.#session.refuse(crumb || undefined);
        } else if (isRefusedIdentity(error) && !renewed && this.#authentication.renew(identity)) {
          renewed = true;
          this.#session.reset();
        } else {
          const delay = retryDelay(error, retries++, repeatable, this.#retry);
          if (delay === undefined) throw error;
          sending.failed = error;
          await this.clock.sleep(delay, call.signal);
        }
      }
    }
  }

  async #send(sending: Sending, identity: Identity, crumb: Crumb | 'none' | false): Promise<Answer> {
    const { request, method, url, call, attempt } = sending;
    const origin = { method, path: request.path };
    const { type, body } = encodeBody(request);
    const headers: Record<string, string> = { ...this.#baseHeaders };
    if (type !== undefined) headers['content-type'] = type;
    if (identity.header !== undefined) headers['authorization'] = identity.header;
    if (crumb && crumb !== 'none') headers[crumb.header.toLowerCase()] = crumb.value;
    if (identity.session || this.#session.active) {
      const cookies = this.#session.cookies.header(this.url.pathname + request.path, this.clock.now());
      if (cookies !== undefined) headers['cookie'] = cookies;
    }
    if (request.headers) Object.assign(headers, lowerCased(request.headers));
    this.#options.onRequest?.({ ...origin, attempt, headers: shownHeaders(Object.entries(headers)) });

    const fetch = this.#fetch ?? (await call.wait(this.#openOwnFetch()));
    const place = this.#gate.enter(call.signal);
    if (place) await place;
    const sentAt = this.clock.now();
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        ...browserSettings,
        signal: call.signal,
        ...(body === undefined ? undefined : { body }),
      });
    } catch (cause) {
      throw call.failure(origin) ?? unsendable(headers, origin) ?? fetchError(cause, origin);
    } finally {
      this.#gate.leave();
    }
    this.#session.active ||= identity.session;
    this.#session.note(response.headers, this.clock.now());
    this.#options.onResponse?.({
      ...origin,
      attempt,
      status: response.status,
      headers: shownHeaders(response.headers),
      durationMs: this.clock.now() - sentAt,
    });
    sending.hidden = response.type === 'opaqueredirect';
    const answer = this.#result(sending, response);
    if (answer) return answer;
    if (sending.hidden) throw hiddenLogin(origin);
    throw await this.#refusal(sending, response, [
      ...identity.secrets,
      ...(crumb && crumb !== 'none' ? [crumb.value] : []),
    ]);
  }

  /** The answer, when it is a result of this request. */
  #result({ request, method, call, url }: Sending, response: Response): Answer | undefined {
    const status = statusOf(request, response);
    const location = this.#locationOf(url, response);
    const success = status >= 200 && status < 300 && !isPageInstead(request, status, response.headers);
    if (!success && (!request.accept?.includes(status) || (status < 400 && location?.login)))
      return undefined;
    const origin = { method, path: request.path, status };
    return new Answer(response, status, location?.path, call, origin, {
      maxBytes: request.maxBytes ?? this.#options.maxBytes ?? 64 * 1024 * 1024,
      deadlineCoversStream: request.timeoutMs !== undefined,
    });
  }

  /** What an answer means that is no result. */
  async #refusal({ request, method, url }: Sending, response: Response, secrets: string[]): Promise<Error> {
    const status = statusOf(request, response);
    return answerError({
      status,
      headers: response.headers,
      body: await startOfBody(response),
      location: status < 400 ? this.#locationOf(url, response) : undefined,
      origin: { method, path: request.path, status },
      secrets: [
        ...secrets,
        ...this.#session.cookies.secrets(),
        ...secretsOf({ path: '', headers: this.#baseHeaders }),
        ...secretsOf(request),
      ],
      now: this.clock.now(),
    });
  }

  /**
   * To a browser, a proxy that wants a login answers as Jenkins does when it is done: with a redirect to somewhere. Asked
   * for what never redirects, it gives itself away.
   */
  async #refuseHiddenLogin({ request, method, call }: Sending): Promise<void> {
    const { path } = request;
    try {
      const answer = await this.request({ path: 'whoAmI/api/json', signal: call.signal });
      await answer.discard();
    } catch (error) {
      // Whatever else keeps it from answering says nothing about the first answer, which counts.
      if (error instanceof LoginRedirectError) throw hiddenLogin({ method, path, cause: error });
    }
  }

  #locationOf(url: string, response: Response): Location | undefined {
    const header = response.headers.get('location');
    return header === null ? undefined : readLocation(header, new URL(url), this.url);
  }

  /** Jenkins asks crumbs of POST alone (hudson.security.csrf.CrumbFilter). */
  #crumbFor(method: string, identity: Identity): boolean {
    return method === 'POST' && (identity.session || this.#session.active);
  }

  #crumb(call: Call): Crumb | 'none' | Promise<Crumb | 'none'> {
    const crumb = this.#session.crumb(() => this.#fetchCrumb());
    return crumb instanceof Promise ? call.wait(crumb) : crumb;
  }

  /** Jenkins without crumbs answers 404. */
  async #fetchCrumb(): Promise<Crumb | 'none'> {
    const answer = await this.request({ path: 'crumbIssuer/api/json', accept: [404] });
    if (answer.status === 404) {
      await answer.discard();
      return 'none';
    }
    const json = objectOf(await answer.json<unknown>());
    return {
      header: expected(textOf(json?.crumbRequestField), 'a crumb'),
      value: expected(textOf(json?.crumb), 'a crumb'),
    };
  }

  async #openOwnFetch(): Promise<FetchFunction> {
    const { tls, proxy } = this.#options;
    this.#ownFetch ??= ownFetch(tls, proxy?.toString());
    this.#fetch = (await this.#ownFetch).fetch;
    return this.#fetch;
  }
}

/** Browsers hide a redirect that is not followed: it is taken for the one that is wanted. */
function statusOf(request: JenkinsRequest, response: Response): number {
  if (response.type !== 'opaqueredirect') return response.status;
  return request.accept?.find((status) => status >= 300 && status < 400) ?? 302;
}

function isRefusedIdentity(error: unknown): boolean {
  return error instanceof UnauthenticatedError || error instanceof LoginRedirectError;
}

/**
 * Whether a form was answered with a page where Jenkins redirects when it is done: the login page of a proxy, or the
 * form once more.
 */
function isPageInstead(
  { method = 'GET', accept = [] }: JenkinsRequest,
  status: number,
  headers: Headers,
): boolean {
  return (
    status === 200 &&
    method === 'POST' &&
    accept.includes(302) &&
    !accept.includes(200) &&
    /^text\/html\b/iu.test(headers.get('content-type') ?? '')
  );
}
