/** TLS towards one server: PEM texts. */
export interface OutgoingTls {
  /** Authorities to trust instead of the system's. */
  ca?: string;
  certificate?: string;
  key?: string;
  /** Name to expect in the server's certificate instead of the address'. */
  serverName?: string;
  insecureSkipVerify?: boolean;
}

/** One HTTP request to the outside. Redirects are not followed. */
export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Milliseconds from the start to the last byte of the answer. */
  timeoutMs: number;
  signal: AbortSignal;
  tls?: OutgoingTls;
  proxyUrl?: string;
  /** Longest answer in bytes, after decompression; 1 MiB when absent. */
  maxAnswerBytes?: number;
}

/** The answer to an `OutgoingRequest`, read to its end. */
export interface OutgoingAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** Why no answer came: each code is decided by the transport, not by the server. */
export type OutgoingErrorCode =
  /** The address is none, or may not be used here. */
  | 'AddressRefused'
  /** No connection: refused, reset, unknown name, TLS. */
  | 'ConnectionFailed'
  | 'Timeout'
  /** The answer is longer than it may be, or its compression is a trap. */
  | 'AnswerTooLarge'
  /** The answer broke off or is no HTTP. */
  | 'AnswerBroken'
  /** A header, certificate or key cannot be sent as it is written. */
  | 'RequestInvalid'
  | 'Aborted';

/** A request without an answer. The message names scheme, host and port, never path, query or headers. */
export class OutgoingError extends Error {
  readonly code: OutgoingErrorCode;
  /** True when surely nothing of the request reached the server. */
  readonly unsent: boolean;

  constructor(code: OutgoingErrorCode, message: string, details: ErrorOptions & { unsent?: boolean } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'OutgoingError';
    this.code = code;
    this.unsent = details.unsent ?? false;
  }
}

/** Sends requests to the outside, with the limits of whoever it was made for. */
export interface OutgoingHttp {
  /** Rejects with `OutgoingError`; an answer of any status resolves. */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
}
