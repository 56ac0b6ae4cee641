import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { findRoute, type Area, type Call, type Route } from './area.ts';
import {
  containerPage,
  loginRequired,
  noSuchAction,
  notFound,
  oops,
  Refused,
  starting,
} from './error-pages.ts';
import type { Faults } from './faults.ts';
import { readRequest, redirect, type Answer, type FakeRequest } from './http.ts';
import { findPermalink, isPermalink } from './items/item-json.ts';
import type { Item } from './items/item.ts';
import { ANONYMOUS, type Authentication, type User } from './users.ts';
import type { World } from './world.ts';

/** A request that the server answered. */
export interface LoggedRequest {
  readonly method: string;
  /** The path below the prefix, without the query. */
  readonly path: string;
  /** 0 when no answer was given. */
  readonly status: number;
  readonly user: string;
}

const MOST_LOGGED = 10_000;
const MOST_FAILURES = 100;

/** The HTTP server: it finds out who asks and for what, lets the areas answer, and sends the answer as Jenkins would. */
export class HttpServer {
  readonly requests: LoggedRequest[] = [];
  /** What went wrong inside this server, and not on purpose: its own errors, and those of a test's functions. */
  readonly failures: unknown[] = [];
  readonly #world: World;
  readonly #faults: Faults;
  readonly #routes: readonly Route[];
  readonly #server: Server;

  constructor(world: World, areas: readonly Area[], faults: Faults) {
    this.#world = world;
    this.#routes = areas.flatMap((area) => area.routes);
    this.#faults = faults;
    this.#server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
  }

