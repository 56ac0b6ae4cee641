import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coreV1 } from '../objects/core-v1.ts';
import type { ConfigMap } from '../objects/core-v1.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { answer, answerStatus, MemoryApi } from '../testing/memory-api.ts';
import { until } from '../testing/until.ts';
import { ConfigError } from '../config/cluster-config.ts';
import { KubeClient } from './kube-client.ts';
import type { KubeClientOptions } from './kube-client.ts';
import { KubeError } from './kube-error.ts';
import { podLogs } from './pod-logs.ts';

const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;
const map = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});

let api: MemoryApi;
let clients: KubeClient[];

beforeEach(async () => {
  api = await MemoryApi.start();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await api.close();
});

function connect(options: KubeClientOptions = {}): KubeClient {
  const client = new KubeClient(api.config, options);
  clients.push(client);
  return client;
}

describe('the calls', () => {
  test('a name that is a path is refused', async () => {
    const maps = connect().resource(coreV1.configMaps);
    await expect((async () => maps.get('..', { namespace: 'shop' }))()).rejects.toThrow(TypeError);
    await expect((async () => maps.get('a', { namespace: '..' }))()).rejects.toThrow(TypeError);
    expect(api.seen).toEqual([]);
  });

  test('create, get, update, patch and delete an object', async () => {
    const maps = connect().resource(coreV1.configMaps);
    const created = await maps.create(map('a', { x: '1' }), {
      fieldManager: 'me',
      fieldValidation: 'Strict',
    });
    expect(created.metadata.uid).toBeDefined();
    expect(await maps.get('a', { namespace: 'shop' })).toEqual(created);
    const updated = await maps.update({ ...created, data: { x: '2' } });
    expect(updated.data).toEqual({ x: '2' });
    await expect(maps.update(created)).rejects.toMatchObject({ code: 'Conflict', httpStatus: 409 });
    const patched = await maps.patch('a', { type: 'merge', namespace: 'shop', body: { data: { y: '3' } } });
    expect(patched.data).toEqual({ x: '2', y: '3' });
    await maps.delete('a', { namespace: 'shop', propagationPolicy: 'Foreground' });
    await expect(maps.get('a', { namespace: 'shop' })).rejects.toMatchObject({ code: 'NotFound' });
    expect(api.seen.map(({ method }) => method)).toEqual([
      'POST',
      'GET',
      'PUT',
      'PUT',
      'PATCH',
      'DELETE',
      'GET',
    ]);
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      fieldManager: 'me',
      fieldValidation: 'Strict',
    });
    expect(JSON.parse(api.seen[5]?.body ?? '')).toMatchObject({ propagationPolicy: 'Foreground' });
  });

  test('say which patch they send', async () => {
    api.put(path('a'), {});
    const maps = connect().resource(coreV1.configMaps);
    const options = { namespace: 'shop', dryRun: true };
    await maps.patch('a', { type: 'json', body: [], ...options });
    await maps.patch('a', { type: 'strategic', body: {}, ...options });
    await maps.apply(map('a'), { fieldManager: 'me', force: true });
    expect(api.seen.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ]);
    expect(api.seen[0]?.query.get('dryRun')).toBe('All');
    expect(api.seen[2]?.query.get('force')).toBe('true');
  });

  test('list in pages, each object once, with its kind', async () => {
    for (let index = 0; index < 25; index += 1) api.put(path(`c${index}`), {});
    const maps = connect().resource(coreV1.configMaps);
    const names: string[] = [];
    for await (const item of maps.listAll({ namespace: 'shop', limit: 10, resourceVersion: '0' })) {
      expect(item.kind).toBe('ConfigMap');
      names.push(item.metadata.name ?? '');
    }
    expect(new Set(names).size).toBe(25);
    expect(api.seen).toHaveLength(3);
    expect(api.seen[1]?.query.get('resourceVersion')).toBeNull();
  });

  test('reach subresources', async () => {
    api.put('/api/v1/namespaces/shop/serviceaccounts/robot', { kind: 'ServiceAccount' });
    const accounts = connect().resource(coreV1.serviceAccounts);
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['x'] },
    };
    expect(await accounts.createSubresource('robot', 'token', request, { namespace: 'shop' })).toEqual(
      request,
    );
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/shop/serviceaccounts/robot/token');
  });

  test('refuse a namespaced kind without a namespace, and a name that is empty', async () => {
    const maps = connect().resource(coreV1.configMaps);
    expect(() => maps.get('a')).toThrow(/say the namespace/u);
    expect(() => maps.get('', { namespace: 'shop' })).toThrow(/say the name/u);
    expect(api.seen).toEqual([]);
  });

  test('escape names', async () => {
    const maps = connect().resource(coreV1.configMaps);
    await expect(maps.get('a/b?c', { namespace: 'shop' })).rejects.toBeInstanceOf(KubeError);
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/shop/configmaps/a%2Fb%3Fc');
  });
});

