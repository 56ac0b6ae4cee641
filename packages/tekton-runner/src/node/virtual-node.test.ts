import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Clock, KubeClient, type Node, silentLogger } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualNode } from './virtual-node.ts';

let server: Server;
let client: KubeClient;
let stored: Map<string, object>;
let requests: string[];
let told: () => void;
let time: number;
let timers: Set<() => void>;

const clock: Clock = {
  now: () => time,
  setTimeout(callback) {
    timers.add(callback);
    return () => timers.delete(callback);
  },
};
const nodes = '/api/v1/nodes';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** A server that stores what it is given, and answers 404 for what it does not have. */
beforeEach(async () => {
  stored = new Map();
  requests = [];
  told = () => undefined;
  time = Date.parse('2026-11-22T08:00:00Z');
  timers = new Set();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const path = url.replace(/\?.*$/, '').replace(/\/status$/, '');
      requests.push(`${method} ${url.replace(/\?.*$/, '')}`);
      const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as object);
      if (method === 'POST') stored.set(`${path}/n`, body);
      const found = stored.get(method === 'POST' ? `${path}/n` : path);
      if (found !== undefined) Object.assign(found, body);
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? { kind: 'Status', code: 404, reason: 'NotFound' }));
      told();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new KubeClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: 'ns',
  });
});
afterEach(async () => {
  await client.close();
  server.close();
});

function virtualNode(): VirtualNode {
  return new VirtualNode({
    client,
    logger: silentLogger,
    nodeName: 'n',
    address: '10.0.0.1',
    port: 10_250,
    capacity: 4,
    clock,
  });
}

function node(): Node {
  return stored.get(`${nodes}/n`) as Node;
}

/** Lets the next beat happen and waits for so many requests. */
async function beat(ms: number, count: number): Promise<void> {
  time += ms;
  const goal = requests.length + count;
  const done = new Promise<void>(
    (resolve) => (told = () => (requests.length >= goal ? resolve() : undefined)),
  );
  for (const callback of timers) {
    timers.delete(callback);
    callback();
  }
  await done;
  while (timers.size === 0) await new Promise(setImmediate);
}

test('the node is made with its taint, its address and the port of its logs, and is ready', async () => {
  const virtual = virtualNode();
  await virtual.start();
  expect(node().spec?.taints).toEqual([{ key: 'armillary.dev/tekton-runner', effect: 'NoSchedule' }]);
  expect(node().metadata.labels).toMatchObject({ 'kubernetes.io/os': 'linux', type: 'virtual-kubelet' });
  expect(node().status).toMatchObject({
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    capacity: { pods: '4' },
  });
  expect(node().status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True' });
  expect(stored.get(`${leases}/n`)).toMatchObject({
    spec: { holderIdentity: 'n', leaseDurationSeconds: 40, renewTime: '2026-11-22T08:00:00.000000Z' },
  });
  await virtual.stop();
  expect(node().status?.conditions?.[0]).toMatchObject({
    type: 'Ready',
    status: 'False',
    reason: 'RunnerStopped',
  });
  expect(timers.size).toBe(0);
});

test('the lease is renewed at each beat, the status once a minute', async () => {
  const virtual = virtualNode();
  await virtual.start();
  requests = [];
  await beat(10_000, 1);
  expect(requests).toEqual([`PATCH ${leases}/n`]);
  expect(stored.get(`${leases}/n`)).toMatchObject({ spec: { renewTime: '2026-11-22T08:00:10.000000Z' } });
  await beat(50_000, 2);
  expect(requests.slice(1)).toEqual([`PATCH ${leases}/n`, `PATCH ${nodes}/n/status`]);
  await virtual.stop();
});

test('a node that somebody deleted is made again', async () => {
  const virtual = virtualNode();
  await virtual.start();
  stored.delete(`${nodes}/n`);
  await beat(60_000, 5);
  expect(node().status?.conditions?.[0]).toMatchObject({ status: 'True' });
  await virtual.stop();
});
