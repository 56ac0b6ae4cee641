import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { webhookChannel } from './webhook-channel.ts';

const http = testHttp();
let hook: StandIn;

beforeEach(async () => {
  hook = await StandIn.start(() => ({ status: 200 }));
});
afterEach(() => hook[Symbol.asyncDispose]());
afterAll(() => http.close());

type Spec = Parameters<typeof webhookChannel.destinations>[0];

const alerts = [
  testAlert('Down', {
    labels: { alertname: 'Down', cluster: 'a', pod: 'x' },
    generatorURL: 'http://prometheus/g',
  }),
  testAlert('Slow', { labels: { alertname: 'Slow', cluster: 'a', pod: '' }, status: 'resolved' }),
];

async function post(spec: Partial<Spec> = {}, rest: Partial<ChannelContext> = {}) {
  const notice = {
    ...testNotice('webhook', { url: `${hook.url}/hook?x=1`, ...spec }, alerts),
    groupLabels: { cluster: 'a' },
  };
  await sendNotice(webhookChannel, notice, testContext({ http, ...rest }));
  return hook.requests.at(-1);
}

describe('what is sent', () => {
  test("all alerts of a notice as JSON, in the fields of upstream's, and what it drops", async () => {
    const request = await post();
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(request?.query.get('x')).toBe('1');
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.json).toEqual({
      alerts: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/u),
          status: 'firing',
          labels: { alertname: 'Down', cluster: 'a', pod: 'x' },
          annotations: { message: 'Down happened' },
          startsAt: '2026-01-01T00:00:00Z',
          endsAt: '0001-01-01T00:00:00Z',
          notificationTime: '0001-01-01T00:00:00Z',
          generatorURL: 'http://prometheus/g',
          fingerprint: 'c0ffee0000000000',
        },
        expect.objectContaining({ status: 'resolved' }),
      ],
      groupLabels: { cluster: 'a' },
      commonLabels: { cluster: 'a' },
      commonAnnotations: {},
    });
  });

  test.each([
    'webhook.default.message',
    '{{ template "webhook.default.message" . }}',
    '{{template "webhook.default.message" .}}',
  ])('this template means JSON, however it is written: %s', async (template) => {
    const request = await post({ template });
    expect(request?.json).toMatchObject({ alerts: [{ status: 'firing' }, { status: 'resolved' }] });
  });

  test.each(['nm.default.history', '{{template "nm.default.history" .}}'])(
    'this template means JSON line by line: %s',
    async (template) => {
      const request = await post({ template });
      const lines = request?.text.trimEnd().split('\n') ?? [];
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        { status: 'firing', alertname: 'Down', message: 'Down happened' },
        { status: 'resolved', alertname: 'Slow' },
      ]);
    },
  );

  test.each([
    ['{"text":"down"}', 'application/json'],
    ['down "now"', 'text/plain; charset=utf-8'],
  ])('what another template gives is sent as it is: %s', async (text, type) => {
    const request = await post({ template: 'mine' }, { render: () => text });
    expect(request?.text).toBe(text);
    expect(request?.headers['content-type']).toBe(type);
  });

  test('a template may be set for all webhooks, or for all channels', async () => {
    const rendered: string[] = [];
    const render = (template: string) => (rendered.push(template), 'text');
    await post({}, { render, options: { global: { template: 'all' } } });
    await post({}, { render, options: { global: { template: 'all' }, webhook: { template: 'hooks' } } });
    await post({ template: 'mine' }, { render, options: { webhook: { template: 'hooks' } } });
    expect(rendered).toEqual(['all', 'hooks', 'mine']);
  });

  test('attempts at one delivery are known by their key', async () => {
    const notice = testNotice('webhook', { url: `${hook.url}/hook` }, alerts);
    const context = testContext({ http });
    for (const delivery of ['d1', 'd1', 'd2'])
      await sendNotice(webhookChannel, { ...notice, delivery }, context);
    await sendNotice(webhookChannel, notice, context);
    expect(hook.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'd1',
      'd1',
      'd2',
      undefined,
    ]);
  });

  test('a template that says nothing is an error, not an empty message', async () => {
    await expect(post({ template: 'mine' }, { render: () => '' })).rejects.toMatchObject({
      fault: 'permanent',
    });
    expect(hook.requests).toEqual([]);
  });
});

