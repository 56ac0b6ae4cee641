import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '@armillary/kube';
import { NotificationError } from '../errors.ts';
import { BodyRoom } from './body-room.ts';
import { parseDirectNotification, verificationAlert } from './direct-notification.ts';
import type { Access, Action } from './access.ts';
import { answerAsUpstream, answerProblem, statusOf } from './answer.ts';
import { endConnectionsOnClose } from './closing.ts';
import type { EntryFilter, NotificationApi } from './notification-api.ts';
import { redact } from './redact.ts';
import { tracePage } from './trace-page.ts';

/** Options of `createServer`. */
export interface ServerOptions {
  api: NotificationApi;
  access: Access;
  logger: Logger;
  /** Longest body in bytes; 16 MiB when absent. Alertmanager posts a whole group at once. */
  bodyLimit?: number;
  /** Bytes of all bodies that are under way; 16 of the longest when absent. */
  bodyRoom?: number;
}

/** Routes that answer in upstream's form, `{"Status":…,"Message":…}`. */
const upstreamRoutes = new Set(['/api/v2/alerts', '/api/v2/notifications', '/api/v2/verify']);

/** Longest body of a request that names what to forget, in bytes. */
const maxInvalidation = 64 * 1024;

type Route = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * The HTTP interface of the notification manager: upstream's routes with upstream's answers, and ours beside them.
 * Alerts are answered with 200 only once they are durable, and with 503, never 429, when they cannot be taken:
 * Alertmanager tries again after a 503 and gives up after a 429.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { api, access, logger, bodyLimit = 16 * 2 ** 20 } = options;
  const room = new BodyRoom(options.bodyRoom ?? 16 * bodyLimit);
  const app = fastify({
    bodyLimit,
    // A sender that never ends its request must not keep a connection for ever.
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    logger: false,
    exposeHeadRoutes: false,
    // Labels may be called anything: what is read from a body is checked, and never merged into objects.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  endConnectionsOnClose(app);
  // Senders other than Alertmanager forget the content type, or send form's; the body is JSON all the same.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.setErrorHandler((error: Error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) logger.warn({ err: error, path: request.routeOptions.url }, 'a request failed');
    const message =
      status === 500 ? 'internal error; the log of the notification manager says more' : error.message;
    if (status === 503) reply.header('retry-after', '5');
    return answerRefusal(request, reply, status, message);
  });
  app.setNotFoundHandler((request, reply) =>
    answerProblem(reply, 404, `there is nothing at ${pathOf(request)}`),
  );

  const makeRoom = (request: FastifyRequest, reply: FastifyReply): void => {
    // A body that does not say how long it is may be as long as any.
    const length = Math.min(Number(request.headers['content-length'] ?? bodyLimit), bodyLimit);
    // Whoever announces long bodies and sends none must not shut out the ordinary ones, of up to 256 KiB.
    if (length <= bodyLimit / 64) return;
    const leave = room.take(length);
    if (!leave) throw new NotificationError('Busy', 'too many long requests at once: try again later');
    for (const end of ['finish', 'close']) reply.raw.once(end, leave);
  };
  const route = (method: 'GET' | 'POST', url: string, action: Action, handler: Route): void => {
    app.route({
      method,
      url,
      onRequest: async (request, reply) => {
        const { authorization, origin } = request.headers;
        // Browsers say where a page comes from: one that somebody looks at could reach this machine through them.
        if (method === 'POST' && origin !== undefined)
          return answerRefusal(request, reply, 403, 'a page in a browser may not post here');
        const verdict = await access({
          action,
          verb: method.toLowerCase(),
          path: pathOf(request),
          authorization,
        });
        if (verdict === 'unknown') {
          reply.header('www-authenticate', 'Bearer');
          return answerRefusal(request, reply, 401, 'give a token in the header Authorization: Bearer …');
        }
        if (verdict === 'forbidden')
          return answerRefusal(request, reply, 403, `${method} ${pathOf(request)} is not allowed`);
        if (method === 'POST') makeRoom(request, reply);
        return undefined;
      },
      handler,
    });
  };

  route('POST', '/api/v2/alerts', 'alerts', async (request, reply) => {
    await api.accept(jsonOf(request));
    return answerAsUpstream(reply, 200, 'Notification request accepted');
  });
  route('POST', '/api/v2/notifications', 'act', async (request, reply) => {
    const notification = parseDirectNotification(jsonOf(request), Date.now());
    if (notification.alerts.length === 0) {
      return answerAsUpstream(reply, 400, 'alert.alerts is empty: there is nothing to send');
    }
    const problems = await api.sendNow(notification);
    return problems.length === 0
      ? answerAsUpstream(reply, 200, 'Send alerts successfully')
      : answerAsUpstream(reply, 400, problems.join('; '));
  });
  route('POST', '/api/v2/verify', 'act', async (request, reply) => {
    const { receiver, config } = parseDirectNotification(jsonOf(request), Date.now());
    const alerts = [verificationAlert(Date.now())];
    const problems = await api.sendNow({ receiver, ...(config === undefined ? {} : { config }), alerts });
    return problems.length === 0
      ? answerAsUpstream(reply, 200, 'Verify successfully')
      : answerAsUpstream(reply, 400, problems.join('; '));
  });

  const byName = (
    entries: readonly { type: string; name: string; tenant?: string; spec: unknown }[],
  ): object => Object.fromEntries(entries.map((entry) => [`${entry.type}/${entry.name}`, shown(entry)]));
  for (const prefix of ['', '/api/v2']) {
    route('GET', `${prefix}/receivers`, 'read', async (request) => byName(api.receivers(filterOf(request))));
    route('GET', `${prefix}/configs`, 'read', async (request) => byName(api.configs(filterOf(request))));
    route('GET', `${prefix}/receiverWithConfig`, 'read', async (request) =>
      api.receiversWithConfig(filterOf(request)).map(({ receiver, config }) => ({
        receiver: shown(receiver),
        config: config ? shown(config) : null,
      })),
    );
  }

  route('GET', '/api/v2/trace', 'read', async (request, reply) => {
    const { fingerprint = '', limit, receiver } = queryOf(request, ['fingerprint', 'limit', 'receiver']);
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) {
      return answerProblem(reply, 400, 'fingerprint is 16 hexadecimal digits, as Alertmanager shows it');
    }
    const traces = await api.traces(fingerprint, boundedLimit(limit, 10, 100));
    return tracePage(
      fingerprint,
      traces,
      receiver === undefined ? undefined : { receiver, why: (trace) => api.explainReceiver(receiver, trace) },
    );
  });
  route('GET', '/api/v2/deadletters', 'read', async (request) => {
    const { limit, ...filter } = queryOf(request, ['channel', 'tenant', 'limit']);
    return await api.deadLetters({ ...filter, limit: boundedLimit(limit, 100, 1000) });
  });
  route('POST', '/api/v2/deadletters/replay', 'act', async (request, reply) => {
    const { ids } = (jsonOf(request) ?? {}) as { ids?: unknown };
    if (!Array.isArray(ids) || ids.length > 1000 || !ids.every(isId)) {
      return answerProblem(reply, 400, 'ids is a list of up to 1,000 ids that GET /api/v2/deadletters shows');
    }
    return { replayed: await api.replay(ids) };
  });

  // Whoever may call it is decided by the signature, which is over the body: it has to be read before.
  app.post('/api/v2/sources/:source/invalidate', { bodyLimit: maxInvalidation }, async (request) => {
    const { source } = request.params as { source: string };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    await api.invalidate({
      source,
      headers: request.headers,
      method: request.method,
      url: request.url,
      body,
    });
    return { invalidated: source };
  });

  const words = (text: string) => async (_: FastifyRequest, reply: FastifyReply) =>
    reply.type('text/plain').send(text);
  for (const url of ['/healthz', '/-/live', '/status']) app.get(url, words('ok\n'));
  for (const url of ['/readyz', '/-/ready']) {
    app.get(url, async (_, reply) => {
      const problems = api.problems();
      return reply
        .code(problems.length === 0 ? 200 : 503)
        .type('text/plain')
        .send(problems.length === 0 ? 'ok\n' : `${problems.join('\n')}\n`);
    });
  }
  // Upstream's answers to a reload by doing nothing; here nothing is left to do either: objects are watched.
  for (const method of ['GET', 'POST'] as const)
    app.route({ method, url: '/-/reload', handler: words('ok\n') });
  app.get('/metrics', async (_, reply) => {
    const { contentType, text } = await api.metrics();
    return reply.type(contentType).send(text);
  });
  return app;
}

