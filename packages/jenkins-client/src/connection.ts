import type { Capabilities } from './capabilities.ts';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
  /** The most the whole call may take, in milliseconds, all its requests and waits together. */
  readonly timeoutMs?: number | undefined;
}

/** One request to Jenkins. */
export interface JenkinsRequest extends CallOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | undefined;
  /** The path below the server's address: encoded, without a leading slash and without a query. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The fields of an urlencoded form; a list repeats its name. */
  readonly form?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** A multipart form, for files. */
  readonly multipart?: FormData | undefined;
  /** A JSON body. Core does not understand these; Blue Ocean, CasC and the event gateway do. */
  readonly json?: unknown;
  /** Any other body. */
  readonly body?: { readonly type: string; readonly text: string } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Statuses that are results of this request, beside 2xx. Redirects (301, 302, 303, 307, 308) are never followed:
   * list them here when they are a result. What is not listed becomes a typed error; so does an HTML page with 200 for
   * a POST that lists 302 and not 200.
   */
  readonly accept?: readonly number[] | undefined;
  /**
   * Whether it may be sent again when the answer is lost: `true` for requests that change nothing when repeated.
   * GET and HEAD are, unless told otherwise; others are not.
   */
  readonly repeatable?: boolean | undefined;
  /** The most bytes of body to accept from `text()` and `json()`. */
  readonly maxBytes?: number | undefined;
}

/** An answer of Jenkins. Its body must be read or cancelled. */
export interface JenkinsResponse {
  readonly status: number;
  readonly headers: Headers;
  /**
   * The path of the `Location` header below the server's address, encoded, normalised, without leading and trailing
   * slash; the host it names is never used.
   */
  readonly location: string | undefined;
  readonly body: ReadableStream<Uint8Array> | null;
  /** The body as text; TooLargeError beyond the limit. */
  text(): Promise<string>;
  /** The body as JSON; UnexpectedBodyError when it is none. Its shape is the caller's claim. */
  json<T>(): Promise<T>;
  /** Gives the connection back without reading. */
  discard(): Promise<void>;
}

/** Time, replaced in tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after a time in milliseconds; rejects with the reason of the signal when that is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What all operations of the client are built on: a way to ask, what the server can, and time. */
export interface Connection {
  /** The server's address, ending with a slash. */
  readonly url: URL;
  readonly clock: Clock;
  /** Sends with authentication, crumb, deadline, retries and typed errors applied. */
  request(request: JenkinsRequest): Promise<JenkinsResponse>;
  /**
   * What the server can; asked once per server session. With `build`, the path of a build below the server's address,
   * the plugins that only builds show are asked there.
   */
  capabilities(options?: CallOptions & { readonly build?: string | undefined }): Promise<Capabilities>;
  /** Value of `X-Jenkins-Session` last seen; it changes at each restart of the server. */
  readonly serverSession: string | undefined;
}
