import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRealApiServer } from '../../../e2e/testing/real-api-server.ts';
import type { RealApiServer } from '../../../e2e/testing/real-api-server.ts';
import {
  addFinalizer,
  apiextensionsV1,
  ControllerManager,
  coordinationV1,
  coreV1,
  EventRecorder,
  KubeClient,
  LeaderElector,
  loadKubeconfig,
  ownerReference,
  patchStatus,
  podLogs,
  removeFinalizer,
  staticCredential,
} from './index.ts';
import type { ConfigMap, Credential, KubeObject, Pod, ResourceType } from './index.ts';
import { certificates } from './testing/certificates.ts';
import { until as within } from './testing/until.ts';

// A real server writes to a disk that others use, too.
vi.setConfig({ testTimeout: 240_000 });
const until: typeof within = (name, condition) => within(name, condition, 60_000);

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
if (assets === '') {
  process.stderr.write(
    'SKIPPED: the client and the controllers on a real kube-apiserver: set KUBEBUILDER_ASSETS to run it\n',
  );
}

const map = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

interface Widget extends KubeObject {
  spec?: { size?: number };
  status?: { ready?: boolean; seen?: number };
}

const widgets: ResourceType<Widget> = {
  group: 'test.armillary.dev',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.test.armillary.dev' },
  spec: {
    group: 'test.armillary.dev',
    scope: 'Namespaced' as const,
    names: { plural: 'widgets', kind: 'Widget', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

describe.skipIf(assets === '')('on a real kube-apiserver', () => {
  let server: RealApiServer;
  let client: KubeClient;

  beforeAll(async () => {
    const authority = fileURLToPath(new URL('./testing/tls/ca.pem', import.meta.url));
    server = await startRealApiServer(assets, { flags: [`--client-ca-file=${authority}`] });
    client = new KubeClient(await loadKubeconfig({ path: server.kubeconfig }));
    // The namespace comes a moment after readiness.
    await until('the namespace default', () =>
      client
        .resource(coreV1.namespaces)
        .get('default')
        .then(Boolean, () => false),
    );
  });

  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  test('objects: create, read, every patch, apply with its conflict, delete', async () => {
    const maps = client.resource(coreV1.configMaps);
    const created = await maps.create(map('calls', { a: '1' }));
    await expect(maps.create(map('calls'))).rejects.toMatchObject({ code: 'AlreadyExists' });
    const options = { namespace: 'default' };
    const json = [{ op: 'add', path: '/data/b', value: '2' }];
    await maps.patch('calls', { type: 'json', body: json, ...options });
    await maps.patch('calls', { type: 'merge', body: { data: { c: '3' } }, ...options });
    await maps.patch('calls', { type: 'strategic', body: { data: { d: '4' } }, ...options });
    expect((await maps.get('calls', options)).data).toEqual({ a: '1', b: '2', c: '3', d: '4' });
    await expect(maps.update({ ...created, data: {} })).rejects.toMatchObject({ code: 'Conflict' });
    await maps.apply(map('applied', { x: '1' }), { fieldManager: 'one' });
    await expect(maps.apply(map('applied', { x: '2' }), { fieldManager: 'two' })).rejects.toMatchObject({
      code: 'Conflict',
      status: { details: { causes: [{ reason: 'FieldManagerConflict' }] } },
    });
    const forced = await maps.apply(map('applied', { x: '2' }), { fieldManager: 'two', force: true });
    expect(forced.data).toEqual({ x: '2' });
    const dry = await maps.delete('applied', { ...options, dryRun: true });
    expect(dry).toMatchObject({ status: 'Success' });
    await maps.delete('applied', { ...options, preconditions: { uid: forced.metadata.uid ?? '' } });
    await expect(maps.get('applied', options)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(maps.create({ ...map('Bad_Name'), data: {} })).rejects.toMatchObject({ code: 'Invalid' });
  });

  test('an update without managed fields, as from a cache, keeps those that are stored', async () => {
    const maps = client.resource(coreV1.configMaps);
    const created = await maps.create(map('cached', { a: '1' }), { fieldManager: 'creator' });
    const { managedFields, ...metadata } = created.metadata;
    expect(managedFields).toHaveLength(1);
    const updated = await maps.update({ ...created, metadata, data: { a: '1', b: '2' } });
    expect(updated.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'creator' }));
  });

  test('lists in pages from one state, with selectors, and deletes a collection', async () => {
    const maps = client.resource(coreV1.configMaps);
    const labels = { group: 'paged' };
    for (let index = 0; index < 12; index += 1) {
      await maps.create({
        ...map(`paged-${index}`),
        metadata: { ...map(`paged-${index}`).metadata, labels },
      });
    }
    const names: string[] = [];
    for await (const item of maps.listAll({ namespace: 'default', labelSelector: 'group=paged', limit: 5 })) {
      names.push(item.metadata.name ?? '');
      expect(item.kind).toBe('ConfigMap');
    }
    expect(names).toHaveLength(12);
    const one = await maps.list({ namespace: 'default', fieldSelector: 'metadata.name=paged-3' });
    expect(one.items).toHaveLength(1);
    await maps.deleteCollection({ namespace: 'default', labelSelector: 'group=paged' });
    expect((await maps.list({ namespace: 'default', labelSelector: 'group=paged' })).items).toEqual([]);
  });

  test('subresources: token, eviction, binding, status, and the log of a pod without a node', async () => {
    const accounts = client.resource(coreV1.serviceAccounts);
    const namespace = 'default';
    await accounts.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace },
    });
    const answer = await accounts.createSubresource<{ status: { token: string } }>(
      'robot',
      'token',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['test'] } },
      { namespace },
    );
    expect(answer.status.token.split('.')).toHaveLength(3);
    const pods = client.resource(coreV1.pods);
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace },
      spec: { containers: [{ name: 'c', image: 'none' }] },
    };
    const created = await pods.create(pod);
    const ready = await patchStatus(pods, created, { ...created.status, phase: 'Running' });
    expect(ready.status?.phase).toBe('Running');
    expect(await patchStatus(pods, ready, ready.status ?? {})).toBe(ready);
    await expect(podLogs(client, { namespace, pod: 'none' }).next()).rejects.toMatchObject({
      code: 'NotFound',
    });
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n1' };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web', namespace }, target };
    await pods.createSubresource('web', 'binding', binding, { namespace });
    expect((await pods.get('web', { namespace })).spec.nodeName).toBe('n1');
    const eviction = { apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name: 'web', namespace } };
    await pods.createSubresource('web', 'eviction', eviction, { namespace });
    expect((await pods.get('web', { namespace })).metadata.deletionTimestamp).toBeDefined();
    await pods.delete('web', { namespace, gracePeriodSeconds: 0 });
  });

  test('watch: events in their order, and U+2028 inside them', async () => {
    const maps = client.resource(coreV1.configMaps);
    const { metadata } = await maps.list({ namespace: 'default' });
    await maps.create(map('watched', { text: 'a\u2028b' }));
    const seen: string[] = [];
    const { resourceVersion } = metadata;
    for await (const event of maps.watch({ namespace: 'default', resourceVersion })) {
      if (event.type === 'BOOKMARK') continue;
      seen.push(`${event.type} ${event.object.metadata.name} ${event.object.data?.['text']}`);
      if (event.type === 'ADDED') await maps.delete('watched', { namespace: 'default' });
      else break;
    }
    expect(seen).toEqual(['ADDED watched a\u2028b', 'DELETED watched a\u2028b']);
  });

  test('discovery sees a kind right after its definition, and apply reaches it', async () => {
    await expect(client.discover('test.armillary.dev/v1', 'Widget')).rejects.toMatchObject({
      code: 'UnknownKind',
    });
    const definitions = client.resource(apiextensionsV1.customResourceDefinitions);
    await definitions.create(widgetDefinition);
    await until('the definition is established', async () => {
      const { status } = await definitions.get('widgets.test.armillary.dev');
      return status?.conditions?.some(
        ({ type, status: value }) => type === 'Established' && value === 'True',
      );
    });
    const manifest: Widget = {
      apiVersion: 'test.armillary.dev/v1',
      kind: 'Widget',
      metadata: { name: 'applied' },
      spec: { size: 1 },
    };
    await until('it is served', () =>
      client.apply(manifest, { fieldManager: 'test' }).then(Boolean, () => false),
    );
    expect((await client.resource(widgets).get('applied', { namespace: 'default' })).spec).toEqual({
      size: 1,
    });
    await client.resource(widgets).delete('applied', { namespace: 'default' });
  });

  test('a controller with finalizer, owned object, status, event and lease brings objects to their state', async () => {
    const manager = new ControllerManager({
      client,
      freezeObjects: true,
      leaderElection: { namespace: 'default', name: 'widget-controller', identity: 'test' },
    });
    const finalizer = 'test.armillary.dev/clean';
    const informer = manager.informer(widgets);
    const recorder = manager.recorder('widget-controller');
    const resource = client.resource(widgets);
    manager.add({
      name: 'widgets',
      for: widgets,
      owns: [coreV1.configMaps],
      workers: 4,
      reconcile: async ({ namespace, name }, { apply, signal }) => {
        const widget = informer.get(name, namespace);
        if (!widget) return;
        if (widget.metadata.deletionTimestamp) {
          await resource.update(removeFinalizer(widget, finalizer), { signal });
          return;
        }
        const held = addFinalizer(widget, finalizer);
        const stored = held === widget ? widget : await resource.update(held, { signal });
        const child: ConfigMap = map(`${name}-child`, { size: String(stored.spec?.size) });
        child.metadata.ownerReferences = [ownerReference(stored, { controller: true })];
        await apply(child);
        await patchStatus(resource, stored, { ready: true, seen: stored.spec?.size ?? 0 }, { signal });
        recorder.event(stored, 'Normal', 'Ready', 'the child is there');
      },
    });
    const running = manager.start();
    const maps = client.resource(coreV1.configMaps);
    const namespace = 'default';
    const names = Array.from({ length: 20 }, (_none, index) => `w${index}`);
    for (const name of names) {
      await resource.create({
        apiVersion: 'test.armillary.dev/v1',
        kind: 'Widget',
        metadata: { name, namespace },
        spec: { size: 3 },
      });
    }
    await until('all are ready', () => informer.list().filter(({ status }) => status?.ready).length === 20);
    expect(manager.readiness()).toEqual({ ok: true, problems: [] });
    await maps.delete('w0-child', { namespace });
    await until('the child is back', () => maps.get('w0-child', { namespace }).then(Boolean, () => false));
    await resource.patch('w1', { type: 'merge', namespace, body: { spec: { size: 7 } } });
    await until('the new size', async () => {
      const child = await maps.get('w1-child', { namespace });
      return child.data?.['size'] === '7' && informer.get('w1', namespace)?.status?.seen === 7;
    });
    for (const name of names) await resource.delete(name, { namespace });
    await until('the finalizers let go', () => informer.list().length === 0);
    await manager.stop();
    await running;
    const lease = await client.resource(coordinationV1.leases).get('widget-controller', { namespace });
    expect(lease.spec?.holderIdentity).toBe('');
    const events = await client.resource(coreV1.events).list({ namespace, fieldSelector: 'reason=Ready' });
    expect(events.items.length).toBeGreaterThanOrEqual(20);
  });

  test('an informer ends with the last state that many writers left', async () => {
    const manager = new ControllerManager({ client, freezeObjects: true });
    const informer = manager.informer(coreV1.configMaps, {
      namespace: 'default',
      labelSelector: 'churn=yes',
    });
    const running = manager.start();
    const maps = client.resource(coreV1.configMaps);
    const churned = (index: number, n: number): ConfigMap => ({
      ...map(`churn-${index}`, { n: String(n) }),
      metadata: { name: `churn-${index}`, namespace: 'default', labels: { churn: 'yes' } },
    });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, (_none, index) =>
          maps.apply(churned(index, round), { fieldManager: 'churn', force: true }),
        ),
      );
    }
    await maps.delete('churn-0', { namespace: 'default' });
    await until('the last state', () => {
      const values = informer.list().map(({ data }) => data?.['n']);
      return values.length === 19 && values.every((n) => n === '4');
    });
    await manager.stop();
    await running;
  });

  test('two electors on a real lease: one leads, the other follows after it', async () => {
    const order: string[] = [];
    const elect = (identity: string): LeaderElector =>
      new LeaderElector({ client, namespace: 'default', name: 'pair', identity, retryPeriodMs: 50 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = elect('one').run(new AbortController().signal, async () => {
      order.push('one leads');
      await promise;
      order.push('one ends');
    });
    await until('the first leads', () => order.length === 1);
    const second = elect('two').run(new AbortController().signal, async () => {
      order.push('two leads');
      return Promise.resolve();
    });
    resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['one leads', 'one ends', 'two leads']);
  });

  test('repeated events are one event with a count', async () => {
    const recorder = new EventRecorder({ client, component: 'counter' });
    const about = await client.resource(coreV1.namespaces).get('default');
    for (let times = 0; times < 5; times += 1) recorder.event(about, 'Normal', 'Counted', 'again');
    await recorder.flush();
    const options = { namespace: 'default', fieldSelector: 'reason=Counted' };
    const { items } = await client.resource(coreV1.events).list(options);
    expect(items).toMatchObject([{ count: 5, message: 'again', source: { component: 'counter' } }]);
  });

  test('credentials: a client certificate, a wrong token, none', async () => {
    const config = await loadKubeconfig({ path: server.kubeconfig });
    const get = async (credential: Credential): Promise<unknown> => {
      const other = new KubeClient({ ...config, credentials: staticCredential(credential) });
      try {
        return await other.resource(coreV1.secrets).list();
      } finally {
        await other.close();
      }
    };
    expect(await get({ clientCertificate: certificates.client })).toMatchObject({ kind: 'SecretList' });
    await expect(get({ token: 'wrong' })).rejects.toMatchObject({ code: 'Unauthorized' });
    await expect(get({})).rejects.toMatchObject({ code: 'Forbidden' });
  });
});