describe('discovery', () => {
  test('finds the resource of a manifest, remembers it, and looks again for a kind it does not know', async () => {
    const resources = [
      { name: 'things', kind: 'Thing', namespaced: true },
      { name: 'things/status', kind: 'Thing', namespaced: true },
    ];
    api.intercept = (request, response) => {
      if (request.path !== '/apis/x.y/v1') return false;
      answer(response, 200, { resources });
      return true;
    };
    const client = connect();
    expect(await client.discover('x.y/v1', 'Thing')).toMatchObject({ plural: 'things', namespaced: true });
    await client.discover('x.y/v1', 'Thing');
    expect(api.count('/apis/x.y/v1')).toBe(1);
    await expect(client.discover('x.y/v1', 'Other')).rejects.toMatchObject({ code: 'UnknownKind' });
    resources.push({ name: 'others', kind: 'Other', namespaced: false });
    expect(await client.discover('x.y/v1', 'Other')).toMatchObject({ plural: 'others', namespaced: false });
    await expect(client.discover('not/v1', 'There')).rejects.toMatchObject({ code: 'UnknownKind' });
  });

  test('serves apply: a manifest without a namespace goes to that of the context', async () => {
    api.intercept = (request, response) => {
      if (request.path !== '/api/v1') return false;
      answer(response, 200, { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] });
      return true;
    };
    const manifest: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const applied = await connect().apply(manifest, { fieldManager: 'me' });
    expect(applied.metadata.namespace).toBe('default');
  });
});

describe('errors', () => {
  test('carry the reason of the Status, and the HTTP status when there is none', async () => {
    api.intercept = (request, response) => {
      if (request.path.endsWith('forbidden')) answerStatus(response, 403, 'Forbidden');
      else if (request.path.endsWith('odd')) answerStatus(response, 409, 'SomethingNew');
      else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>bad gateway</h1>');
      return true;
    };
    const maps = connect().resource(coreV1.configMaps);
    const get = (name: string): Promise<unknown> => maps.get(name, { namespace: 'shop' });
    await expect(get('forbidden')).rejects.toMatchObject({ code: 'Forbidden', status: { code: 403 } });
    await expect(get('odd')).rejects.toMatchObject({ code: 'Conflict', status: { reason: 'SomethingNew' } });
    await expect(get('proxy')).rejects.toMatchObject({ code: 'InternalError', httpStatus: 502 });
  });

  test('do not quote an answer that is no JSON, for it may be a secret', async () => {
    api.intercept = (_request, response) => {
      response.end('{"data": {"password": "hunter2');
      return true;
    };
    const failure = connect().resource(coreV1.secrets).get('a', { namespace: 'shop' });
    const error = (await failure.catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: 'MalformedResponse' });
    expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter2');
  });

  test('an answer above the limit is not read to its end', async () => {
    api.put(path('a'), { data: { large: 'x'.repeat(5000) } });
    const maps = connect({ maxResponseBytes: 1000 }).resource(coreV1.configMaps);
    await expect(maps.get('a', { namespace: 'shop' })).rejects.toMatchObject({ code: 'ResponseTooLarge' });
  });

  test('a connection that breaks in the middle of an answer is an error', async () => {
    api.intercept = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      setImmediate(() => response.destroy());
      return true;
    };
    const maps = connect().resource(coreV1.configMaps);
    await expect(maps.list()).rejects.toMatchObject({ code: 'ConnectionLost' });
  });

  test('a credential that cannot be had is the error of the configuration', async () => {
    const failure = new ConfigError('PluginFailed', 'log in first');
    const credentials = { get: () => Promise.reject(failure), refresh: () => false };
    const client = new KubeClient({ ...api.config, credentials });
    clients.push(client);
    await expect(client.json({ path: '/version' })).rejects.toBe(failure);
    expect(api.seen).toEqual([]);
  });

  test('a refused stream whose words never come has a deadline too', async () => {
    const clock = new FakeClock();
    const client = connect({ clock, requestTimeoutMs: 500 });
    api.intercept = (_request, response) => {
      response.writeHead(500).flushHeaders();
      return true;
    };
    const log = podLogs(client, { namespace: 'shop', pod: 'a', follow: true }).next();
    log.catch(() => {});
    await until('the request', () => api.seen.length === 1);
    clock.advance(500);
    await expect(log).rejects.toMatchObject({ code: 'DeadlineExceeded' });
  });

  test('a closed client says so', async () => {
    const client = connect();
    await client.close();
    await expect(client.json({ path: '/version' })).rejects.toMatchObject({ code: 'ClientClosed' });
  });
});

