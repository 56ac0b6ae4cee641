import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@armillary/kube';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AddressPolicy } from '../../outgoing/address-policy.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testContext, testHttp } from '../../testing/notice.ts';
import type { ChannelContext } from '../channel.ts';
import { mailFailure } from './mail-failure.ts';
import type { MailServer } from './mail-server.ts';
import { MailServers, type SentMail } from './mail-servers.ts';
import { reply, startMailServer } from './testing/mail-server.ts';

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000 });

const pem = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/tls', file), 'utf8');
const certificate = { key: pem('server.key'), cert: pem('server.pem') };
const trusted = { ca: pem('ca.pem'), serverName: 'hooks.example.com' };
const http = testHttp();

let servers = new MailServers();
afterEach(() => {
  servers.close();
  servers = new MailServers();
});

const anywhere = new AddressPolicy({ allowLoopback: true });
const ann = { name: 'Ann', address: 'ann@example.com' };

/** Sends a mail; what it rejects with is what the channel makes of it. */
async function send(server: Partial<MailServer>, context: Partial<ChannelContext> = {}): Promise<SentMail> {
  const whole: MailServer = {
    name: 'mail server',
    host: '127.0.0.1',
    port: 25,
    encryption: 'offer',
    tls: {},
    policy: anywhere,
    ...server,
  };
  const mail = { subject: 's', text: 't' };
  const from = { name: '', address: 'nm@example.com' };
  return await servers
    .send(whole, { mail, from, to: [ann], recipients: [ann.address] }, testContext({ http, ...context }))
    .catch((error: unknown) => {
      throw mailFailure(error, whole.name);
    });
}

