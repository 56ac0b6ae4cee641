import { core, get, grouped, inNamespace, metadataOf, patch, post, putChanged, remove } from '../case.ts';
import type { Case, Step } from '../case.ts';

const configMap = (name: string, data: unknown, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  ...(data === undefined ? {} : { data }),
});

const applyConfigMap =
  (namespace: string) =>
  (step: string, query: string, data: unknown, metadata: object = {}, name = 'c'): Step =>
    patch('apply', step, `${core(namespace, 'configmaps', name)}?${query}`, configMap(name, data, metadata));

const maps = inNamespace('apply-maps', (ns) => {
  const apply = applyConfigMap(ns);
  const path = core(ns, 'configmaps', 'c');
  return [
    apply('create', 'fieldManager=one', { a: '1', b: '1' }, { labels: { app: 'x' } }),
    apply('again without change', 'fieldManager=one', { a: '1', b: '1' }, { labels: { app: 'x' } }),
    apply('share a', 'fieldManager=two', { a: '1', c: '2' }),
    apply('conflict on b', 'fieldManager=two', { a: '1', b: '2', c: '2' }),
    apply('conflict on two fields', 'fieldManager=three', { a: '9', b: '9' }, { labels: { app: 'y' } }),
    apply('force', 'fieldManager=two&force=true', { a: '2', b: '2', c: '2' }),
    apply('give up a', 'fieldManager=one', { b: '2' }, { labels: { app: 'x' } }),
    apply('owner drops c', 'fieldManager=two', { a: '2', b: '2' }),
    apply('drop the label', 'fieldManager=one', { b: '2' }),
    apply('drop everything', 'fieldManager=one', undefined),
    apply('second drops everything', 'fieldManager=two', undefined),
    get('in the end', path),
    patch('merge', 'update by another', `${path}?fieldManager=upd`, { data: { a: 'u', z: 'u' } }),
    apply('conflict with an updater', 'fieldManager=one', { a: '1' }),
    apply('same value as the updater', 'fieldManager=one', { a: 'u' }),
    patch('merge', 'updater changes what is applied', `${path}?fieldManager=upd`, { data: { a: 'v' } }),
    patch('merge', 'updater removes what is applied', `${path}?fieldManager=upd`, { data: { a: null } }),
    patch('merge', 'no change', `${path}?fieldManager=other`, { data: { z: 'u' } }),
    putChanged('put by another', `${path}?fieldManager=putter`, 'no change', (object) => {
      object['data'] = { z: 'p', y: 'p' };
    }),
    putChanged('stale put', `${path}?fieldManager=putter`, 'no change', (object) => {
      object['data'] = { z: 'q' };
    }),
    remove('delete', path),
    apply('after delete', 'fieldManager=one', { a: '1' }),
  ];
});

const dropped = inNamespace('apply-dropped-fields', (ns) => {
  const apply = applyConfigMap(ns);
  const path = core(ns, 'configmaps', 'c');
  return [
    post(
      'created by an updater',
      `${core(ns, 'configmaps')}?fieldManager=creator`,
      configMap('c', { a: '1', b: '1' }),
    ),
    apply('take a and add x', 'fieldManager=one', { a: '1', x: '1' }),
    apply('drop both', 'fieldManager=one', {}),
    apply(
      'annotations',
      'fieldManager=one',
      { x: '2' },
      { annotations: { 'example.com/a': '1' }, labels: { l: '1' } },
    ),
    apply('annotations replaced', 'fieldManager=one', { x: '2' }, { annotations: { 'example.com/b': '1' } }),
    apply('null data', 'fieldManager=one', null, { annotations: { 'example.com/b': '1' } }),
    get('in the end', path),
  ];
});

