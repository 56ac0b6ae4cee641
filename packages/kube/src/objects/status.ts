/** One reason among several of a failure, for example one invalid field. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The `Status` object that the API server answers errors (and some deletes) with. */
export interface Status {
  apiVersion?: string;
  kind: 'Status';
  metadata?: Record<string, unknown>;
  status?: 'Success' | 'Failure';
  message?: string;
  /** The machine-readable reason clients switch on, such as `NotFound`. */
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    /** Seconds the client is asked to wait before it tries again. */
    retryAfterSeconds?: number;
  };
}

/** True when a decoded body is a `Status` object. */
export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}
