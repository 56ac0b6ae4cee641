/** Programs written with @kubernetes/client-node work against the embedded API server. */
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { eventually } from './testing/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Running;
let config: k8s.KubeConfig;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startArmillary(['api', '--data', folder.path, '--port', '0']);
  config = new k8s.KubeConfig();
  config.loadFromFile(server.ready.kubeconfig);
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

test('creates, reads, replaces, patches and deletes', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api);
  const namespace = 'default';
  const created = await core.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'crud' }, data: { a: '1' } },
  });
  expect(created.metadata?.uid).toBeTruthy();
  const replaced = await core.replaceNamespacedConfigMap({
    namespace,
    name: 'crud',
    body: { metadata: created.metadata!, data: { a: '2' } },
  });
  expect(replaced.data).toEqual({ a: '2' });
  await expect(
    core.replaceNamespacedConfigMap({
      namespace,
      name: 'crud',
      body: { metadata: created.metadata!, data: { a: '3' } },
    }),
  ).rejects.toMatchObject({ code: 409 });
  const patched = await core.patchNamespacedConfigMap({
    namespace,
    name: 'crud',
    body: [{ op: 'add', path: '/data/b', value: 'x' }],
  });
  expect(patched.data).toEqual({ a: '2', b: 'x' });
  await core.deleteNamespacedConfigMap({ namespace, name: 'crud' });
  await expect(core.readNamespacedConfigMap({ namespace, name: 'crud' })).rejects.toMatchObject({
    code: 404,
  });
});

test('an informer sees what is created, changed and deleted', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api);
  const namespace = 'default';
  const seen: string[] = [];
  const informer = k8s.makeInformer(
    config,
    '/api/v1/namespaces/default/secrets',
    async () => await core.listNamespacedSecret({ namespace }),
  );
  informer.on('add', (o) => seen.push(`add ${o.metadata?.name}`));
  informer.on('update', (o) => seen.push(`update ${o.metadata?.name} ${o.metadata?.labels?.['l']}`));
  informer.on('delete', (o) => seen.push(`delete ${o.metadata?.name}`));
  await informer.start();
  try {
    await core.createNamespacedSecret({
      namespace,
      body: { metadata: { name: 'watched' }, stringData: { line: 'a\u2028b' } },
    });
    await eventually('add', () => seen.includes('add watched'));
    await core.patchNamespacedSecret({
      namespace,
      name: 'watched',
      body: [{ op: 'add', path: '/metadata/labels', value: { l: '1' } }],
    });
    await eventually('update', () => seen.includes('update watched 1'));
    await core.deleteNamespacedSecret({ namespace, name: 'watched' });
    await eventually('delete', () => seen.includes('delete watched'));
  } finally {
    await informer.stop();
  }
});

test('KubernetesObjectApi finds kinds by discovery, and applies on the server', async () => {
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'found', namespace: 'default' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  await objects.patch(deployment, undefined, undefined, 'e2e', true, k8s.PatchStrategy.ServerSideApply);
  const read = (await objects.read({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'found', namespace: 'default' },
  })) as k8s.V1Deployment;
  expect(read.spec?.replicas).toBe(1);
  expect(read.metadata?.managedFields?.[0]).toMatchObject({ manager: 'e2e', operation: 'Apply' });
  await objects.delete(deployment);
});
