import { connect } from 'node:net';
import type { Clock } from '@armillary/kube';

/** What came of an attempt to connect. */
export type Attempt =
  /** A connection came about and stayed. */
  | { readonly kind: 'open' }
  /** Somebody said no: the way is open, and nobody is at its end. */
  | { readonly kind: 'refused' }
  /** Nobody answered, or a connection was cut as soon as it came about; `why` in words. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It could not be tried, for a reason of this process. */
  | { readonly kind: 'untried'; readonly why: string };

/** How an attempt is made. */
export interface AttemptOptions {
  readonly clock: Clock;
  /** So long it may take to connect, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * A connection that says nothing must stay for so long, in milliseconds. A socket that only holds a port takes
 * connections, too: it tells itself by the reset that follows at once, for which no server has a reason before it was
 * told anything.
 */
const stayMs = 200;
/** So long a peer may take to close its end, in milliseconds. */
const closingMs = 1000;

/** Errors of connect(2) that say something of this process, not of the way. */
const ownErrors = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAGAIN']);

/** Connects, and closes again as a client does that has nothing to say. Never rejects; ends at once when aborted. */
export function attemptConnection(
  address: string,
  port: number,
  { clock, timeoutMs, signal }: AttemptOptions,
): Promise<Attempt> {
  if (signal.aborted) return Promise.resolve({ kind: 'untried', why: 'stopped' });
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  const socket = connect({ host: address, port });
  let cancel = clock.setTimeout(() => {
    resolve({ kind: 'failed', why: `no answer within ${timeoutMs / 1000} s` });
    socket.destroy();
  }, timeoutMs);
  const onAbort = (): void => {
    resolve({ kind: 'untried', why: 'stopped' });
    socket.destroy();
  };
  const onOpen = (): void => {
    resolve({ kind: 'open' });
    cancel();
    cancel = clock.setTimeout(() => socket.destroy(), closingMs);
    socket.end();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('connect', () => {
    cancel();
    cancel = clock.setTimeout(onOpen, stayMs);
  });
  // What is read is of no interest, but bytes left unread would turn the end into a reset.
  socket.once('data', onOpen).resume();
  socket.once('end', onOpen);
  socket.on('error', (error) => resolve(attemptOf(error)));
  socket.once('close', () => {
    cancel();
    signal.removeEventListener('abort', onAbort);
  });
  return promise;
}

function attemptOf(error: Error): Attempt {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  if (ownErrors.has(code)) return { kind: 'untried', why: code };
  if (code === 'ECONNRESET') return { kind: 'failed', why: 'the connection was reset at once' };
  return { kind: 'failed', why: code || error.message };
}