describe('time', () => {
  test('a deadline covers the headers and the body', async () => {
    const clock = new FakeClock();
    const client = connect({ clock, requestTimeoutMs: 500 });
    api.intercept = (request, response) => {
      if (request.path.endsWith('body')) response.writeHead(200).write('{');
      return true;
    };
    for (const name of ['headers', 'body']) {
      const got = client.json({ path: `/${name}` });
      got.catch(() => {});
      await until('the request', () => api.seen.some((each) => each.path === `/${name}`));
      clock.advance(500);
      await expect(got).rejects.toMatchObject({ code: 'DeadlineExceeded' });
      expect(clock.pending).toEqual([]);
    }
  });

  test('an aborted call rejects with the reason of its signal, and leaves no listener', async () => {
    const controller = new AbortController();
    api.intercept = () => true;
    const client = connect();
    const got = client.resource(coreV1.configMaps).list({ signal: controller.signal });
    got.catch(() => {});
    await until('the request', () => api.seen.length === 1);
    controller.abort(new Error('enough'));
    await expect(got).rejects.toThrow('enough');
    await expect(client.json({ path: '/x', signal: controller.signal })).rejects.toThrow('enough');
    expect(api.seen).toHaveLength(1);
  });

  test('client-side throttling spreads a burst', async () => {
    const clock = new FakeClock();
    const client = connect({ clock, requestTimeoutMs: 60_000, rateLimit: { perSecond: 10, burst: 2 } });
    api.put(path('a'), {});
    const get = (): Promise<unknown> => client.resource(coreV1.configMaps).get('a', { namespace: 'shop' });
    const all = Promise.all([get(), get(), get(), get()]);
    await until('the burst', () => api.seen.length === 2);
    expect(clock.pending.slice(0, 2)).toEqual([100, 200]);
    clock.advance(200);
    await all;
  });
});

