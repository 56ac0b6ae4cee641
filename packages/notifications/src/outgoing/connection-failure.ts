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

const notHttp = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

/** The typed error of a request that undici could not finish. `started` is true once the answer has begun. */
export function connectionFailure(error: unknown, peer: string, started: boolean): OutgoingError {
  const known = [error, error instanceof Error ? error.cause : undefined].find(
    (one) => one instanceof OutgoingError,
  );
  if (known) return known;
  const code = codeOf(error);
  const details = { cause: error };
  if (started || notHttp.has(code) || code.startsWith('HPE_')) {
    return new OutgoingError(
      'AnswerBroken',
      `${peer}: the answer broke off or is no HTTP (${code})`,
      details,
    );
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    const words = error instanceof Error ? error.message : code;
    return new OutgoingError('RequestInvalid', `${peer}: the request cannot be sent: ${words}`, {
      ...details,
      unsent: true,
    });
  }
  const tls = tlsCode.test(code);
  const unsent = tls || notConnected.has(code);
  const words = tls ? 'the TLS connection failed' : unsent ? 'no connection' : 'the connection was lost';
  return new OutgoingError('ConnectionFailed', `${peer}: ${words} (${code})`, { ...details, unsent });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
