import { mkdtemp, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreV1, KubeClient, loadKubeconfig, staticCredential } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDualStackApi } from '../../../../e2e/testing/dual-stack-api.ts';
import { startApiRelay } from './api-relay.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'armillary-lab-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an API server answers at the relay under its own certificate, and reads and watches end with the relay', async () => {
  const api = await startDualStackApi(join(folder, 'data'));
  const file = join(folder, 'kubeconfig');
  const relay = await startApiRelay(await loadKubeconfig({ path: api.kubeconfig }), '127.0.0.1', file);
  const client = new KubeClient(await loadKubeconfig({ path: file }));
  try {
    const namespaces = client.resource(coreV1.namespaces);
    expect((await namespaces.get('default')).metadata.name).toBe('default');
    const events = namespaces.watch();
    expect((await events.next()).done).toBe(false);
    await relay.close();
    await expect(Array.fromAsync(events)).rejects.toThrow();
    expect((await stat(file)).mode & 0o077).toBe(0);
  } finally {
    await client.close();
    await api.close();
  }
});

test('a server that is not there closes the connection, and the relay lives on', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const file = join(folder, 'kubeconfig');
  const config = {
    server: `https://127.0.0.1:${port}`,
    namespace: 'default',
    credentials: staticCredential({ token: 'secret' }),
  };
  const relay = await startApiRelay(config, '127.0.0.1', file);
  const client = new KubeClient(await loadKubeconfig({ path: file }), { requestTimeoutMs: 500 });
  try {
    for (const _ of [1, 2]) {
      await expect(client.resource(coreV1.namespaces).get('default')).rejects.toThrow();
    }
  } finally {
    await client.close();
    await relay.close();
  }
});

test('who does not come from the network of the lab does not get to the server', async () => {
  const api = createServer((socket) => socket.end('reached'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const { port } = api.address() as { port: number };
  const file = join(folder, 'kubeconfig');
  const config = { server: `https://127.0.0.1:${port}`, namespace: 'default' };
  const relay = await startApiRelay(config, '127.77.0.1', file);
  try {
    const { server } = await loadKubeconfig({ path: file });
    const answerTo = async (localAddress: string): Promise<string> => {
      const socket = connect({ host: '127.77.0.1', port: Number(new URL(server).port), localAddress });
      let answer = '';
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
      await once(socket, 'close');
      return answer;
    };
    expect(await answerTo('127.77.0.9')).toBe('reached');
    expect(await answerTo('127.77.1.9')).toBe('');
  } finally {
    await relay.close();
    await new Promise((resolve) => api.close(resolve));
  }
});
