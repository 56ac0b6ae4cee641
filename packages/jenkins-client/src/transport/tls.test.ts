import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../connect.ts';
import { rejection, scriptedServer } from './scripted-server.ts';

/** Certificates for 127.0.0.1 and jenkins.internal, valid for a hundred years. */
const pem = (file: string): string => readFileSync(join(import.meta.dirname, 'certificates', file), 'utf8');
const ca = pem('ca.pem');

async function tlsServer(options: { mutual?: boolean } = {}): Promise<string> {
  const server: Server = createServer(
    {
      key: pem('server.key'),
      cert: pem('server.pem'),
      ...(options.mutual === true ? { ca, requestCert: true, rejectUnauthorized: true } : undefined),
    },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const client = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
        response.end(
          JSON.stringify({
            client,
            type: request.headers['content-type'],
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A proxy that knows CONNECT and whole addresses, and notes where to. */
async function tunnel(): Promise<{ proxy: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createHttp((request, response) => {
    asked.push(`${new URL(request.url ?? '').host} ${request.headers['proxy-authorization'] ?? 'without'}`);
    void fetch(request.url ?? '').then(({ status }) => response.writeHead(status).end());
  }).on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? 'without'}`);
    const [host = '', port = ''] = request.url?.split(':') ?? [];
    const target = connectTcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { proxy: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('a server with a certificate of its own authority', () => {
  test('is refused without ca, and that is not tried again', async () => {
    const jenkins = connect({ url: await tlsServer() });
    const error = await rejection(jenkins.raw.request({ path: 'x' }));
    expect(error).toMatchObject({ code: 'ConnectionFailed', maybeSent: false, lasting: true });
  });

  test.each([[ca], [[ca]]])('is reached with ca, all kinds of bodies too', async (given) => {
    const jenkins = connect({ url: await tlsServer(), tls: { ca: given } });
    onTestFinished(() => jenkins.close());
    expect(await (await jenkins.raw.request({ path: 'x' })).json()).toMatchObject({ body: '' });
    const form = await jenkins.raw.request({ method: 'POST', path: 'x', form: { a: 'ü' } });
    expect(await form.json()).toMatchObject({ body: 'a=%C3%BC' });
    const multipart = new FormData();
    multipart.append('file', new File(['inside'], 'name.bin'));
    multipart.append('json', '{}');
    const file = await jenkins.raw.request({ method: 'POST', path: 'x', multipart });
    expect(await file.json()).toMatchObject({
      type: expect.stringContaining('multipart/form-data'),
      body: expect.stringMatching(/filename="name\.bin"[\s\S]*inside[\s\S]*name="json"/u),
    });
  });

  test('is reached when certificates are not looked at, and nobody else is', async () => {
    const url = await tlsServer();
    const jenkins = connect({ url, tls: { rejectUnauthorized: false } });
    onTestFinished(() => jenkins.close());
    await (await jenkins.raw.request({ path: 'x' })).discard();
    expect(await rejection(fetch(url))).toBeInstanceOf(TypeError);
  });

  test('is asked by another name', async () => {
    const url = await tlsServer();
    const right = connect({ url, tls: { ca, servername: 'jenkins.internal' } });
    const wrong = connect({ url, tls: { ca, servername: 'other.internal' } });
    onTestFinished(async () => {
      await right.close();
      await wrong.close();
    });
    await (await right.raw.request({ path: 'x' })).discard();
    expect(await rejection(wrong.raw.request({ path: 'x' }))).toMatchObject({
      code: 'ConnectionFailed',
      lasting: true,
    });
  });

  test('knows the client by its certificate', async () => {
    const url = await tlsServer({ mutual: true });
    const known = connect({ url, tls: { ca, cert: pem('client.pem'), key: pem('client.key') } });
    const unknown = connect({ url, tls: { ca }, retry: false });
    onTestFinished(async () => {
      await known.close();
      await unknown.close();
    });
    expect(await (await known.raw.request({ path: 'x' })).json()).toMatchObject({ client: 'test client' });
    expect(await rejection(unknown.raw.request({ path: 'x' }))).toMatchObject({ code: 'ConnectionFailed' });
  });
});

describe('a proxy', () => {
  test('is asked for a tunnel to a TLS server, with its own credentials', async () => {
    const { proxy, asked } = await tunnel();
    const url = await tlsServer();
    const jenkins = connect({ url, tls: { ca }, proxy: `http://user:p%40ss@${proxy}` });
    onTestFinished(() => jenkins.close());
    await (await jenkins.raw.request({ path: 'x' })).discard();
    expect(asked).toEqual([`${new URL(url).host} Basic ${btoa('user:p@ss')}`]);
  });

  test('serves plain servers, too', async () => {
    const { proxy, asked } = await tunnel();
    const { url, requests } = await scriptedServer((_, response) => response.end());
    const jenkins = connect({ url, proxy: `http://${proxy}` });
    onTestFinished(() => jenkins.close());
    await (await jenkins.raw.request({ path: 'x' })).discard();
    expect(requests).toHaveLength(1);
    expect(asked).toEqual([`${new URL(url).host} without`]);
  });

  test('that is not there is a connection that failed before anything was sent', async () => {
    const jenkins = connect({ url: 'http://jenkins.invalid/', proxy: 'http://127.0.0.1:1', retry: false });
    onTestFinished(() => jenkins.close());
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({
      code: 'ConnectionFailed',
      maybeSent: false,
    });
  });
});

test('tls without undici says what to install', async () => {
  vi.doMock('undici', () => {
    throw new Error('not installed');
  });
  onTestFinished(() => vi.doUnmock('undici'));
  const jenkins = connect({ url: 'https://127.0.0.1:1/', tls: { ca } });
  expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({
    code: 'Unsupported',
    plugins: [],
    message: expect.stringContaining('npm install undici'),
  });
  await jenkins.close();
});

test('a fetch of the user is used as it is', async () => {
  const jenkins = connect({
    url: 'https://jenkins.invalid/',
    tls: { ca },
    fetch: () => Promise.resolve(new Response('{"own":true}')),
  });
  expect(await (await jenkins.raw.request({ path: 'x' })).json()).toEqual({ own: true });
});
