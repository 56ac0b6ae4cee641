import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';
import { createOutgoingHttp } from './create-outgoing-http.ts';
import type { OutgoingRequest } from './outgoing-http.ts';

const pem = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/tls', file), 'utf8');
const ca = pem('ca.pem');

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function listen(server: Server & { closeAllConnections?: () => void }): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ends.push(() => {
    server.closeAllConnections?.();
    return new Promise((closed) => server.close(closed));
  });
  return (server.address() as AddressInfo).port;
}

/** A TLS server that asks for a certificate and answers with the name in it. */
const secureServer = (): Promise<number> =>
  listen(
    createServer(
      { key: pem('server.key'), cert: pem('server.pem'), ca, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const peer = (request.socket as TLSSocket).getPeerCertificate();
        response.end(`hello ${String(peer.subject?.CN ?? 'nobody')}`);
      },
    ),
  );

function transport() {
  const http = createOutgoingHttp({ policy: new AddressPolicy({ allowLoopback: true }), userAgent: 'test' });
  ends.push(() => http.close());
  const send = async (url: string, rest: Partial<OutgoingRequest> = {}): Promise<string> => {
    const signal = new AbortController().signal;
    const answer = await http.send({ method: 'GET', url, timeoutMs: 60_000, signal, ...rest });
    return `${answer.status} ${Buffer.from(answer.body).toString()}`;
  };
  return { http, send };
}

const tlsFailure = (code: string) =>
  expect.objectContaining({ code: 'ConnectionFailed', unsent: true, message: expect.stringContaining(code) });

describe('TLS', () => {
  test('a certificate of an authority that is not known is refused', async () => {
    const port = await secureServer();
    await expect(transport().send(`https://localhost:${port}/`)).rejects.toEqual(
      tlsFailure('SELF_SIGNED_CERT_IN_CHAIN'),
    );
  });

  test('the authority may be named, and the client may show a certificate', async () => {
    const port = await secureServer();
    const { send } = transport();
    const url = `https://localhost:${port}/`;
    expect(await send(url, { tls: { ca } })).toBe('200 hello nobody');
    const client = { certificate: pem('client.pem'), key: pem('client.key') };
    expect(await send(url, { tls: { ca, ...client } })).toBe('200 hello someone');
  });

  test('requests with other settings do not get a connection that was trusted by those of another', async () => {
    const port = await secureServer();
    const { send } = transport();
    const url = `https://localhost:${port}/`;
    expect(await send(url, { tls: { insecureSkipVerify: true } })).toBe('200 hello nobody');
    await expect(send(url)).rejects.toEqual(tlsFailure('SELF_SIGNED_CERT_IN_CHAIN'));
  });

  test('the name in the certificate counts, and may be set', async () => {
    const port = await secureServer();
    const { send } = transport();
    const url = `https://127.0.0.1:${port}/`;
    await expect(send(url, { tls: { ca, serverName: 'other.example' } })).rejects.toEqual(
      tlsFailure('ERR_TLS_CERT_ALTNAME_INVALID'),
    );
    expect(await send(url, { tls: { ca, serverName: 'hooks.example.com' } })).toBe('200 hello nobody');
  });

  test('a certificate that is no PEM fails, and is not in the message', async () => {
    const port = await secureServer();
    const sent = transport().send(`https://localhost:${port}/`, {
      tls: { ca, certificate: 'secret', key: 'secret' },
    });
    await expect(sent).rejects.toEqual(tlsFailure('ERR_OSSL'));
    await expect(sent).rejects.not.toThrow('secret');
  });
});

describe('a proxy', () => {
  /** A proxy that notes what it is asked for, and refuses those who do not log in. */
  async function proxy(): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const login = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    const server = createHttpServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(request.headers['proxy-authorization'] === login ? 200 : 407);
      response.end('by the proxy');
    });
    server.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      if (request.headers['proxy-authorization'] !== login) {
        socket.end('HTTP/1.1 407 No\r\n\r\n');
        return;
      }
      const { port } = new URL(`http://${request.url}`);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    return { url: `http://me:hunter2@127.0.0.1:${await listen(server)}`, asked };
  }

  test('looks up the name itself and carries TLS without seeing into it', async () => {
    const port = await secureServer();
    const { url, asked } = await proxy();
    const answer = await transport().send(`https://hooks.example.com:${port}/`, {
      proxyUrl: url,
      tls: { ca },
    });
    expect(answer).toBe('200 hello nobody');
    expect(asked).toEqual([`CONNECT hooks.example.com:${port}`]);
  });

  test('is asked for the whole address of a server without TLS', async () => {
    const { url, asked } = await proxy();
    expect(await transport().send('http://hooks.example.com/x', { proxyUrl: url })).toBe('200 by the proxy');
    expect(asked).toEqual(['GET http://hooks.example.com/x']);
  });

  test('that refuses is a failed connection, without its password in the message', async () => {
    const { url } = await proxy();
    const wrong = url.replace('hunter2', 'wr0ng');
    const { send } = transport();
    for (const target of ['https://hooks.example.com/', 'http://hooks.example.com/']) {
      const sent = send(target, { proxyUrl: wrong });
      await expect(sent).rejects.toMatchObject({ code: 'ConnectionFailed' });
      await expect(sent).rejects.not.toThrow('wr0ng');
    }
  });
});

test('connections are kept open for the next request, and ended when the transport is closed', async () => {
  let connections = 0;
  const server = createHttpServer((_request, response) => void response.end('ok'));
  server.on('connection', () => connections++);
  const url = `http://127.0.0.1:${await listen(server)}/`;
  const { http, send } = transport();
  for (let sent = 0; sent < 20; sent++) await send(url);
  const before = connections;
  expect(before).toBeLessThan(20);
  await http.close();
  await expect(send(url)).resolves.toBe('200 ok');
  expect(connections).toBe(before + 1);
});

test('many different settings do not keep as many agents, and none loses its request', async () => {
  const port = await listen(createHttpServer((_request, response) => void response.end('ok')));
  const { send } = transport();
  const all = Array.from({ length: 200 }, (_, index) =>
    send(`http://127.0.0.1:${port}/`, { tls: { serverName: `host-${index}.example` } }),
  );
  expect(new Set(await Promise.all(all))).toEqual(new Set(['200 ok']));
});
