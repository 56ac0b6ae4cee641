/** The stable codes of everything this client throws. */
export type JenkinsErrorCode =
  | 'Unauthenticated'
  | 'LoginRedirect'
  | 'Forbidden'
  | 'CrumbRejected'
  | 'NotFoundOrHidden'
  | 'Conflict'
  | 'Disabled'
  | 'Invalid'
  | 'NotReady'
  | 'ServerFault'
  | 'UnexpectedBody'
  | 'TooLarge'
  | 'QueueItemLost'
  | 'QueueItemCancelled'
  | 'AppliedDifferently'
  | 'Unsupported'
  | 'ConnectionFailed'
  | 'Timeout'
  | 'Aborted';

/** Where an error comes from: the request, without its query and body, which may hold secrets. */
export interface ErrorOrigin {
  readonly method?: string | undefined;
  /** The path below the server's address, without the query. */
  readonly path?: string | undefined;
  /** The HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** Messages may hold words of servers, so none is longer than this. */
const longestMessage = 4000;

/**
 * The base of all errors of this client. The message says what happened and what to do; it never holds HTML, a secret,
 * or the text of a request. It is one line.
 */
export class JenkinsError extends Error {
  readonly code: JenkinsErrorCode;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly status: number | undefined;

  constructor(code: JenkinsErrorCode, message: string, origin: ErrorOrigin = {}) {
    const line = message.replaceAll(/\p{Cc}+/gu, ' ');
    super(
      line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line,
      origin.cause === undefined ? undefined : { cause: origin.cause },
    );
    this.name = `${code}Error`;
    this.code = code;
    this.method = origin.method;
    this.path = origin.path;
    this.status = origin.status;
  }
}

/** The credentials are missing or wrong (401, or 403 for an anonymous caller). */
export class UnauthenticatedError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('Unauthenticated', message, origin);
  }
}

/** The server sent the caller to a login page, on itself or on a single sign-on host. */
export class LoginRedirectError extends JenkinsError {
  /** Where to; without the query. Empty in browsers, which hide it. */
  readonly location: string;

  constructor(message: string, location: string, origin?: ErrorOrigin) {
    super('LoginRedirect', message, origin);
    this.location = location;
  }
}

/** The user is known and lacks a permission (403). */
export class ForbiddenError extends JenkinsError {
  /** Who asked, from `X-You-Are-Authenticated-As`. */
  readonly user: string | undefined;
  /** The permission that is missing, from `X-Required-Permission`, such as `hudson.model.Item.Build`. */
  readonly permission: string | undefined;
  /** Permissions that include it, from `X-Permission-Implied-By`. */
  readonly impliedBy: readonly string[];

  constructor(
    message: string,
    details: { user?: string | undefined; permission?: string | undefined; impliedBy?: readonly string[] },
    origin?: ErrorOrigin,
  ) {
    super('Forbidden', message, origin);
    this.user = details.user;
    this.permission = details.permission;
    this.impliedBy = details.impliedBy ?? [];
  }
}

/** The crumb was refused even after a new one was fetched (403 without `X-Required-Permission`). */
export class CrumbRejectedError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('CrumbRejected', message, origin);
  }
}

/** There is no such thing, or the user may not see it; Jenkins does not tell which (404). */
export class NotFoundOrHiddenError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('NotFoundOrHidden', message, origin);
  }
}

/** Something of that name or id exists already, or the thing changed meanwhile. */
export class ConflictError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('Conflict', message, origin);
  }
}

/** The job is disabled, or not buildable yet (409). */
export class DisabledError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('Disabled', message, origin);
  }
}

/** The server, or a check before sending, refused the input. The message says which part. */
export class InvalidError extends JenkinsError {
  /** What is wrong, one finding each. */
  readonly findings: readonly string[];

  constructor(message: string, origin?: ErrorOrigin, findings: readonly string[] = [message]) {
    super('Invalid', message, origin);
    this.findings = findings;
  }
}

/** Jenkins is starting, going down, or behind a proxy that cannot reach it (502, 503, 504). Trying later may help. */
export class NotReadyError extends JenkinsError {
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number, origin?: ErrorOrigin) {
    super('NotReady', message, origin);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Jenkins failed inside (500). Its log holds the reason under the logging id. */
export class ServerFaultError extends JenkinsError {
  readonly loggingId: string | undefined;

  constructor(message: string, loggingId?: string, origin?: ErrorOrigin) {
    super('ServerFault', message, origin);
    this.loggingId = loggingId;
  }
}

/** The answer is not what this route answers: often a proxy's or login page instead of JSON. */
export class UnexpectedBodyError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('UnexpectedBody', message, origin);
  }
}

/** An answer is larger than the limit of this client. */
export class TooLargeError extends JenkinsError {
  /** The limit, in bytes. */
  readonly limit: number;

  constructor(message: string, limit: number, origin?: ErrorOrigin) {
    super('TooLarge', message, origin);
    this.limit = limit;
  }
}

/** A queue item is gone and no build tells that it came from it. Whether it was started is not known. */
export class QueueItemLostError extends JenkinsError {
  readonly queueId: number;

  constructor(message: string, queueId: number, origin?: ErrorOrigin) {
    super('QueueItemLost', message, origin);
    this.queueId = queueId;
  }
}

/** A queue item was cancelled before it became a build. */
export class QueueItemCancelledError extends JenkinsError {
  readonly queueId: number;

  constructor(message: string, queueId: number, origin?: ErrorOrigin) {
    super('QueueItemCancelled', message, origin);
    this.queueId = queueId;
  }
}

/** Jenkins accepted a configuration and stored another one. */
export class AppliedDifferentlyError extends JenkinsError {
  /** What differs, as paths into the specification, such as `parameters.LEVEL.choices`. */
  readonly differences: readonly string[];

  constructor(message: string, differences: readonly string[], origin?: ErrorOrigin) {
    super('AppliedDifferently', message, origin);
    this.differences = differences;
  }
}

/** The server has no plugin that offers this. The message names it. */
export class UnsupportedError extends JenkinsError {
  /** The short names of the plugins of which one is needed. */
  readonly plugins: readonly string[];

  constructor(message: string, plugins: readonly string[] = [], origin?: ErrorOrigin) {
    super('Unsupported', message, origin);
    this.plugins = plugins;
  }
}

/** No connection, or it broke before the answer was whole. */
export class ConnectionFailedError extends JenkinsError {
  /** Whether the request may have reached the server. */
  readonly maybeSent: boolean;
  /** Whether trying again cannot help: an unknown host, a certificate that is not trusted. */
  readonly lasting: boolean;

  constructor(message: string, maybeSent: boolean, origin?: ErrorOrigin, lasting = false) {
    super('ConnectionFailed', message, origin);
    this.maybeSent = maybeSent;
    this.lasting = lasting;
  }
}

/** A deadline passed. */
export class TimeoutError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('Timeout', message, origin);
  }
}

/** The caller's signal was aborted; `cause` is its reason. */
export class AbortedError extends JenkinsError {
  constructor(message: string, origin?: ErrorOrigin) {
    super('Aborted', message, origin);
  }
}

/** Whether an error is one of this client's, and optionally of a code. Works across copies of the package. */
export function isJenkinsError(error: unknown, code?: JenkinsErrorCode): error is JenkinsError {
  return (
    error instanceof Error &&
    'code' in error &&
    error.name === `${String(error.code)}Error` &&
    'path' in error &&
    (code === undefined || error.code === code)
  );
}
