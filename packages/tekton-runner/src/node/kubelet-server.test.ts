import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { silentLogger, type KubeClient, type Pod } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Executor } from '../executor/executor.ts';
import { LogWriter } from '../logs/log-writer.ts';
import { KubeletAccess } from './kubelet-access.ts';
import { KubeletServer } from './kubelet-server.ts';
import { parseLogRequest } from './log-request.ts';

const keys = new URL('../../fixtures/tls/', import.meta.url);
let dataFolder: string;
let executor: Executor;
let server: KubeletServer;
let port: number;
let pods: Pod[];

beforeEach(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'kubelet-'));
  executor = new Executor({ dataFolder, concurrency: 1, changed: () => undefined, problem: () => undefined });
  pods = [pod('p', 'Running')];
  server = new KubeletServer(
    {
      host: '127.0.0.1',
      port: 0,
      tls: { key: file('server.key'), cert: file('server.crt'), clientCa: file('ca.crt') },
    },
    {
      pod: (name, namespace) =>
        pods.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
      pods: () => pods,
      executor,
      access: new KubeletAccess(apiServer, 'node'),
      logger: silentLogger,
    },
  );
  port = await server.start();
});
afterEach(async () => {
  await server.stop();
  rmSync(dataFolder, { recursive: true });
});

/** Stands for the API server: it knows two tokens, and one user who may use nodes/proxy. */
const apiServer: Pick<KubeClient, 'json'> = {
  async json<T>({ path, body }: { path: string; body?: string | Uint8Array }): Promise<T> {
    const { spec } = JSON.parse(String(body)) as { spec: { token: string; user: string } };
    const user = { good: 'admin', weak: 'bob' }[spec.token];
    const status = path.endsWith('tokenreviews')
      ? { authenticated: user !== undefined, ...(user && { user: { username: user, groups: [] } }) }
      : { allowed: spec.user === 'admin' };
    return { status } as T;
  },
};

function file(name: string): Buffer {
  return readFileSync(new URL(name, keys));
}

function pod(name: string, phase: 'Pending' | 'Running'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', uid: `uid-${name}` },
    spec: { containers: [{ name: 'step-a', image: 'busybox' }] },
    status: { phase },
  };
}

async function log(): Promise<LogWriter> {
  const folder = executor.folderOf('uid-p');
  folder.claim();
  await folder.prepare([]);
  const writer = new LogWriter(folder.log('step-a'), executor.hub);
  await writer.open();
  return writer;
}

async function open(path: string, options: RequestOptions = as('admin')): Promise<IncomingMessage> {
  const request = get({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function ask(
  path: string,
  options?: RequestOptions,
): Promise<{ status: number | undefined; body: string }> {
  const response = await open(path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() };
}

function as(name: string): RequestOptions {
  return { key: file(`${name}.key`), cert: file(`${name}.crt`) };
}

function bearer(token: string): RequestOptions {
  return { headers: { authorization: `Bearer ${token}` } };
}

const path = '/containerLogs/ns/p/step-a';

test('nobody reads without saying who they are, whatever they ask for', async () => {
  for (const route of [path, '/healthz', '/pods', '/nothing']) {
    expect(await ask(route, {})).toEqual({ status: 401, body: 'Unauthorized\n' });
  }
  expect((await ask('/healthz', bearer('unknown'))).status).toBe(401);
  expect((await ask('/healthz', bearer('x'.repeat(15_000)))).status).toBe(401);
  // A certificate that another authority signed is no certificate, whoever it names.
  expect((await ask('/healthz', as('other'))).status).toBe(401);
});

test('certificates of the authority and tokens count as far as their users may go', async () => {
  expect(await ask('/healthz', as('admin'))).toEqual({ status: 200, body: 'ok' });
  expect((await ask('/healthz', as('ann'))).status).toBe(403);
  expect((await ask('/healthz', bearer('good'))).status).toBe(200);
  expect((await ask('/healthz', bearer('weak'))).status).toBe(403);
});

test('a log is served whole, in part, and with times', async () => {
  const writer = await log();
  for (const line of ['one', 'two', 'three']) writer.line(line);
  await writer.close();
  expect((await ask(path)).body).toBe('one\ntwo\nthree\n');
  expect((await ask(`${path}?tailLines=1`)).body).toBe('three\n');
  expect((await ask(`${path}?limitBytes=5`)).body).toBe('one\nt');
  expect((await ask(`${path}?timestamps=true&tailLines=1`)).body).toMatch(/^\S+Z three\n$/);
  expect((await ask(`${path}?sinceTime=2999-01-01T00:00:00Z`)).body).toBe('');
});

test('following goes on until the container has ended', async () => {
  const writer = await log();
  writer.line('first');
  const response = await open(`${path}?follow=true`);
  let body = '';
  for await (const chunk of response) {
    body += String(chunk);
    if (body === 'first\n') writer.line('second');
    else if (body === 'first\nsecond\n') await writer.close();
  }
  expect(body).toBe('first\nsecond\n');
});

test('what cannot be served is refused with the reason', async () => {
  expect(await ask('/containerLogs/ns/q/step-a')).toMatchObject({
    status: 404,
    body: 'pod "q" does not exist\n',
  });
  expect(await ask('/containerLogs/ns/p/nope')).toMatchObject({
    status: 404,
    body: 'container nope is not valid for pod p\n',
  });
  expect(await ask(path)).toMatchObject({
    status: 400,
    body: 'container "step-a" in pod "p" is waiting to start: PodInitializing\n',
  });
  expect(await ask(`${path}?previous=true`)).toMatchObject({ status: 400 });
  for (const query of [
    'tailLines=-1',
    'tailLines=x',
    'limitBytes=0',
    'sinceSeconds=0',
    'sinceTime=yesterday',
    'sinceSeconds=1&sinceTime=2026-11-22T08:00:00Z',
  ]) {
    expect((await ask(`${path}?${query}`)).status, query).toBe(400);
  }
  expect((await ask('/exec/ns/p/step-a')).status).toBe(404);
  expect((await ask('/containerLogs/ns/p/%zz')).status).toBe(400);
});

test('names in a path cannot leave the folder of the pod', async () => {
  await log();
  for (const name of ['..%2f..%2fsecrets.json', '%2e%2e', '..']) {
    expect((await ask(`/containerLogs/ns/p/${name}`)).status).toBe(404);
  }
});

test('a request is read as a kubelet reads it', () => {
  const now = Date.parse('2026-11-22T08:00:00Z');
  const url = new URL(`https://k${path}?follow=true&sinceSeconds=10&tailLines=0`);
  expect(parseLogRequest(url, now)).toEqual({
    namespace: 'ns',
    pod: 'p',
    container: 'step-a',
    previous: false,
    options: { follow: true, timestamps: false, tailLines: 0, sinceMs: now - 10_000 },
  });
  expect(parseLogRequest(new URL('https://k/containerLogs/ns/p'), now)).toBeUndefined();
});
