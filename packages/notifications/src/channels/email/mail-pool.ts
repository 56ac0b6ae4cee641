import { createTransport, type Transporter } from 'nodemailer';
import type { SMTPPoolOptions, SMTPPoolSentMessageInfo } from 'nodemailer/lib/smtp-pool';
import { tlsOptions } from '../../outgoing/tls-options.ts';
import type { MailServer } from './mail-server.ts';
import { openMailSocket } from './mail-socket.ts';
import { plainWithIdentity } from './plain-with-identity.ts';

/** Connections to one server. `close` finishes mails under way unless it is told to `force`. */
export type MailPool = Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;

/** Most connections to one server. */
const maxConnections = 5;
/** A connection that nothing is sent over for so long is ended, before the server does it. */
const idleMs = 30_000;
/** No single step of the dialogue may take longer, whatever the time for the whole is. */
const stepMs = 60_000;

/** Prepares connections to a server; they are opened when there is something to send. */
export function openMailPool(server: MailServer): MailPool {
  const { host, port, hello, encryption, tls, login } = server;
  const options: SMTPPoolOptions = {
    maxConnections,
    // Only what was not begun to be sent is put on another connection: the rest is the dispatcher's to try again.
    maxRequeues: 1,
    idleTimeout: idleMs,
    host,
    port,
    ...(hello === undefined ? {} : { name: hello }),
    secure: encryption === 'begin',
    requireTLS: encryption === 'require',
    tls: tlsOptions(tls),
    ...(login === undefined
      ? {}
      : {
          auth: {
            user: login.user,
            pass: login.password,
            ...(login.method === undefined ? {} : { method: login.method }),
          },
          ...(login.identity === undefined
            ? {}
            : { customAuth: { PLAIN: plainWithIdentity(login.identity) } }),
        }),
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    getSocket: (_, done) => openMailSocket(server, stepMs, done),
  };
  return createTransport({ ...options, pool: true });
}
