/**
 * What to do about a message that was not delivered. `permanent`: trying again is of no use. `rate`: the provider asks
 * to wait. `token`: the access token was refused; a new one was tried already. `transient`: try again, growing slower.
 */
export type DeliveryFault = 'permanent' | 'rate' | 'token' | 'transient';

/** Details of a `DeliveryError`. */
export interface DeliveryErrorDetails extends ErrorOptions {
  /** The provider's own code, `errcode 45009`, `HTTP 503`. */
  code?: string;
  /** Milliseconds that the provider asks to wait. */
  retryAfterMs?: number;
}

/** A message was not delivered. The message says why, in words for the person who asks; it holds no secret. */
export class DeliveryError extends Error {
  readonly fault: DeliveryFault;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(fault: DeliveryFault, message: string, details: DeliveryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DeliveryError';
    this.fault = fault;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }
}
