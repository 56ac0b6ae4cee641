/** One entry of `details.causes`: clients print `field: message` and some switch on `reason`. */
export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

/** `meta/v1 Status`, the body of every error answer. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code: number;
}

/**
 * An error that becomes a `Status` answer. Its code is the `reason` that client-go switches on, so the factories
 * below are the only way errors are made: one for each reason the server uses. The texts follow
 * k8s.io/apimachinery's `api/errors`.
 */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Omit<Status, 'kind' | 'apiVersion' | 'metadata' | 'status'>, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? '', options);
    this.name = 'StatusError';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  }
}

/** A group and plural as error texts name them: `pods`, `deployments.apps`. */
export interface GroupResource {
  group: string;
  resource: string;
}

const qualified = (r: GroupResource): string => (r.group ? `${r.resource}.${r.group}` : r.resource);
const details = (r: GroupResource, name: string): NonNullable<Status['details']> => ({
  ...(name ? { name } : {}),
  ...(r.group ? { group: r.group } : {}),
  kind: r.resource,
});

export const notFound = (r: GroupResource, name: string): StatusError =>
  new StatusError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(r)} "${name}" not found`,
    details: details(r, name),
  });

export const alreadyExists = (r: GroupResource, name: string): StatusError =>
  new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(r)} "${name}" already exists`,
    details: details(r, name),
  });

export const conflict = (r: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError =>
  new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(r)} "${name}": ${why}`,
    details: { ...details(r, name), ...(causes ? { causes } : {}) },
  });

export const badRequest = (message: string, options?: ErrorOptions): StatusError =>
  new StatusError({ code: 400, reason: 'BadRequest', message }, options);

export const unauthorized = (): StatusError =>
  new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

export const forbidden = (r: GroupResource, name: string, why: string): StatusError =>
  new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(r)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    details: details(r, name),
  });

/** 422: the object is well-formed but not acceptable; `group` and `kind` are those of the object's kind. */
export const invalid = (
  k: { group: string; kind: string },
  name: string,
  causes: StatusCause[],
): StatusError => {
  const lines = causes.map((c) => `${c.field ?? ''}: ${c.message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${k.group ? `${k.kind}.${k.group}` : k.kind} "${name}" is invalid: ${text}`,
    details: {
      ...(name ? { name } : {}),
      ...(k.group ? { group: k.group } : {}),
      ...(k.kind ? { kind: k.kind } : {}),
      causes,
    },
  });
};

/** 410: the asked resource version or continue token is older than the kept history. */
export const expired = (message: string): StatusError =>
  new StatusError({ code: 410, reason: 'Expired', message });

export const methodNotAllowed = (): StatusError =>
  new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  });

export const unsupportedMediaType = (message: string): StatusError =>
  new StatusError({ code: 415, reason: 'UnsupportedMediaType', message });

export const notAcceptable = (message: string): StatusError =>
  new StatusError({ code: 406, reason: 'NotAcceptable', message });

export const tooLarge = (message: string): StatusError =>
  new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message });

export const internalError = (message: string, options?: ErrorOptions): StatusError =>
  new StatusError({ code: 500, reason: 'InternalError', message }, options);

export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  new StatusError({ code: 429, reason: 'TooManyRequests', message, details: { retryAfterSeconds } });

/** 404 for a path, group, kind or subresource that is not served at all. */
export const noSuchResource = (): StatusError =>
  new StatusError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    // kubectl debug looks into the details of a 404 without asking whether there are any.
    details: {},
  });
