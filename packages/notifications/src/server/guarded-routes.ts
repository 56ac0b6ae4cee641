import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NotificationError } from '../errors.ts';
import type { Access, Action } from './access.ts';
import { answerRefusal } from './answer.ts';
import type { BodyRoom } from './body-room.ts';
import { pathOf } from './request.ts';

/** Adds a route that is only for those who may do `action`. */
export type AddRoute = (
  method: 'GET' | 'POST',
  url: string,
  action: Action,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
) => void;

/** Options of `guardedRoutes`. */
export interface GuardOptions {
  access: Access;
  /** Longest body in bytes. */
  bodyLimit: number;
  room: BodyRoom;
}

/** Routes of a server whose requests are judged before anything of their bodies is read. */
export function guardedRoutes(app: FastifyInstance, { access, bodyLimit, room }: GuardOptions): AddRoute {
  const makeRoom = (request: FastifyRequest, reply: FastifyReply): void => {
    // A body that does not say how long it is may be as long as any.
    const length = Math.min(Number(request.headers['content-length'] ?? bodyLimit), bodyLimit);
    // Whoever announces long bodies and sends none must not shut out the ordinary ones, of up to 256 KiB.
    if (length <= bodyLimit / 64) return;
    const leave = room.take(length);
    if (!leave) throw new NotificationError('Busy', 'too many long requests at once: try again later');
    for (const end of ['finish', 'close']) reply.raw.once(end, leave);
  };
  return (method, url, action, handler) => {
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
}