describe('retries', () => {
  test('429 and 503 with Retry-After are waited for when the request may be repeated', async () => {
    const clock = new FakeClock();
    const client = connect({ clock, requestTimeoutMs: 60_000 });
    api.intercept = (_request, response) => {
      const turn = api.seen.length;
      if (turn > 2) return false;
      response.setHeader('retry-after', '1');
      answerStatus(response, turn === 1 ? 429 : 503, turn === 1 ? 'TooManyRequests' : 'ServiceUnavailable');
      return true;
    };
    api.put(path('a'), {});
    const got = client.resource(coreV1.configMaps).get('a', { namespace: 'shop' });
    for (const turn of [1, 2]) {
      await until('the wait', () => api.seen.length === turn && (clock.pending[0] ?? Infinity) <= 1250);
      clock.advance(clock.pending[0] ?? 0);
    }
    expect((await got).metadata.name).toBe('a');
  });

  test('a POST is not sent again, and neither is anything without Retry-After', async () => {
    api.intercept = (request, response) => {
      if (request.method === 'POST') response.setHeader('retry-after', '1');
      answerStatus(response, 429, 'TooManyRequests');
      return true;
    };
    const maps = connect().resource(coreV1.configMaps);
    await expect(maps.create(map('a'))).rejects.toMatchObject({
      code: 'TooManyRequests',
      retryAfterMs: 1000,
    });
    await expect(maps.list()).rejects.toMatchObject({ code: 'TooManyRequests' });
    expect(api.seen).toHaveLength(2);
  });

  test('a connection that is refused is tried again for any method, because nothing was sent', async () => {
    // A port that the system gives to nobody who asks for any, as it may that of a server that was closed.
    const config = { ...api.config, server: 'http://127.0.0.1:1' };
    const samples: string[] = [];
    const client = new KubeClient(config, { onRequest: ({ code }) => samples.push(code) });
    clients.push(client);
    const failed = client.resource(coreV1.configMaps).create(map('a'));
    await expect(failed).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(samples).toEqual(['<error>', '<error>', '<error>']);
  });

  test('a connection lost on the way is tried again for reads only', async () => {
    api.intercept = (_request, response) => {
      response.socket?.resetAndDestroy();
      return true;
    };
    const maps = connect().resource(coreV1.configMaps);
    await expect(maps.create(map('a'))).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(api.seen).toHaveLength(1);
    await expect(maps.list()).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(api.seen).toHaveLength(3);
  });

  test('a request ends with its deadline also while credentials are awaited', async () => {
    const clock = new FakeClock();
    const credentials = { get: () => new Promise<never>(() => {}), refresh: () => false };
    const client = new KubeClient({ ...api.config, credentials }, { clock });
    clients.push(client);
    const answered = client.resource(coreV1.configMaps).list();
    clock.advance(30_000);
    await expect(answered).rejects.toMatchObject({ code: 'DeadlineExceeded' });
  });

  test('401 leads to fresh credentials, once', async () => {
    let token = 'old';
    const credentials = {
      get: () => Promise.resolve({ token }),
      refresh: () => {
        token = 'new';
        return true;
      },
    };
    api.intercept = (request, response) => {
      if (request.headers.authorization === 'Bearer new' && request.method === 'POST') return false;
      answerStatus(response, 401, 'Unauthorized');
      return true;
    };
    const client = new KubeClient({ ...api.config, credentials });
    clients.push(client);
    const maps = client.resource(coreV1.configMaps);
    expect((await maps.create(map('a'))).metadata.name).toBe('a');
    await expect(maps.list()).rejects.toMatchObject({ code: 'Unauthorized' });
    expect(api.seen).toHaveLength(4);
  });
});

describe('the connection', () => {
  test('warnings reach the callback, the user agent and samples are there', async () => {
    const warnings: string[] = [];
    const samples: unknown[] = [];
    const client = connect({
      userAgent: 'robot/1',
      onWarning: (text) => warnings.push(text),
      onRequest: ({ method, code }) => samples.push([method, code]),
    });
    api.intercept = (_request, response) => {
      response.setHeader('warning', [
        '299 - "old \\"version\\"", 299 - "second"',
        '299 - "third"',
        '199 - "no"',
      ]);
      answer(response, 200, {});
      return true;
    };
    await client.json({ path: '/version' });
    expect(warnings).toEqual(['old "version"', 'second', 'third']);
    expect(samples).toEqual([['GET', '200']]);
    expect(api.seen[0]?.headers['user-agent']).toBe('robot/1');
  });

  test('open watches do not hold up short requests', async () => {
    const client = connect({ maxConnections: 2, maxStreams: 50 });
    const stop = new AbortController();
    const watches = Array.from({ length: 50 }, async () => {
      for await (const event of client.resource(coreV1.configMaps).watch({ signal: stop.signal })) void event;
    });
    await until('fifty watches', () => api.openWatches === 50);
    api.put(path('a'), {});
    await client.resource(coreV1.configMaps).get('a', { namespace: 'shop' });
    stop.abort(new Error('over'));
    const results = await Promise.allSettled(watches);
    expect(results.every((each) => each.status === 'rejected' && each.reason.message === 'over')).toBe(true);
  });

  test('a path in the server address is kept', async () => {
    const client = new KubeClient({ ...api.config, server: `${api.config.server}/clusters/one/` });
    clients.push(client);
    await client.json({ path: '/version' }).catch(() => {});
    expect(api.seen[0]?.path).toBe('/clusters/one/version');
  });
});
