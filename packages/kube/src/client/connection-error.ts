import { ConfigError } from '../config/cluster-config.ts';
import { KubeError } from './kube-error.ts';

const lost = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

const closed = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** The typed error of a request whose connection failed. An abort keeps the reason that the signal gave. */
export function connectionError(error: unknown, request: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const typed = error instanceof KubeError || error instanceof ConfigError;
  if (typed || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (closed.has(code)) {
    return new KubeError('ClientClosed', `${request}: the client is closed`, { cause: error });
  }
  if (lost.has(code)) {
    return new KubeError('ConnectionLost', `${request}: the connection was lost (${error.message})`, {
      cause: error,
    });
  }
  if (code.startsWith('HPE_')) {
    return new KubeError('MalformedResponse', `${request}: the answer is not HTTP (${error.message})`, {
      cause: error,
    });
  }
  const detail = error.message || code || error.name;
  return new KubeError('ConnectionFailed', `${request}: no connection to the API server (${detail})`, {
    cause: error,
  });
}
