import { createServer } from 'node:net';
import { ControllerManager, KubeClient } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHealthServer, type HealthServer } from './health-server.ts';

let client: KubeClient;
let server: HealthServer;

beforeEach(async () => {
  client = new KubeClient({ server: 'https://127.0.0.1:1', namespace: 'default' });
  server = await startHealthServer(new ControllerManager({ client }), '127.0.0.1', 0);
});
afterEach(async () => {
  await server.close();
  await client.close();
});

test('a manager that has not started lives, but is not ready, and says why', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const readyz = await fetch(`${server.url}/readyz`);
  expect(readyz.status).toBe(503);
  expect(await readyz.text()).toMatch(/the manager is new/);
});

test('metrics are in the format of Prometheus', async () => {
  const metrics = await fetch(`${server.url}/metrics`);
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await metrics.text()).toMatch(/^# TYPE workqueue_depth gauge$/m);
});

test('anything else is not found', async () => {
  expect((await fetch(`${server.url}/secrets`)).status).toBe(404);
});

test('a port that is taken is an error', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const second = startHealthServer(new ControllerManager({ client }), '127.0.0.1', port);
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise((resolve) => taken.close(resolve));
});
