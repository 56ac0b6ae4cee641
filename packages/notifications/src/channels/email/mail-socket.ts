import { lookup } from 'node:dns';
import { connect, type Socket } from 'node:net';
import { guardedLookup } from '../../outgoing/guarded-lookup.ts';
import type { MailServer } from './mail-server.ts';

/**
 * Connects to a mail server whose address its policy allows: as it is written, and as the very address that is
 * connected to. Calls back with `OutgoingError` `AddressRefused`, with the system's error, or with the socket.
 */
export function openMailSocket(
  { host, port, policy, name }: MailServer,
  timeoutMs: number,
  done: (error: Error | null, opened?: { connection: Socket }) => void,
): void {
  try {
    policy.checkHost(host, name);
  } catch (error) {
    return done(error as Error);
  }
  const socket = connect({ host, port, lookup: guardedLookup(policy, lookup), timeout: timeoutMs });
  const late = (): void => void socket.destroy(new Error(`no connection within ${timeoutMs} ms`));
  socket.once('timeout', late);
  socket.once('error', done);
  socket.once('connect', () => {
    socket.removeListener('timeout', late);
    socket.removeListener('error', done);
    done(null, { connection: socket });
  });
}
