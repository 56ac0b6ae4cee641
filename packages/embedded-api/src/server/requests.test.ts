import { createConnection } from 'node:net';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer } from '../api-server.ts';
import { TestApi, configMap } from './testing/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.stop());

/** A request without a client certificate. */
async function anonymous(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const request = httpsRequest(api.server.url + path, { ca: api.server.ca, headers, agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return { code: response.statusCode ?? 0, text };
}

describe('who asks', () => {
  test('is somebody with a certificate or a token; nobody sees health and version only', async () => {
    expect((await anonymous('/api/v1/namespaces')).code).toBe(401);
    expect((await anonymous('/healthz')).code).toBe(200);
    expect((await anonymous('/version')).code).toBe(200);
    const token = { authorization: `Bearer ${api.server.pki.adminToken}` };
    expect((await anonymous('/api/v1/namespaces', token)).code).toBe(200);
    expect((await anonymous('/healthz', { authorization: 'Bearer wrong' })).code).toBe(401);
  });

  test('may be impersonated, and then has that user’s rights', async () => {
    const as = { 'impersonate-user': 'jane' };
    const refused = await api.get('/api/v1/namespaces/default/pods', as);
    expect(refused.code).toBe(403);
    expect(refused.body.message).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    const master = { ...as, 'impersonate-group': 'system:masters' };
    expect((await api.get('/api/v1/namespaces/default/pods', master)).code).toBe(200);
    expect((await api.get('/version', { 'impersonate-group': 'x' })).code).toBe(400);
  });
});

describe('paths', () => {
  test.each([
    ['GET', '/apis/no.such.group/v1/things', 404],
    ['GET', '/api/v1/nothings', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/api/v1/namespaces/default/pods/p/exec', 404],
    ['POST', '/api/v1/namespaces/default/configmaps/named', 405],
    ['PUT', '/api/v1/namespaces', 405],
    ['POST', '/version', 405],
    ['GET', '/api/v1/namespaces/%E0%A4%A', 400],
  ])('%s %s is %i with a Status', async (method, path, code) => {
    const answer = await api.send(method, path, method === 'GET' ? {} : { body: {} });
    expect(answer.code).toBe(code);
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code });
  });

  test('of discovery, OpenAPI, version, metrics and health answer', async () => {
    for (const path of [
      '/api',
      '/apis',
      '/api/v1',
      '/apis/apps/v1',
      '/openapi/v3',
      '/version',
      '/metrics',
      '/livez',
      '/',
    ]) {
      expect([path, (await api.get(path)).code]).toEqual([path, 200]);
    }
    const aggregated = await api.get('/apis', {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
    });
    expect(aggregated.body.kind).toBe('APIGroupDiscoveryList');
    const again = await api.get('/apis', { 'if-none-match': (await api.get('/apis')).headers.etag ?? '' });
    expect(again.code).toBe(304);
    const index = await api.get('/openapi/v3');
    const document = await api.get(index.body.paths['api/v1'].serverRelativeURL as string);
    expect(document.headers['cache-control']).toContain('immutable');
    expect((await api.get('/openapi/v3/api/v1?hash=OLD')).code).toBe(301);
  });

  test('of health tell each check', async () => {
    expect((await api.get('/readyz?verbose')).text).toContain('[+]storage ok\n');
    expect((await api.get('/readyz?verbose')).text).toContain('readyz check passed');
    expect((await api.get('/readyz/storage')).text).toBe('ok');
    expect((await api.get('/readyz/nothing')).code).toBe(404);
    expect((await api.get('/readyz?exclude=storage')).text).toBe('ok');
  });
});

describe('events', () => {
  test('are one store under both groups', async () => {
    const event = {
      metadata: { name: 'e1' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'it started',
      type: 'Normal',
      source: { component: 'test' },
    };
    expect((await api.post('/api/v1/namespaces/default/events', event)).code).toBe(201);
    const renamed = await api.get('/apis/events.k8s.io/v1/namespaces/default/events/e1');
    expect(renamed.body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: 'p' },
      note: 'it started',
      deprecatedSource: { component: 'test' },
    });
    const selected = await api.get('/api/v1/events?fieldSelector=involvedObject.name=p,reason=Started');
    expect(selected.body.items).toHaveLength(1);
  });
});

describe('the server', () => {
  test('survives what is not TLS or not HTTP', async () => {
    const socket = createConnection(api.server.port, '127.0.0.1');
    socket.on('error', () => {});
    // What nobody reads, such as an alert, would keep the socket from closing.
    socket.resume();
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect((await api.get('/livez')).code).toBe(200);
  });

  test('refuses a folder that is in use, and a port that is taken, and leaves nothing behind', async () => {
    await expect(startApiServer({ dataDir: api.folder, port: 0 })).rejects.toMatchObject({ code: 'InUse' });
    const other = `${api.folder}-other`;
    await expect(startApiServer({ dataDir: other, port: api.server.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const again = await TestApi.start({ dataDir: other });
    await again.stop();
  });

  test('ends watches when it closes, and has everything when it is started again', async () => {
    const client = await TestApi.start();
    await client.post('/api/v1/namespaces/default/configmaps', configMap('kept'));
    const watch = client.watch('/api/v1/configmaps?watch=true');
    await watch.next();
    const ended = (async () => {
      for await (const _ of watch);
    })();
    await client.server.close();
    await ended;
    const restarted = await TestApi.start({ dataDir: client.folder });
    expect((await restarted.get('/api/v1/namespaces/default/configmaps/kept')).code).toBe(200);
    await restarted.stop();
  });
});

test('what is not served has details, which kubectl debug looks into', async () => {
  const debug = await api.patch('/api/v1/namespaces/default/pods/p/ephemeralcontainers', {});
  for (const answer of [debug, await api.get('/apis/none/v1'), await api.get('/openapi/v3/apis/none/v1')])
    expect(answer.body).toMatchObject({ code: 404, reason: 'NotFound', details: {} });
});
