import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { connect as connectTcp } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { staticCredential } from '../config/cluster-config.ts';
import type { ClusterConfig, Credential } from '../config/cluster-config.ts';
import { certificates } from '../testing/certificates.ts';
import { KubeClient } from './kube-client.ts';
import { KubeError } from './kube-error.ts';

let clients: KubeClient[];

beforeEach(() => {
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
});

describe('with TLS', () => {
  const { ca, client: clientCertificate } = certificates;
  const tls = { ca, serverName: 'kubernetes.test' };
  let server: Server;
  let url: string;
  let names: string[];

  beforeEach(async () => {
    names = [];
    const options = { ...certificates.server, ca, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate();
      names.push(String(peer.subject?.CN));
      if (request.url === '/endless') response.write('{}');
      else response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function open(config: Partial<ClusterConfig>): KubeClient {
    const client = new KubeClient({ server: url, namespace: 'default', ...config });
    clients.push(client);
    return client;
  }

  test('the authority and the name of the server are checked, unless told not to', async () => {
    await open({ tls }).json({ path: '/' });
    await open({ tls: { insecureSkipVerify: true } }).json({ path: '/' });
    const unnamed = open({ tls: { ca } }).json({ path: '/' });
    await expect(unnamed).rejects.toMatchObject({ code: 'ConnectionFailed' });
    const unknown = open({ tls: { serverName: 'kubernetes.test' } }).json({ path: '/' });
    await expect(unknown).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(names).toHaveLength(2);
  });

  test('a client certificate is shown, and a new one is used from the next request on', async () => {
    let credential: Credential = {};
    const credentials = { get: () => Promise.resolve(credential), refresh: () => false };
    const client = open({ tls, credentials });
    await client.json({ path: '/' });
    credential = { clientCertificate };
    await client.json({ path: '/' });
    await client.json({ path: '/' });
    expect(names).toEqual(['undefined', 'tester', 'tester']);
  });

  test('the end of the client ends also what goes on under an earlier certificate', async () => {
    let credential: Credential = {};
    const credentials = { get: () => Promise.resolve(credential), refresh: () => false };
    const client = open({ tls, credentials });
    const { body } = await client.stream({ path: '/endless' });
    const reading = body[Symbol.asyncIterator]();
    await reading.next();
    credential = { clientCertificate };
    await (await client.stream({ path: '/endless' })).discard();
    const lost = expect(reading.next()).rejects.toBeInstanceOf(KubeError);
    await client.close();
    await lost;
  });

  test('a proxy is asked for a tunnel, and the server is checked through it', async () => {
    const targets: string[] = [];
    const proxy = createProxy().on('connect', (request, socket) => {
      targets.push(request.url ?? '');
      const upstream = connectTcp(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.once('error', () => socket.destroy());
      socket.once('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const credentials = staticCredential({ clientCertificate });
    const client = open({ tls, proxyUrl, credentials });
    await client.json({ path: '/' });
    expect(names).toEqual(['tester']);
    expect(targets).toEqual([new URL(url).host]);
    await client.close();
    await new Promise((resolve) => proxy.close(resolve));
  });
});
