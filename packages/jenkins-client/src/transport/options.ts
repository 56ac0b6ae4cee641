import type { Clock } from '../connection.ts';
import type { Auth } from './authentication.ts';
import type { RequestEvent, ResponseEvent } from './hooks.ts';
import type { RetryOptions } from './retry.ts';
import type { TlsOptions } from './tls.ts';

/** How to reach a Jenkins server. */
export interface ConnectOptions {
  /**
   * The server's address with its sub-path, such as `https://ci.example.com/jenkins`. Without credentials: those go
   * into `auth`. Plain `http:` sends the credentials readable for all on the way; keep it to a cluster's own network.
   */
  readonly url: string | URL;
  /** Who asks; `anonymous` when left out. */
  readonly auth?: Auth | undefined;
  /** Used instead of the global `fetch`; `tls` and `proxy` are its own affair then. */
  readonly fetch?: FetchFunction | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The most one call may take, in milliseconds, with its waits and repetitions; 30,000 when left out, Infinity for no
   * limit. Streams are bounded only by a `timeoutMs` of their own call.
   */
  readonly timeoutMs?: number | undefined;
  /** How often and fast repeatable requests are sent again; `false` for never. */
  readonly retry?: RetryOptions | false | undefined;
  /** How many requests may be under way at once, counted until the head of the answer is there; 8 when left out. */
  readonly concurrency?: number | undefined;
  readonly tls?: TlsOptions | undefined;
  /** The address of an HTTP proxy, such as `http://proxy:3128`; may hold its user and password. */
  readonly proxy?: string | URL | undefined;
  /** The most bytes of an answer that is read as text or JSON; 64 MiB when left out. Streams have no limit. */
  readonly maxBytes?: number | undefined;
  /** Time, for tests. */
  readonly clock?: Clock | undefined;
  /** Called before each sending, repetitions too. It never sees a secret. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Called after the head of each answer. It never sees a secret. What it throws fails a call that was answered. */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Whether `jenkins.script` may run Groovy on the server, which can do anything there; off when left out. */
  readonly allowScript?: boolean | undefined;
}

/** What is used of `fetch`. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;
