import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '@armillary/kube';
import type { Access } from './access.ts';
import { answerProblem, answerRefusal, statusOf } from './answer.ts';
import { BodyRoom } from './body-room.ts';
import { endConnectionsOnClose } from './closing.ts';
import { guardedRoutes } from './guarded-routes.ts';
import type { NotificationApi } from './notification-api.ts';
import { addProbeRoutes } from './probe-routes.ts';
import { addInvalidationRoute, addObjectRoutes, addTraceRoutes } from './reading-routes.ts';
import { pathOf } from './request.ts';
import { addSendingRoutes } from './sending-routes.ts';

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

  const route = guardedRoutes(app, { access, bodyLimit, room });
  addSendingRoutes(route, api);
  addObjectRoutes(route, api);
  addTraceRoutes(route, api);
  addInvalidationRoute(app, api);
  addProbeRoutes(app, api);
  return app;
}
