import { UnsupportedError } from '../errors.ts';
import type { FetchFunction } from './options.ts';

/** How a TLS server is known, and how the client is. All texts are PEM. */
export interface TlsOptions {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, with its chain. */
  readonly cert?: string;
  /** The key of the client's certificate. */
  readonly key?: string;
  /** `false` accepts every certificate: anyone on the way can read and change everything. */
  readonly rejectUnauthorized?: boolean;
  /** The name to ask for and to check, when it is not the host of the url. */
  readonly servername?: string;
}

/** A `fetch` with TLS settings and a proxy of its own, and what ends it. Nothing outside is changed. */
export interface OwnFetch {
  readonly fetch: FetchFunction;
  close(): Promise<void>;
}

/** Fetch with TLS settings or a proxy: by undici on Node, by the means of Bun and Deno there. */
export async function ownFetch(tls: TlsOptions | undefined, proxy: string | undefined): Promise<OwnFetch> {
  await Promise.resolve();
  throw new UnsupportedError(`tls and proxy are not there yet ${String(tls)} ${String(proxy)}`);
}
