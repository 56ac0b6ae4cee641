import type { Credential } from '../kinds/credential.ts';
import type { HTTPClientConfig } from '../kinds/http-client-config.ts';
import type { ServiceReference } from '../kinds/service-reference.ts';
import type { OutgoingRequest, OutgoingTls } from './outgoing-http.ts';

/** Reads the text of a credential. Rejects with `NotificationError` `CredentialUnavailable`. */
export type ReadCredential = (credential: Credential) => Promise<string>;

/** What an HTTPClientConfig adds to a request. */
export type ClientSettings = Pick<OutgoingRequest, 'tls' | 'proxyUrl'> & { headers: Record<string, string> };

/**
 * The settings of an HTTPClientConfig with its credentials read. A bearer token wins over basic authentication, as
 * upstream has it. Line ends around a token are left out: Secrets made from files have them, and no header could.
 * Rejects with what `credential` rejects with.
 */
export async function clientSettings(
  config: HTTPClientConfig | undefined,
  credential: ReadCredential,
): Promise<ClientSettings> {
  const settings: ClientSettings = { headers: {} };
  if (config?.bearerToken) {
    settings.headers['authorization'] = `Bearer ${(await credential(config.bearerToken)).trim()}`;
  } else if (config?.basicAuth) {
    const { username, password } = config.basicAuth;
    const pair = `${username}:${password ? await credential(password) : ''}`;
    settings.headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  if (config?.proxyUrl) settings.proxyUrl = config.proxyUrl;
  if (config?.tlsConfig) settings.tls = await tlsSettings(config.tlsConfig, credential);
  return settings;
}

/** TLS settings with their credentials read. Rejects with what `credential` rejects with. */
export async function tlsSettings(
  config: NonNullable<HTTPClientConfig['tlsConfig']>,
  credential: ReadCredential,
): Promise<OutgoingTls> {
  const tls: OutgoingTls = {};
  if (config.rootCA) tls.ca = await credential(config.rootCA);
  if (config.clientCertificate) {
    tls.certificate = await credential(config.clientCertificate.cert);
    tls.key = await credential(config.clientCertificate.key);
  }
  if (config.serverName) tls.serverName = config.serverName;
  if (config.insecureSkipVerify) tls.insecureSkipVerify = true;
  return tls;
}

/** The address of a Service of the cluster: `http` and the scheme's own port unless told. */
export function serviceUrl({ namespace, name, path, port, scheme }: ServiceReference): string {
  const host = `${name}.${namespace}.svc${port === undefined ? '' : `:${port}`}`;
  return `${scheme || 'http'}://${host}/${(path ?? '').replace(/^\//u, '')}`;
}
