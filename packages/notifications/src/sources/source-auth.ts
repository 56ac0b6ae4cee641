import type { Credential } from '../kinds/credential.ts';
import type { HTTPClientConfig } from '../kinds/http-client-config.ts';
import type { OutgoingRequest, OutgoingTls } from '../outgoing/outgoing-http.ts';
import type { SourceSettings } from './source-settings.ts';

/** Reads the text of a credential. Rejects with `NotificationError` `CredentialUnavailable`. */
export type ReadCredential = (credential: Credential) => Promise<string>;

/** What a request to a source carries so that the source knows who asks, and so that it is known who answers. */
export interface SourceAuth {
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Pick<OutgoingRequest, 'tls' | 'proxyUrl'>;
  /** Secrets to sign with, the newest first; empty when requests are not signed. */
  readonly secrets: readonly string[];
  /** Answers must be signed with one of the secrets. */
  readonly verifyAnswers: boolean;
}

/** Reads all credentials of a source, anew for each request, so that rotated ones are used at once. */
export async function sourceAuth(auth: SourceSettings['auth'], read: ReadCredential): Promise<SourceAuth> {
  const { hmac, tlsConfig, proxyUrl } = auth;
  const [authorization, tls, secrets] = await Promise.all([
    authorizationOf(auth, read),
    tlsConfig && tlsOf(tlsConfig, read),
    Promise.all(
      [hmac?.secret, hmac?.previousSecret]
        .filter((secret) => secret !== undefined)
        .map((secret) => read(secret)),
    ),
  ]);
  return {
    headers: authorization === undefined ? {} : { authorization },
    transport: { ...(tls && { tls }), ...(proxyUrl === undefined ? {} : { proxyUrl }) },
    secrets,
    verifyAnswers: hmac?.verifyResponses ?? false,
  };
}

async function authorizationOf(
  { bearerToken, basicAuth }: HTTPClientConfig,
  read: ReadCredential,
): Promise<string | undefined> {
  if (bearerToken) return `Bearer ${await read(bearerToken)}`;
  if (!basicAuth) return undefined;
  const password = basicAuth.password ? await read(basicAuth.password) : '';
  return `Basic ${Buffer.from(`${basicAuth.username}:${password}`).toString('base64')}`;
}

async function tlsOf(
  { rootCA, clientCertificate, serverName, insecureSkipVerify }: NonNullable<HTTPClientConfig['tlsConfig']>,
  read: ReadCredential,
): Promise<OutgoingTls> {
  const [ca, certificate, key] = await Promise.all(
    [rootCA, clientCertificate?.cert, clientCertificate?.key].map(async (one) => one && (await read(one))),
  );
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(insecureSkipVerify === undefined ? {} : { insecureSkipVerify }),
  };
}