describe('TLS', () => {
  test('is used where it is offered', async () => {
    await using server = await startMailServer(certificate);
    await send({ port: server.port, tls: trusted });
    expect(server.mails[0]?.secure).toBe(true);
  });

  test('from the first byte', async () => {
    await using server = await startMailServer({ ...certificate, secure: true });
    await send({ port: server.port, tls: trusted, encryption: 'begin' });
    expect(server.mails[0]?.secure).toBe(true);
  });

  test.each(['offer', 'require', 'begin'] as const)(
    'with a certificate that nobody trusts gets no mail and no password (%s), also without a tls block',
    async (encryption) => {
      await using server = await startMailServer({ ...certificate, secure: encryption === 'begin' });
      const login = { user: 'nm', password: 'secret' };
      await expect(send({ port: server.port, encryption, login })).rejects.toMatchObject({
        fault: 'transient',
        message: expect.stringMatching(/certificate.*tls\.rootCA/u),
      });
      expect([server.mails, server.logins]).toEqual([[], []]);
    },
  );

  test('with the certificate of another host gets no mail', async () => {
    await using server = await startMailServer(certificate);
    await expect(
      send({ port: server.port, tls: { ...trusted, serverName: 'other.example.com' } }),
    ).rejects.toMatchObject({
      fault: 'transient',
    });
    expect(server.mails).toEqual([]);
  });

  test('is not verified when the Config says so', async () => {
    await using server = await startMailServer(certificate);
    await send({ port: server.port, tls: { insecureSkipVerify: true } });
    expect(server.mails[0]?.secure).toBe(true);
  });

  test('that is required and not there means no mail and no password', async () => {
    await using server = await startMailServer();
    const login = { user: 'nm', password: 'secret' };
    await expect(send({ port: server.port, encryption: 'require', login })).rejects.toMatchObject({
      message: expect.stringContaining('requireTLS'),
    });
    expect([server.mails, server.logins]).toEqual([[], []]);
  });

  test('shows a certificate of its own to who asks for one', async () => {
    await using server = await startMailServer({
      ...certificate,
      ca: pem('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
      secure: true,
    });
    const tls = { ...trusted, certificate: pem('client.pem'), key: pem('client.key') };
    await send({ port: server.port, tls, encryption: 'begin' });
    expect(server.mails).toHaveLength(1);
  });
});

describe('logins', () => {
  const login = { user: 'nm', password: 'secret' };

  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('%s, as the server offers it', async (method) => {
    await using server = await startMailServer({ authMethods: [method], allowInsecureAuth: true });
    await send({ port: server.port, login });
    expect(server.logins[0]).toMatchObject({ method, username: 'nm' });
  });

  test('CRAM-MD5 where only a shared secret is there, though the server would take a password', async () => {
    await using server = await startMailServer({
      authMethods: ['PLAIN', 'CRAM-MD5'],
      allowInsecureAuth: true,
      onAuth: (auth, _, done) => done(null, auth.validatePassword('secret') ? { user: 'nm' } : {}),
    });
    await send({ port: server.port, login: { ...login, method: 'CRAM-MD5' } });
    expect(server.mails).toHaveLength(1);
  });

  test('that are refused may be right again once the Secret is', async () => {
    await using server = await startMailServer({
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(reply(535, 'wrong password')),
    });
    const failure = send({ port: server.port, login });
    await expect(failure).rejects.toMatchObject({
      fault: 'token',
      code: 'SMTP 535',
      message: expect.stringContaining('authUsername'),
    });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  test('that cannot be checked now are tried again', async () => {
    await using server = await startMailServer({
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(reply(454, 'try later')),
    });
    await expect(send({ port: server.port, login })).rejects.toMatchObject({ fault: 'transient' });
  });

  test('are not shared between accounts', async () => {
    await using server = await startMailServer({ allowInsecureAuth: true });
    await send({ port: server.port, login });
    await send({ port: server.port, login: { ...login, password: 'other' } });
    await send({ port: server.port, login });
    expect(server.logins.map((one) => one.password)).toEqual(['secret', 'other']);
  });
});

describe('connections', () => {
  test('are used again, where upstream opens one for every mail', async () => {
    await using server = await startMailServer();
    for (let mail = 0; mail < 10; mail++) await send({ port: server.port });
    expect([server.mails.length, server.connections]).toEqual([10, 1]);
  });

  test('are few at a time', async () => {
    await using server = await startMailServer();
    await Promise.all(Array.from({ length: 40 }, () => send({ port: server.port })));
    expect(server.mails).toHaveLength(40);
    expect(server.connections).toBeLessThanOrEqual(5);
  });

  test('that the server ended in between are opened anew, and the mail is sent once', async () => {
    await using server = await startMailServer();
    await send({ port: server.port });
    const first = server.connections;
    server.dropConnections();
    await send({ port: server.port });
    expect(server.connections).toBe(first + 1);
    expect(server.mails).toHaveLength(2);
  });

  test('that one policy allowed are not for another', async () => {
    await using server = await startMailServer();
    await send({ port: server.port });
    await expect(send({ port: server.port, policy: new AddressPolicy() })).rejects.toMatchObject({
      fault: 'permanent',
      code: 'AddressRefused',
    });
  });
});

describe('addresses that may not be used', () => {
  test.each(['127.0.0.1', '::1', 'localhost', '2130706433', '169.254.169.254'])(
    '%s is not connected to',
    async (host) => {
      await using server = await startMailServer();
      await expect(send({ host, port: server.port, policy: new AddressPolicy() })).rejects.toMatchObject({
        fault: 'permanent',
        code: 'AddressRefused',
      });
      expect(server.connections).toBe(0);
    },
  );
});

describe('time', () => {
  /** A server that takes connections and does what it is told with them. */
  async function rawServer(onConnection: (socket: Socket) => void) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      sockets,
      async [Symbol.asyncDispose]() {
        for (const socket of sockets) socket.destroy();
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  test('a server that says nothing is given up after the time that the channel has', async () => {
    await using server = await rawServer(() => {});
    const clock = new FakeClock();
    const sent = send({ port: server.port }, { clock, timeoutMs: 5000 });
    const failed = expect(sent).rejects.toMatchObject({
      fault: 'transient',
      message: 'mail server was not done within 30000 ms',
    });
    await eventually(() => expect(server.sockets.size).toBe(1));
    clock.advance(30_000);
    await failed;
    expect(clock.pending).toEqual([]);
  });

  test.each([
    [1000, 6000],
    [30_000, 60_000],
    [90_000, 90_000],
  ])('%d ms for one request are %d ms for a mail', async (timeoutMs, expected) => {
    await using server = await rawServer(() => {});
    const clock = new FakeClock();
    const stop = new AbortController();
    const sent = send({ port: server.port }, { clock, timeoutMs, signal: stop.signal });
    const failed = expect(sent).rejects.toMatchObject({ fault: 'transient' });
    expect(clock.pending).toEqual([expected]);
    stop.abort(new Error('enough'));
    await failed;
  });

  test('a server that trickles its answers is given up as well', async () => {
    let drips = 0;
    await using server = await rawServer((socket) => {
      const drip = setInterval(() => {
        drips++;
        socket.write('2');
      }, 1);
      socket.on('close', () => clearInterval(drip));
    });
    const clock = new FakeClock();
    const sent = send({ port: server.port }, { clock, timeoutMs: 5000 });
    const failed = expect(sent).rejects.toMatchObject({ fault: 'transient' });
    await eventually(() => expect(drips).toBeGreaterThan(3));
    clock.advance(30_000);
    await failed;
  });

  test('a mail that is stopped ends', async () => {
    await using server = await rawServer(() => {});
    const stop = new AbortController();
    const sent = send({ port: server.port }, { signal: stop.signal, clock: systemClock });
    const failed = expect(sent).rejects.toMatchObject({ name: 'DeliveryError', fault: 'transient' });
    await eventually(() => expect(server.sockets.size).toBe(1));
    stop.abort(new Error('the program ends'));
    await failed;
  });

  test('closing ends mails under way', async () => {
    await using server = await rawServer(() => {});
    const failed = expect(send({ port: server.port })).rejects.toMatchObject({
      fault: 'transient',
    });
    await eventually(() => expect(server.sockets.size).toBe(1));
    servers.close();
    await failed;
  });

  test('what is no mail server is no reason to give up', async () => {
    await using server = await rawServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(send({ port: server.port })).rejects.toMatchObject({ fault: 'transient' });
  });
});

test('a mail that is larger than the server takes is refused for good', async () => {
  await using server = await startMailServer({ size: 10 });
  await expect(send({ port: server.port })).rejects.toMatchObject({ fault: 'permanent' });
});
