import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotificationError, type NotificationErrorCode } from '../errors.ts';

const statuses: Record<NotificationErrorCode, number> = {
  Invalid: 400,
  NotFound: 404,
  Unauthenticated: 401,
  Busy: 503,
  CredentialUnavailable: 502,
  StoreUnusable: 503,
};

/** The HTTP status of an error: 400 for what the sender can mend, 503 for what passes, never 429. */
export function statusOf(error: unknown): number {
  if (error instanceof NotificationError) return statuses[error.code];
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

/** Answers as notification-manager does: `{"Status":200,"Message":"…"}`, with these capitals. */
export function answerAsUpstream(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify({ Status: status, Message: message }));
}

/** Answers with `application/problem+json` (RFC 9457). */
export function answerProblem(reply: FastifyReply, status: number, title: string): FastifyReply {
  return reply.code(status).type('application/problem+json').send(JSON.stringify({ status, title }));
}

/** Routes that answer in upstream's form. */
const upstreamRoutes = new Set(['/api/v2/alerts', '/api/v2/notifications', '/api/v2/verify']);

/** Refuses a request in the form of its route: upstream's clients, such as KubeSphere's console, show `Message`. */
export function answerRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  return upstreamRoutes.has(request.routeOptions.url ?? '')
    ? answerAsUpstream(reply, status, message)
    : answerProblem(reply, status, message);
}
