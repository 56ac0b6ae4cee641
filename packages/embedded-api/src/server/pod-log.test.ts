import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestApi } from './testing/test-api.ts';

let api: TestApi;
let kubelet: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
  void response.end();
const pods = '/api/v1/namespaces/default/pods';

beforeAll(async () => {
  api = await TestApi.start();
  const { kubeletServer } = api.server.pki;
  kubelet = createServer(
    {
      cert: kubeletServer.cert,
      key: kubeletServer.key,
      ca: api.server.ca,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => answer(request, response),
  ).listen(0, '127.0.0.1');
  await once(kubelet, 'listening');
  const { port } = kubelet.address() as AddressInfo;
  await api.post('/api/v1/nodes', { metadata: { name: 'here' } });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await api.patch('/api/v1/nodes/here/status', { status });
  const pod = (name: string, nodeName: string | undefined, containers: string[]): object => ({
    metadata: { name },
    spec: { ...(nodeName ? { nodeName } : {}), containers: containers.map((c) => ({ name: c, image: 'i' })) },
  });
  await api.post(pods, pod('one', 'here', ['c']));
  await api.post(pods, pod('two', 'here', ['a', 'b']));
  await api.post(pods, pod('lost', 'nowhere', ['c']));
  await api.post(pods, pod('unscheduled', undefined, ['c']));
});
afterAll(async () => {
  await api.stop();
  kubelet.closeAllConnections();
  kubelet.close();
});

test('a log comes from the kubelet of the node, asked by the server with its certificate', async () => {
  let asked = '';
  let who: string | string[] | undefined;
  answer = (request, response) => {
    asked = request.url ?? '';
    who = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
    response.end('hello\n');
  };
  const { code, text, headers } = await api.get(`${pods}/one/log?tailLines=5&timestamps=true&pretty=x`);
  expect([code, text, headers['content-type']]).toEqual([200, 'hello\n', 'text/plain']);
  expect(asked).toBe('/containerLogs/default/one/c?timestamps=true&tailLines=5');
  expect(who).toBe('kube-apiserver-kubelet-client');
});

test('a followed log streams, and the kubelet is left when the client leaves', async () => {
  const left = Promise.withResolvers<void>();
  answer = (request, response) => {
    response.write('first\n');
    request.socket.once('close', () => left.resolve());
  };
  const response = await api.open('GET', `${pods}/one/log?follow=true`);
  const [chunk] = (await once(response, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('first\n');
  response.destroy();
  await left.promise;
});

test.each([
  [`${pods}/none/log`, 404, 'pods "none" not found'],
  [`${pods}/two/log`, 400, 'a container name must be specified for pod two, choose one of: [a b]'],
  [`${pods}/two/log?container=z`, 400, 'container z is not valid for pod two'],
  [`${pods}/lost/log`, 404, 'nodes "nowhere" not found'],
])('%s is %i: %s', async (path, code, message) => {
  const answered = await api.get(path);
  expect([answered.code, answered.body.message]).toEqual([code, message]);
});

test('a pod without a node has an empty log', async () => {
  expect(await api.get(`${pods}/unscheduled/log`)).toMatchObject({ code: 200, text: '' });
});

test('a container that has not started says so', async () => {
  const waiting = { name: 'c', state: { waiting: { reason: 'PodInitializing' } } };
  await api.patch(`${pods}/one/status`, { status: { containerStatuses: [waiting] } });
  const { code, body } = await api.get(`${pods}/one/log`);
  expect(code).toBe(400);
  expect(body.message).toBe('container "c" in pod "one" is waiting to start: PodInitializing');
  await api.patch(`${pods}/one/status`, { status: { containerStatuses: null } });
});

test('what the kubelet refuses, or cannot be asked, is an error of the request', async () => {
  answer = (_, response) => void response.writeHead(400).end('the previous container is gone');
  expect((await api.get(`${pods}/one/log?previous=true`)).body).toMatchObject({
    code: 400,
    message: 'the previous container is gone',
  });
  answer = (request) => request.socket.destroy();
  expect((await api.get(`${pods}/one/log`)).code).toBe(500);
});
