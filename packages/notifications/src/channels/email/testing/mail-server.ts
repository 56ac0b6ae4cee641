import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from 'smtp-server';

/** A mail that a server took. */
interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
}

/** A mail server that does as the test says. */
export interface TestMailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: TakenMail[];
  readonly logins: SMTPServerAuthentication[];
  /** How many connections there were. */
  connections: number;
  /** Ends the connections there are, as a server does with idle ones. */
  dropConnections(): void;
}

/** A reply of a mail server. */
export const reply = (code: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode: code });

/** Starts a server that takes every mail and every login, unless the options say otherwise. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const mails: TakenMail[] = [];
  const logins: SMTPServerAuthentication[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1000,
    // Its own certificate has expired.
    ...(options.cert ? {} : { disabledCommands: ['STARTTLS'] }),
    onConnect: (_, done) => {
      world.connections++;
      done();
    },
    onAuth: (login, _, done) => {
      logins.push(login);
      done(null, { user: login.username });
    },
    onData: (stream, { envelope, secure }, done) => {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (text += chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          done(reply(552, 'too large'));
          return;
        }
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text, secure });
        done();
      });
    },
    ...options,
  });
  // Clients that break off are what some tests are about.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const world: TestMailServer = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    logins,
    connections: 0,
    dropConnections() {
      for (const connection of server.connections as Set<{ close(): void }>) connection.close();
    },
    async [Symbol.asyncDispose]() {
      world.dropConnections();
      await new Promise<void>((closed) => server.close(closed));
    },
  };
  return world;
}