  /** Listens on loopback; resolves with the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** From the socket and back. */
  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(incoming, this.#world.options.prefix);
      const who = this.#world.users.authenticate(incoming.headers.authorization);
      const answer = await this.#faults.around(request, () =>
        this.#answer(request, who, incoming.url ?? '/'),
      );
      this.#log(incoming, request, answer, who?.user ?? ANONYMOUS);
      if (answer === 'reset') incoming.socket.destroy();
      else await this.#send(outgoing, answer, incoming, who?.user ?? ANONYMOUS);
    } catch (error) {
      // Nothing more can be said. That the client went away is no failure.
      if (!incoming.socket.destroyed) this.#failed(error);
      outgoing.destroy();
    }
  }

  /** Keeps an error that is nobody's intention. */
  #failed(error: unknown): void {
    if (this.failures.length < MOST_FAILURES) this.failures.push(error);
  }

  #log(
    incoming: IncomingMessage,
    request: FakeRequest | undefined,
    answer: Answer | 'reset',
    user: User,
  ): void {
    this.requests.push({
      method: incoming.method ?? 'GET',
      path: request?.path ?? incoming.url ?? '',
      status: answer === 'reset' ? 0 : answer.status,
      user: user.name,
    });
    if (this.requests.length > MOST_LOGGED) this.requests.shift();
  }

  /** The answer, or the refusal, in the order in which Jenkins looks: address, start-up, credentials, the rest. */
  async #answer(
    request: FakeRequest | undefined,
    who: Authentication | undefined,
    url: string,
  ): Promise<Answer> {
    const { prefix } = this.#world.options;
    try {
      if (!request) throw containerPage(400, 'Bad Request', 'Invalid request');
      if (prefix !== '' && !`${url.split('?')[0]}/`.startsWith(`${prefix}/`))
        throw containerPage(404, 'Not Found', 'Not found');
      if (this.#world.down) return starting();
      if (!who)
        throw containerPage(401, 'Unauthorized', 'Unauthorized', {
          'www-authenticate': 'Basic realm="Jenkins"',
        });
      return await this.#dispatch(request, who);
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      this.#failed(error);
      return oops().answer;
    }
  }

  /** Finds the thing and the route that a path names, and lets the route answer. */
  async #dispatch(request: FakeRequest, who: Authentication): Promise<Answer> {
    const { item, build, rest } = this.#locate(request.segments);
    const on = build === undefined ? this.#targets(item) : (['build'] as const);
    const found = on.map((target) => attempt(() => findRoute(this.#routes, target, request.method, rest)));
    const hit = found.find((one) => !(one instanceof Error));
    const route = hit instanceof Error ? undefined : hit;
    this.#admit(request, who, route?.route);
    if (!item || (build !== undefined && build === null)) throw notFound();
    if (!route) {
      if (rest.length === 0 && !request.path.endsWith('/') && item.parent)
        return redirect(`${this.#world.options.prefix}${request.path}/`);
      throw (
        found.find((one) => one instanceof Refused && one.answer.status === 405) ??
        (build && !this.#hasAction(rest[0]) ? noSuchAction() : notFound())
      );
    }
    const call: Call = {
      world: this.#world,
      request,
      user: who.user,
      item,
      build: build ?? undefined,
      params: route.params,
      rootUrl: this.#rootUrl(request),
    };
    const answer = await route.route.handle(call);
    if (!answer) throw notFound();
    return answer;
  }

  /** Whether builds have something below a name; if not, their 404 is a page of its own. */
  #hasAction(name: string | undefined): boolean {
    return this.#routes.some((route) => route.on === 'build' && route.path.split('/')[0] === name);
  }

  /** The root is the server and an item at once. */
  #targets(item: Item | undefined): readonly Route['on'][] {
    return item?.kind === 'root' ? ['server', 'item'] : ['item'];
  }

  /** The item and build that a path names; `build` is null when it names one that is not there. */
  #locate(segments: readonly string[]) {
    const names: string[] = [];
    while (segments[names.length * 2] === 'job' && segments[names.length * 2 + 1] !== undefined) {
      names.push(segments[names.length * 2 + 1] ?? '');
    }
    const item = this.#world.root.find(names);
    const rest = segments.slice(names.length * 2);
    const [selector] = rest;
    if (!item?.isJob || selector === undefined || !(/^\d+$/.test(selector) || isPermalink(selector))) {
      return { item, build: undefined, rest };
    }
    const build = isPermalink(selector) ? findPermalink(item, selector) : item.builds.get(Number(selector));
    return { item, build: build ?? null, rest: rest.slice(1) };
  }

  /** Lets a request in, or throws why not: a crumb is asked for first, then a login, then the right to be here. */
  #admit(request: FakeRequest, who: Authentication, route: Route | undefined): void {
    if (route?.open) return;
    // DELETE and PUT need none (hudson.security.csrf.CrumbFilter, read in the source).
    const asked = this.#world.options.crumbs && request.method === 'POST' && who.by !== 'token';
    if (asked && !this.#hasCrumb(request, who.user)) {
      throw containerPage(403, 'Forbidden', 'No valid crumb was included in the request');
    }
    if (who.user === ANONYMOUS) throw loginRequired(request.path, this.#world.options.prefix);
    who.user.need('hudson.model.Hudson.Read');
    if (request.segments[0] === 'job' && !who.user.may('hudson.model.Item.Read')) throw notFound();
  }

  /** The crumb may come in a header or in a field; it counts only with the session that it was made for. */
  #hasCrumb(request: FakeRequest, user: User): boolean {
    const session = this.#world.sessions.of(request.headers.cookie);
    const given = request.headers['jenkins-crumb'] ?? request.parameter('Jenkins-Crumb');
    return session !== undefined && given === this.#world.sessions.crumb(session, user);
  }

  /** The configured root URL, or what the request says it used. */
  #rootUrl(request: FakeRequest): string {
    const { rootUrl, prefix } = this.#world.options;
    if (typeof rootUrl === 'string') return rootUrl.endsWith('/') ? rootUrl : `${rootUrl}/`;
    const host = request.headers.host ?? 'localhost';
    if (rootUrl === undefined) return `http://${host}${prefix}/`;
    const proto = request.headers['x-forwarded-proto'] ?? 'http';
    const forwarded = request.headers['x-forwarded-host'];
    const port = host.split(':')[1];
    const address =
      forwarded === undefined ? host : `${String(forwarded)}${port === undefined ? '' : `:${port}`}`;
    return `${String(proto)}://${address}${prefix}/`;
  }

  /** Sends an answer with the headers that Jenkins has on all, and those that its own pages have. */
  async #send(
    outgoing: ServerResponse,
    answer: Answer,
    incoming: IncomingMessage,
    user: User,
  ): Promise<void> {
    const { sessions, options, session } = this.#world;
    outgoing.statusCode = answer.status;
    outgoing.setHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of Object.entries(answer.headers ?? {})) outgoing.setHeader(name, value);
    if (outgoing.hasHeader('x-jenkins') || outgoing.hasHeader('x-hudson')) {
      outgoing.setHeader('x-jenkins', options.version);
      outgoing.setHeader('x-jenkins-session', session);
    }
    let { body } = answer;
    if (typeof body === 'function') {
      let id = sessions.of(incoming.headers.cookie);
      if (id === undefined) {
        id = sessions.open(user);
        outgoing.setHeader('set-cookie', `JSESSIONID=${id}; Path=${options.prefix || '/'}; HttpOnly`);
      }
      body = body(sessions.crumb(id, user));
    }
    const head = incoming.method === 'HEAD';
    if (body instanceof Readable) return head ? void outgoing.end() : pipeline(body, outgoing);
    const bytes = Buffer.from(body ?? '');
    if (!outgoing.hasHeader('transfer-encoding') && answer.status !== 204)
      outgoing.setHeader('content-length', bytes.length);
    if (head) outgoing.end();
    else outgoing.end(bytes);
  }
}

/** The result of a function, or the `Refused` that it throws. */
function attempt<T>(work: () => T): T | Refused {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}