const entries = inNamespace('apply-managed-fields', (ns) => {
  const apply = applyConfigMap(ns);
  const path = core(ns, 'configmaps', 'c');
  const withEntries =
    (managedFields: unknown) =>
    (object: Record<string, unknown>): void => {
      (object['metadata'] as Record<string, unknown>)['managedFields'] = managedFields;
    };
  const entry = (fieldsV1: unknown, more: object = {}): object => ({
    manager: 'made-up',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2020-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...more,
  });
  return [
    post('create', `${core(ns, 'configmaps')}?fieldManager=creator`, configMap('c', { a: '1' })),
    apply('managedFields in the configuration', 'fieldManager=one', { b: '1' }, { managedFields: [] }),
    apply('no manager named', '', { b: '1' }),
    apply('manager too long', `fieldManager=${'m'.repeat(129)}`, { b: '1' }),
    patch('apply', 'another kind', `${path}?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'c' },
    }),
    patch('apply', 'another version', `${path}?fieldManager=one`, {
      apiVersion: 'v2',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
    }),
    patch('apply', 'no version', `${path}?fieldManager=one`, { kind: 'ConfigMap', metadata: { name: 'c' } }),
    patch('apply', 'another name', `${path}?fieldManager=one`, configMap('d', { b: '1' })),
    patch('apply', 'no name', `${path}?fieldManager=one`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { b: '1' },
    }),
    patch(
      'apply',
      'yaml',
      `${path}?fieldManager=yaml`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  k: "1"\n',
    ),
    patch('apply', 'broken yaml', `${path}?fieldManager=yaml`, 'apiVersion: v1\n  kind: [ConfigMap\n'),
    apply('old resource version', 'fieldManager=one', { b: '1' }, { resourceVersion: '1' }),
    apply('resource version of nothing', 'fieldManager=one', { b: '1' }, { resourceVersion: '1' }, 'none'),
    apply(
      'uid of nothing',
      'fieldManager=one',
      { b: '1' },
      { uid: '3873ec24-a65d-49ea-aba0-99ad76d082b5' },
      'none',
    ),
    putChanged(
      'rewritten',
      `${path}?fieldManager=creator`,
      'yaml',
      withEntries([entry({ 'f:data': { '.': {}, 'f:a': {} } })]),
    ),
    putChanged(
      'unsorted and unknown elements',
      `${path}?fieldManager=creator`,
      'rewritten',
      withEntries([entry({ 'f:data': { 'f:k': {}, 'f:a': {}, 'x:later': {} } })]),
    ),
    putChanged(
      'malformed elements',
      `${path}?fieldManager=creator`,
      'unsorted and unknown elements',
      withEntries([entry({ nonsense: {} })]),
    ),
    putChanged(
      'malformed entry',
      `${path}?fieldManager=creator`,
      'malformed elements',
      withEntries([entry({}, { fieldsType: 'FieldsV9' })]),
    ),
    putChanged('omitted', `${path}?fieldManager=creator`, 'malformed entry', (object) => {
      delete (object['metadata'] as Record<string, unknown>)['managedFields'];
    }),
    putChanged('reset', `${path}?fieldManager=creator`, 'omitted', withEntries([{}])),
    patch('merge', 'untracked update', `${path}?fieldManager=creator`, { data: { q: '1' } }),
    apply('conflict before the first apply', 'fieldManager=one', { a: '2' }),
    apply('first apply', 'fieldManager=one', { a: '1', n: '1' }),
    putChanged('reset with an empty list', `${path}?fieldManager=creator`, 'first apply', withEntries([])),
    post(
      'create with entries',
      `${core(ns, 'configmaps')}?fieldManager=creator`,
      configMap('given', { a: '1' }, { managedFields: [entry({ 'f:data': { 'f:a': {} } })] }),
    ),
  ];
});

const many = inNamespace('apply-many-updaters', (ns) => {
  const path = core(ns, 'configmaps', 'c');
  return [
    post('create', `${core(ns, 'configmaps')}?fieldManager=m00`, configMap('c', { k00: '1' })),
    ...Array.from({ length: 12 }, (_, index) => {
      const key = String(index + 1).padStart(2, '0');
      return patch('merge', `updater ${key}`, `${path}?fieldManager=m${key}`, { data: { [`k${key}`]: '1' } });
    }),
  ];
});

const container = (name: string, more: object = {}): object => ({ name, image: `${name}:1`, ...more });
const deployment = (spec: object, podSpec: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { app: 'd' } },
    ...spec,
    template: { metadata: { labels: { app: 'd' } }, spec: podSpec },
  },
});

const lists = inNamespace('apply-lists', (ns) => {
  const path = grouped('apps/v1', ns, 'deployments', 'd');
  const apply = (step: string, query: string, spec: object, podSpec: object): Step =>
    patch('apply', step, `${path}?${query}`, deployment(spec, podSpec));
  return [
    apply(
      'create',
      'fieldManager=one',
      { replicas: 1 },
      { containers: [container('web', { env: [{ name: 'A', value: '1' }] })] },
    ),
    apply('add a container', 'fieldManager=two', {}, { containers: [container('side')] }),
    apply(
      'add an env',
      'fieldManager=two',
      {},
      { containers: [container('side'), container('web', { env: [{ name: 'B', value: '2' }] })] },
    ),
    apply('conflict on an image', 'fieldManager=two', {}, { containers: [{ name: 'web', image: 'other' }] }),
    apply(
      'drop the container',
      'fieldManager=two',
      {},
      { containers: [{ name: 'web', env: [{ name: 'B', value: '3' }] }] },
    ),
    apply(
      'drop replicas',
      'fieldManager=one',
      {},
      { containers: [container('web', { env: [{ name: 'A', value: '1' }] })] },
    ),
    patch('merge', 'scale by another', `${path}?fieldManager=scaler`, { spec: { replicas: 3 } }),
    apply(
      'replicas conflict',
      'fieldManager=one',
      { replicas: 2 },
      { containers: [container('web', { env: [{ name: 'A', value: '1' }] })] },
    ),
    apply(
      'ports',
      'fieldManager=one',
      {},
      {
        containers: [
          container('web', {
            ports: [
              { containerPort: 80, protocol: 'TCP', name: 'http' },
              { containerPort: 80, protocol: 'UDP' },
              { containerPort: 443, protocol: 'TCP' },
            ],
          }),
        ],
      },
    ),
    apply(
      'fewer ports',
      'fieldManager=one',
      {},
      {
        containers: [container('web', { ports: [{ containerPort: 443, protocol: 'TCP', name: 'https' }] })],
      },
    ),
    apply(
      'duplicate containers',
      'fieldManager=one',
      {},
      { containers: [container('web'), container('web')] },
    ),
    apply('container without a name', 'fieldManager=one', {}, { containers: [{ image: 'x' }] }),
    apply('unknown field', 'fieldManager=one', { nonsense: 1 }, { containers: [container('web')] }),
    apply('wrong type', 'fieldManager=one', { replicas: 'many' }, { containers: [container('web')] }),
    apply('list in place of a map', 'fieldManager=one', {}, { containers: { web: {} } }),
    apply(
      'volumes',
      'fieldManager=one',
      {},
      {
        containers: [container('web', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
        volumes: [{ name: 'v', emptyDir: {} }],
        tolerations: [{ key: 'a', operator: 'Exists' }],
      },
    ),
    apply(
      'strategy',
      'fieldManager=one',
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } },
      { containers: [container('web')] },
    ),
    apply('no strategy', 'fieldManager=one', {}, { containers: [container('web')] }),
    apply('invalid object', 'fieldManager=one', { replicas: -1 }, { containers: [container('web')] }),
    patch('strategic', 'strategic by an updater', `${path}?fieldManager=upd`, {
      spec: {
        template: {
          spec: { containers: [container('web', { image: 'web:2', env: [{ name: 'C', value: '3' }] })] },
        },
      },
    }),
    apply('lost image', 'fieldManager=one', {}, { containers: [container('web')] }),
    apply('force', 'fieldManager=one&force=true', {}, { containers: [container('web')] }),
    patch('json', 'json patch by an updater', `${path}?fieldManager=upd`, [
      { op: 'remove', path: '/spec/template/spec/containers/0/env' },
    ]),
    get('in the end', path),
  ];
});

const metadata = inNamespace('apply-metadata', (ns) => {
  const apply = applyConfigMap(ns);
  const owner = (name: string, uid: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });
  return [
    apply('finalizers', 'fieldManager=one', { a: '1' }, { finalizers: ['example.com/a', 'example.com/b'] }),
    apply('another finalizer', 'fieldManager=two', undefined, {
      finalizers: ['example.com/c', 'example.com/a'],
    }),
    apply('drop one', 'fieldManager=one', { a: '1' }, { finalizers: ['example.com/a'] }),
    apply(
      'duplicate finalizers',
      'fieldManager=one',
      { a: '1' },
      { finalizers: ['example.com/a', 'example.com/a'] },
    ),
    apply('drop all', 'fieldManager=one', { a: '1' }),
    apply('drop the rest', 'fieldManager=two', undefined),
    apply(
      'generation and times are not ours',
      'fieldManager=one',
      { a: '1' },
      { generation: 7, creationTimestamp: null, namespace: ns },
    ),
    post('owner', core(ns, 'configmaps'), configMap('owner', {})),
    {
      name: 'owner reference',
      request: (answers) => ({
        method: 'PATCH',
        path: `${core(ns, 'configmaps', 'c')}?fieldManager=one`,
        contentType: 'application/apply-patch+yaml',
        body: configMap(
          'c',
          { a: '1' },
          {
            ownerReferences: [owner('owner', metadataOf(answers, 'owner')['uid'] ?? '')],
          },
        ),
      }),
    },
  ];
});

const upgrade = inNamespace('apply-kubectl-upgrade', (ns) => {
  const apply = applyConfigMap(ns);
  const annotation = (data: object): object => ({
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(configMap('c', data, { namespace: ns, annotations: {} }))}\n`,
    },
  });
  return [
    post(
      'client side apply',
      `${core(ns, 'configmaps')}?fieldManager=kubectl-client-side-apply`,
      configMap('c', { a: '1', b: '1' }, annotation({ a: '1', b: '1' })),
    ),
    apply('by another manager', 'fieldManager=other', { a: '2' }),
    apply('by kubectl', 'fieldManager=kubectl', { a: '2', b: '1' }),
    patch('merge', 'changed since', `${core(ns, 'configmaps', 'c')}?fieldManager=else`, { data: { b: '7' } }),
    apply('by kubectl again', 'fieldManager=kubectl', { a: '3', b: '8' }),
  ];
});

const services = inNamespace('apply-service', (ns) => {
  const path = core(ns, 'services', 's');
  const apply = (step: string, query: string, spec: object): Step =>
    patch('apply', step, `${path}?${query}`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec,
    });
  return [
    apply('create', 'fieldManager=one', {
      selector: { app: 'x' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    }),
    apply('second port', 'fieldManager=two', { ports: [{ port: 443, protocol: 'TCP', name: 'https' }] }),
    apply('both named', 'fieldManager=one', {
      selector: { app: 'x' },
      ports: [
        { port: 80, protocol: 'TCP', targetPort: 'web', name: 'http' },
        { port: 443, protocol: 'TCP', name: 'https' },
      ],
    }),
    apply('type', 'fieldManager=three', { type: 'NodePort' }),
    apply('no more type', 'fieldManager=three', {}),
    apply('duplicate ports', 'fieldManager=one', {
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 80, protocol: 'TCP' },
      ],
    }),
    get('get', path),
  ];
});

/** Server-side apply and field ownership, where a real 1.20 server is the judge of every entry. */
export const applyCases: Case[] = [maps, dropped, entries, many, lists, metadata, upgrade, services];
