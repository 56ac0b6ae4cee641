import { OutgoingError } from './outgoing-http.ts';

/** Failures of name lookup and of connecting: the request was not written yet. */
const notConnected = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
  'UND_ERR_PRX_TLS',
]);

/** What Node and OpenSSL call a certificate or handshake that is not to be trusted. */
const tlsCode = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL_|EPROTO$)/u;

/** Whether a code says that TLS failed: a certificate or a handshake. */
export const isTlsCode = (code: string): boolean => tlsCode.test(code);

/** How undici words what a proxy answers in the place of the server; it has no code of its own. */
const proxyRefusal = /^Proxy (?:response|Authentication)/u;

const notHttp = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

/** The typed error of a request that undici could not finish. `started` is true once the answer has begun. */
export function connectionFailure(error: unknown, peer: string, started: boolean): OutgoingError {
  const known = [error, error instanceof Error ? error.cause : undefined].find(
    (one) => one instanceof OutgoingError,
  );
  if (known) return known;
  const code = codeOf(error);
  const details = { cause: error };
  if (started || notHttp.has(code) || code === 'HTTPParserError') {
    return new OutgoingError(
      'AnswerBroken',
      `${peer}: the answer broke off or is no HTTP (${code})`,
      details,
    );
  }
  const words = error instanceof Error ? error.message : code;
  if (proxyRefusal.test(words)) {
    const unsent = true;
    return new OutgoingError('ConnectionFailed', `${peer}: the proxy refused (${words})`, {
      ...details,
      unsent,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return new OutgoingError('RequestInvalid', `${peer}: the request cannot be sent: ${words}`, {
      ...details,
      unsent: true,
    });
  }
  const tls = isTlsCode(code);
  const unsent = tls || notConnected.has(code);
  const what = tls ? 'the TLS connection failed' : unsent ? 'no connection' : 'the connection was lost';
  return new OutgoingError('ConnectionFailed', `${peer}: ${what} (${code})`, { ...details, unsent });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
