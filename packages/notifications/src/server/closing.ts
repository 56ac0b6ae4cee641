import type { FastifyInstance } from 'fastify';

/** How long whoever has begun a request may take to end it, in milliseconds: the drain of deliveries waits for it. */
const usualGraceMs = 5000;

/**
 * Lets a server close in time. Node ends connections that are idle when it begins, and no other: one on which a request
 * is under way then would stay open for as long as its client likes. Here it ends with the answer, and whoever has not
 * ended a request in time is cut off: nothing of it was acknowledged.
 */
export function endConnectionsOnClose(app: FastifyInstance, graceMs: number = usualGraceMs): void {
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    closing = true;
    timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
