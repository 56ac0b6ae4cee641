import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { KubeClient, type Pod, type PodStatus, silentLogger } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PodStatusWriter } from './pod-status-writer.ts';

let server: Server;
let client: KubeClient;
/** What the server was sent, and the codes of its next answers. */
let phases: (string | undefined)[];
let answers: number[];

beforeEach(async () => {
  phases = [];
  answers = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { status: PodStatus };
      phases.push(body.status.phase);
      const code = answers.shift() ?? 200;
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          code === 200 ? pod : { kind: 'Status', code, reason: code === 404 ? 'NotFound' : 'InternalError' },
        ),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new KubeClient({ server: url, namespace: 'ns' });
});
afterEach(async () => {
  await client.close();
  server.close();
});

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', uid: 'u' },
  spec: { containers: [] },
};

test('changes of one moment are one write, and the end is written', async () => {
  const writer = new PodStatusWriter(client, silentLogger);
  for (const phase of ['Pending', 'Running', 'Running'] as const) writer.write(pod, { phase });
  writer.write(pod, { phase: 'Succeeded' });
  await writer.flush();
  expect(phases).toEqual(['Succeeded']);
});

test('a write that fails is tried again with the latest status', async () => {
  answers = [500];
  const writer = new PodStatusWriter(client, silentLogger);
  writer.write(pod, { phase: 'Failed' });
  await writer.flush();
  expect(phases).toEqual(['Failed', 'Failed']);
});

test('a pod that is gone ends it', async () => {
  answers = [404];
  const writer = new PodStatusWriter(client, silentLogger);
  writer.write(pod, { phase: 'Running' });
  await writer.flush();
  expect(phases).toEqual(['Running']);
});
