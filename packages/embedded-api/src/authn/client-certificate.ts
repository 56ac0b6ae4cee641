import type { TLSSocket } from 'node:tls';
import type { UserInfo } from '../user-info.ts';

/** What a TLS client certificate says, once the handshake is over. */
export interface ClientCertificate {
  /** True when it was issued by our authority, for clients, and was valid at the handshake. */
  verified: boolean;
  /** Undefined when the certificate names no user. */
  user?: UserInfo;
  /** Milliseconds since 1970. */
  expires: number;
}

const known = new WeakMap<TLSSocket, ClientCertificate | false>();

const readCertificate = (socket: TLSSocket): ClientCertificate | undefined => {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  // Attributes that occur several times come as arrays, which the type of Node does not say.
  const subject = socket.getPeerCertificate().subject as unknown as Record<
    string,
    string | string[] | undefined
  >;
  const username = [subject['CN'] ?? []].flat().at(-1);
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    verified: socket.authorized,
    expires: Date.parse(certificate.validTo),
    ...(username
      ? {
          user: {
            username,
            groups: [subject['O'] ?? []].flat(),
            extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
          },
        }
      : {}),
  };
};

/**
 * The certificate that the client of this connection showed: the common name is the user, the organisations are
 * the groups. Read once for each connection.
 */
export const clientCertificate = (socket: TLSSocket): ClientCertificate | undefined => {
  let certificate = known.get(socket);
  if (certificate === undefined) {
    certificate = readCertificate(socket) ?? false;
    known.set(socket, certificate);
  }
  return certificate || undefined;
};
