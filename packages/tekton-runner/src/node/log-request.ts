import type { LogOptions } from '../logs/log-reader.ts';

/** Which log a request asks for. */
export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
  options: LogOptions;
}

/** A request that cannot be answered; the message goes to the person at kubectl. */
export class LogRequestError extends Error {
  readonly code = 'BadLogRequest';
}

/**
 * Reads the path and query of a kubelet's `/containerLogs/{namespace}/{pod}/{container}` request (pkg/kubelet/server
 * of kubernetes). `undefined` when it is another path.
 * @throws LogRequestError for parameters that a kubelet refuses
 */
export function parseLogRequest(url: URL, now: number): LogRequest | undefined {
  const parts = url.pathname.split('/').slice(1).map(decoded);
  const [route, namespace, pod, container, ...rest] = parts;
  if (route !== 'containerLogs' || rest.length > 0) return undefined;
  if (namespace === undefined || pod === undefined || container === undefined) return undefined;
  const query = url.searchParams;
  const tailLines = whole(query, 'tailLines', 0);
  const limitBytes = whole(query, 'limitBytes', 1);
  const sinceSeconds = whole(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  if (sinceSeconds !== undefined && sinceTime !== null) {
    throw new LogRequestError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  const sinceMs = sinceTime === null ? sinceSeconds && now - sinceSeconds * 1000 : Date.parse(sinceTime);
  if (Number.isNaN(sinceMs))
    throw new LogRequestError(`sinceTime ${JSON.stringify(sinceTime)} is not a time`);
  return {
    namespace,
    pod,
    container,
    previous: flag(query, 'previous'),
    options: {
      follow: flag(query, 'follow'),
      timestamps: flag(query, 'timestamps'),
      ...(tailLines !== undefined && { tailLines }),
      ...(limitBytes !== undefined && { limitBytes }),
      ...(sinceMs !== undefined && { sinceMs }),
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new LogRequestError(`the path has a part that is not encoded as it should be: ${part}`, {
      cause: error,
    });
  }
}

function flag(query: URLSearchParams, name: string): boolean {
  return ['true', '1', ''].includes(query.get(name) ?? 'false');
}

function whole(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new LogRequestError(
    `${name} must be a whole number of at least ${least}, not ${JSON.stringify(text)}`,
  );
}
