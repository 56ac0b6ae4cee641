import type { FastifyRequest } from 'fastify';
import { NotificationError } from '../errors.ts';

/** The path of a request, without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

/** The bytes of the body. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The body as JSON. Throws `NotificationError` `Invalid`. */
export function jsonOf(request: FastifyRequest): unknown {
  try {
    return JSON.parse(bodyOf(request).toString('utf8'));
  } catch (error) {
    throw new NotificationError('Invalid', `the body is not JSON: ${(error as Error).message}`);
  }
}

/** Those of the query's parameters that are given, and given once. */
export function queryOf<K extends string>(
  request: FastifyRequest,
  names: readonly K[],
): Partial<Record<K, string>> {
  const query = request.query as Record<string, unknown>;
  const given = names.filter((name) => typeof query[name] === 'string' && query[name] !== '');
  return Object.fromEntries(given.map((name) => [name, query[name]])) as Partial<Record<K, string>>;
}

/** A number from the query, from 1 to `most`; `usual` when there is none. */
export function boundedLimit(text: string | undefined, usual: number, most: number): number {
  const limit = Number(text ?? usual);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : usual;
}