describe('authentication', () => {
  test('a bearer token wins over basic authentication, and loses the line end of its file', async () => {
    const basicAuth = { username: 'me', password: { value: 'hunter2' } };
    const request = await post({ httpConfig: { basicAuth, bearerToken: { value: 'abc\n' } } });
    expect(request?.headers.authorization).toBe('Bearer abc');
  });

  test('basic authentication, also without a password', async () => {
    const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const both = await post({
      httpConfig: { basicAuth: { username: 'mé', password: { value: 'hunter2' } } },
    });
    expect(both?.headers.authorization).toBe(encoded('mé:hunter2'));
    const one = await post({ httpConfig: { basicAuth: { username: 'me' } } });
    expect(one?.headers.authorization).toBe(encoded('me:'));
  });

  test('certificates of both sides', async () => {
    const pem = (file: string): string =>
      readFileSync(join(import.meta.dirname, '../../../fixtures/tls', file), 'utf8');
    const peers: unknown[] = [];
    const server = createServer(
      { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true },
      (request, response) => {
        peers.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
        response.end();
      },
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const clientCertificate = { cert: { value: pem('client.pem') }, key: { value: pem('client.key') } };
    await post({
      url,
      httpConfig: {
        tlsConfig: { rootCA: { value: pem('ca.pem') }, clientCertificate, serverName: 'hooks.example.com' },
      },
    });
    await post({ url, httpConfig: { tlsConfig: { insecureSkipVerify: true, clientCertificate } } });
    expect(peers).toEqual(['someone', 'someone']);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  test('by way of a proxy', async () => {
    await post({ url: 'http://hooks.example.com/hook', httpConfig: { proxyUrl: hook.url } });
    expect(hook.requests[0]?.headers.host).toBe('hooks.example.com');
  });
});

describe('answers', () => {
  test.each([200, 201, 202, 204])(
    'every status of success is one, where upstream takes only 200: %d',
    async (status) => {
      hook.answerNext({ status });
      await expect(post()).resolves.toBeDefined();
    },
  );

  test('a redirect is refused with the words that help', async () => {
    hook.answerNext({ status: 301, headers: { location: `${hook.url}/other` } });
    await expect(post()).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringContaining('redirects are not followed'),
    });
    expect(hook.requests).toHaveLength(1);
  });
});

describe('destinations', () => {
  const only = (spec: Spec) => webhookChannel.destinations(spec, undefined)[0];

  test('the same address written in two ways is one, and its path is not shown', () => {
    const one = only({ url: 'HTTPS://Hooks.Example.com:443/a/../secret' });
    expect(one).toMatchObject({
      address: 'https://hooks.example.com/secret',
      shown: 'webhook hooks.example.com',
    });
    expect(only({ url: 'https://hooks.example.com/secret' })?.address).toBe(one?.address);
  });

  test('a Service of the cluster has an address', () => {
    const service = { namespace: 'ops', name: 'sink', path: '/alerts', port: 8080, scheme: 'https' };
    expect(only({ service })?.address).toBe('https://sink.ops.svc:8080/alerts');
    expect(only({ service: { namespace: 'ops', name: 'sink' } })?.address).toBe('http://sink.ops.svc/');
  });

  test('what has no address is no destination', () => {
    expect(webhookChannel.destinations({}, undefined)).toEqual([]);
    expect(webhookChannel.destinations({ url: 'nonsense' }, undefined)).toEqual([]);
  });

  test('needs no Config and knows no limit', () => {
    expect(webhookChannel.needsConfig({})).toBe(false);
    expect(webhookChannel.limits(testNotice('webhook', {}, alerts), undefined)).toEqual([]);
  });
});
