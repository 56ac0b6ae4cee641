import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NotificationApi } from './notification-api.ts';

/** Health and metrics, under Kubernetes' names and upstream's, for everybody. */
export function addProbeRoutes(app: FastifyInstance, api: NotificationApi): void {
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
}
