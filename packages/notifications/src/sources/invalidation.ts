import { randomUUID } from 'node:crypto';
import { isObject } from '@armillary/resource';
import { NotificationError } from '../errors.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { requestRefusal } from './signature.ts';
import type { SignedRequest } from './signature.ts';

/** Which answers shall not be used any longer without asking again; absent fields stand for all. */
export interface Invalidation {
  readonly source?: string;
  readonly cluster?: string;
  readonly namespace?: string;
}

/**
 * Why a request to forget answers is refused; undefined when it is signed with one of the secrets. Without secrets,
 * because there is no such source or its Secret cannot be read, it is refused in the words for a wrong signature:
 * anybody may ask, and shall not learn by asking which sources there are.
 */
export function invalidationRefusal(
  request: SignedRequest,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  now: number,
): string | undefined {
  return requestRefusal(request, headers, secrets.length > 0 ? secrets : [randomUUID()], now);
}

/**
 * The body of `POST /api/v2/sources/{name}/invalidate`: `{"cluster", "namespace"}`, both optional; an empty body stands
 * for everything. The request is signed as those to the source are: see `requestRefusal`. Throws `NotificationError`
 * `Invalid`.
 */
export function parseInvalidation(source: string, body: Uint8Array): Invalidation {
  if (body.byteLength === 0) return { source };
  const parsed = json(body);
  if (!isObject(parsed)) throw invalid('the body must be an object');
  const { cluster, namespace } = parsed;
  if (cluster !== undefined && typeof cluster !== 'string') throw invalid('cluster must be a string');
  if (namespace !== undefined && typeof namespace !== 'string') throw invalid('namespace must be a string');
  return {
    source,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function json(body: Uint8Array): unknown {
  try {
    return parseBoundedJson(body);
  } catch (error) {
    throw invalid(`the body cannot be used: ${(error as Error).message}`);
  }
}

const invalid = (message: string): NotificationError => new NotificationError('Invalid', message);