/** An id of a dead letter, as both stores count them. */
const isId = (id: unknown): id is string => typeof id === 'string' && /^\d{1,15}$/.test(id);

/** Upstream's clients, such as KubeSphere's console, show people what `Message` says. */
function answerRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  return upstreamRoutes.has(request.routeOptions.url ?? '')
    ? answerAsUpstream(reply, status, message)
    : answerProblem(reply, status, message);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

/** The body as JSON. Throws what the error handler answers with 400. */
function jsonOf(request: FastifyRequest): unknown {
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  try {
    return JSON.parse(body);
  } catch (error) {
    throw Object.assign(new Error(`the body is not JSON: ${(error as Error).message}`), { statusCode: 400 });
  }
}

function filterOf(request: FastifyRequest): EntryFilter {
  return queryOf(request, ['tenant', 'type', 'name']);
}

/** Those of the query's parameters that are given, and given once. */
function queryOf<K extends string>(request: FastifyRequest, names: readonly K[]): Partial<Record<K, string>> {
  const query = request.query as Record<string, unknown>;
  const given = names.filter((name) => typeof query[name] === 'string' && query[name] !== '');
  return Object.fromEntries(given.map((name) => [name, query[name]])) as Partial<Record<K, string>>;
}

function shown(entry: { type: string; name: string; tenant?: string; spec: unknown }): object {
  const { type, name, tenant, spec } = entry;
  return { type, name, ...(tenant === undefined ? {} : { tenant }), spec: redact(spec) };
}

function boundedLimit(text: string | undefined, usual: number, most: number): number {
  const limit = Number(text ?? usual);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : usual;
}
