import { UnsupportedError } from '../errors.ts';
import type { FetchFunction } from './options.ts';

/** How a TLS server is known, and how the client is. All texts are PEM. */
export interface TlsOptions {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** The client's certificate, with its chain. */
  readonly cert?: string | undefined;
  /** The key of the client's certificate. */
  readonly key?: string | undefined;
  /** `false` accepts every certificate: anyone on the way can read and change everything. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** The name to ask for and to check, when it is not the host of the url. */
  readonly servername?: string | undefined;
}

/** A `fetch` with TLS settings and a proxy of its own, and what ends it. Nothing outside is changed. */
export interface OwnFetch {
  readonly fetch: FetchFunction;
  close(): Promise<void>;
}

/**
 * A `fetch` with TLS settings or a proxy, by the means of the platform: the package undici on Node, which the user
 * installs beside this one; what Bun and Deno have built in (tried on Bun 1.4 and Deno 2.9).
 */
export async function ownFetch(tls: TlsOptions = {}, proxy?: string): Promise<OwnFetch> {
  if ('Deno' in globalThis) return denoFetch(tls, proxy);
  if ('Bun' in globalThis) return bunFetch(tls, proxy);
  if ('process' in globalThis) return nodeFetch(tls, proxy);
  throw new UnsupportedError(
    'tls and proxy are settings of the browser itself: leave them out of connect().',
  );
}

async function nodeFetch(tls: TlsOptions, proxy: string | undefined): Promise<OwnFetch> {
  // Not a literal, so that bundlers do not look for a package that need not be there.
  const name: string = 'undici';
  let undici: typeof import('undici');
  try {
    undici = (await import(name)) as typeof import('undici');
  } catch (cause) {
    throw new UnsupportedError('tls and proxy need the package undici on Node: npm install undici.', [], {
      cause,
    });
  }
  const { ca, ...rest } = tls;
  const connect = {
    ...rest,
    ...(ca === undefined ? undefined : { ca: typeof ca === 'string' ? ca : [...ca] }),
  };
  const dispatcher =
    proxy === undefined
      ? new undici.Agent({ connect })
      : new undici.ProxyAgent({ uri: proxy, requestTls: connect });
  return {
    async fetch(url, { body, ...init }) {
      const own = body instanceof FormData ? copyForm(body, new undici.FormData()) : body;
      const response = await undici.fetch(url, {
        ...init,
        body: own,
        dispatcher,
      } as import('undici').RequestInit);
      return response;
    },
    close: () => dispatcher.destroy(),
  };
}

/** The package undici knows only its own class of forms. */
function copyForm<F extends { append(name: string, value: Blob | string, filename?: string): void }>(
  from: FormData,
  to: F,
): F {
  for (const [name, value] of from) {
    if (typeof value === 'string') to.append(name, value);
    else to.append(name, value, value.name);
  }
  return to;
}

/** Bun takes both as options of each request. */
function bunFetch({ servername, ca, ...rest }: TlsOptions, proxy: string | undefined): OwnFetch {
  const tls = {
    ...rest,
    ...(ca === undefined ? undefined : { ca }),
    ...(servername === undefined ? undefined : { serverName: servername }),
  };
  const own = { tls, ...(proxy === undefined ? undefined : { proxy }) };
  return {
    fetch: (url, init) => fetch(url, { ...init, ...own }),
    close: () => Promise.resolve(),
  };
}

interface DenoClients {
  createHttpClient(options: Record<string, unknown>): { close(): void };
}

/** Deno takes a client made beforehand. */
function denoFetch(tls: TlsOptions, proxy: string | undefined): OwnFetch {
  if (tls.rejectUnauthorized === false || tls.servername !== undefined) {
    throw new UnsupportedError(
      'Deno takes neither tls.rejectUnauthorized nor tls.servername: start it with --unsafely-ignore-certificate-errors.',
    );
  }
  const { username, password, ...address } = proxyParts(proxy);
  const client = (globalThis as unknown as { Deno: DenoClients }).Deno.createHttpClient({
    ...(tls.ca === undefined ? undefined : { caCerts: typeof tls.ca === 'string' ? [tls.ca] : tls.ca }),
    ...(tls.cert === undefined ? undefined : { cert: tls.cert, key: tls.key }),
    ...(proxy === undefined
      ? undefined
      : { proxy: { ...address, ...(username === '' ? undefined : { basicAuth: { username, password } }) } }),
  });
  return {
    fetch: (url, init) => fetch(url, { ...init, client } as RequestInit),
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}

function proxyParts(proxy: string | undefined): { url: string; username: string; password: string } {
  const url = new URL(proxy ?? 'http://none');
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return { url: url.href, username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
