import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answer, MemoryApi } from './testing/memory-api.ts';
import { until } from './testing/until.ts';

const limitMs = 60_000;

let api: MemoryApi;
let folder: string;
let [client = '', resource = '', controller = '']: string[] = [];

beforeEach(async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  [client = '', resource = '', controller = ''] = Array.from(
    readme.matchAll(/```ts\n(.*?)```/gsu),
    ([, source = '']) => source.replace('@armillary/kube', new URL('index.ts', import.meta.url).href),
  );
  api = await MemoryApi.start();
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
  await writeFile(
    join(folder, 'config'),
    JSON.stringify({
      'current-context': 'one',
      clusters: [{ name: 'one', cluster: api.config }],
      contexts: [{ name: 'one', context: { cluster: 'one' } }],
    }),
  );
  const resources = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }];
  api.intercept = (request, response) => {
    if (request.path !== '/api/v1') return false;
    answer(response, 200, { resources });
    return true;
  };
});

afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

/** Runs a program in a process of its own, with the memory API as its cluster. */
async function run(...parts: string[]): Promise<{ child: ChildProcess; printed: Promise<string> }> {
  const file = join(folder, 'example.mts');
  await writeFile(file, parts.join('\n'));
  const env = { ...process.env, KUBECONFIG: join(folder, 'config') };
  const running = promisify(execFile)(execPath, [file], { env, timeout: 120_000 });
  return { child: running.child, printed: running.then(({ stdout }) => stdout) };
}

test('the example of the client runs', async () => {
  const labels = { app: 'web' };
  api.put('/api/v1/namespaces/shop/pods/web-0', { kind: 'Pod', metadata: { labels } });
  const { printed } = await run(client);
  await until('the watch', () => api.openWatches === 1, limitMs);
  api.put('/api/v1/namespaces/shop/pods/web-1', { kind: 'Pod', metadata: { labels } });
  api.endWatches();
  expect(await printed).toBe('web-0\nADDED\n');
  expect(api.object('/api/v1/namespaces/shop/configmaps/settings')).toBeDefined();
});

test('the example of a controller runs', async () => {
  const widget = '/apis/example.org/v1/namespaces/shop/widgets/one';
  api.put(widget, { apiVersion: 'example.org/v1', kind: 'Widget' });
  const prelude = `import { KubeClient, loadKubeconfig, silentLogger as logger } from '${new URL('index.ts', import.meta.url).href}';
const client = new KubeClient(await loadKubeconfig());
const stop = new AbortController();
const signal = stop.signal;
process.once('SIGTERM', () => stop.abort());`;
  const { child, printed } = await run(prelude, resource, controller, 'await client.close();');
  const ready = (): unknown => (api.object(widget)?.['status'] as { ready?: boolean } | undefined)?.ready;
  await until('the status', ready, limitMs);
  await until('the event', () => api.count('/api/v1/namespaces/shop/events') > 0, limitMs);
  expect(api.object('/api/v1/namespaces/shop/configmaps/one')?.metadata.ownerReferences).toHaveLength(1);
  child.kill();
  expect(await printed).toBe('');
});
