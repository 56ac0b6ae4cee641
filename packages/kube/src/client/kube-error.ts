import type { Status } from '../objects/status.ts';

/**
 * Stable codes of {@link KubeError}. The first group are the reasons of a `Status`
 * (apimachinery `StatusReason`); the second is what goes wrong without an answer of the server.
 */
export type KubeErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'ServerTimeout'
  | 'Timeout'
  | 'Unknown'
  // without an answer
  | 'ConnectionFailed'
  | 'ConnectionLost'
  | 'DeadlineExceeded'
  | 'StreamIdle'
  | 'ResponseTooLarge'
  | 'MalformedResponse'
  | 'UnknownKind'
  | 'ClientClosed';

const codeByHttpStatus: Record<number, KubeErrorCode> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const statusReasons = new Set<string>([
  ...Object.values(codeByHttpStatus),
  'AlreadyExists',
  'Expired',
  'ServerTimeout',
]);

/** What {@link KubeError} may carry beside its code and message. */
export interface KubeErrorDetails {
  status?: Status;
  httpStatus?: number;
  retryAfterMs?: number;
  cause?: unknown;
}

/** A request to the API server failed. Switch on `code`; `status` is the server's own words. */
export class KubeError extends Error {
  readonly code: KubeErrorCode;
  /** The `Status` of the answer, when there was one. */
  declare readonly status?: Status;
  declare readonly httpStatus?: number;
  /** How long the server asked to wait before another try. */
  declare readonly retryAfterMs?: number;

  constructor(code: KubeErrorCode, message: string, details: KubeErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KubeError';
    this.code = code;
    if (details.status !== undefined) this.status = details.status;
    if (details.httpStatus !== undefined) this.httpStatus = details.httpStatus;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** The error a `Status` stands for: its reason when known, else what the HTTP status says. */
export function errorFromStatus(
  status: Status,
  httpStatus: number,
  request: string,
  retryAfterMs?: number,
): KubeError {
  const code =
    status.reason !== undefined && statusReasons.has(status.reason)
      ? (status.reason as KubeErrorCode)
      : codeOfHttpStatus(httpStatus);
  const seconds = status.details?.retryAfterSeconds;
  const wait = retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000);
  return new KubeError(code, `${request}: ${status.message ?? status.reason ?? `HTTP ${httpStatus}`}`, {
    status,
    httpStatus,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** The code of an HTTP status that came without a reason. */
export function codeOfHttpStatus(httpStatus: number): KubeErrorCode {
  return codeByHttpStatus[httpStatus] ?? (httpStatus >= 500 ? 'InternalError' : 'Unknown');
}

/** True for a {@link KubeError} with one of the codes. */
export function hasCode(error: unknown, ...codes: KubeErrorCode[]): error is KubeError {
  return error instanceof KubeError && codes.includes(error.code);
}

/** The object does not exist. */
export function isNotFound(error: unknown): error is KubeError {
  return hasCode(error, 'NotFound');
}

/** The object changed since it was read, or a field belongs to another manager. */
export function isConflict(error: unknown): error is KubeError {
  return hasCode(error, 'Conflict');
}

/** An object of that name exists. */
export function isAlreadyExists(error: unknown): error is KubeError {
  return hasCode(error, 'AlreadyExists');
}

/** The resource version or the continue token is too old: list again. */
export function isExpired(error: unknown): error is KubeError {
  return hasCode(error, 'Expired', 'Gone');
}

/** The server does not know the resource version yet: list again, without it. */
export function isTooLargeResourceVersion(error: unknown): boolean {
  return (
    error instanceof KubeError &&
    error.httpStatus === 504 &&
    (error.status?.details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge') === true ||
      error.message.includes('Too large resource version'))
  );
}
