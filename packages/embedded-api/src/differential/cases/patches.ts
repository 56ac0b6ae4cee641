import { core, get, grouped, inNamespace, patch, post } from '../case.ts';
import type { Case, Step } from '../case.ts';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'd',
    labels: { app: 'd' },
    finalizers: ['example.com/a', 'example.com/b', 'example.com/c'],
  },
  spec: {
    selector: { matchLabels: { app: 'd' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    template: {
      metadata: { labels: { app: 'd' } },
      spec: {
        containers: [
          {
            name: 'one',
            image: 'one:1',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            args: ['x', 'y'],
            ports: [{ containerPort: 80 }, { containerPort: 81 }],
          },
          { name: 'two', image: 'two:1' },
          { name: 'three', image: 'three:1' },
        ],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', configMap: { name: 'c' } },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        nodeSelector: { disk: 'ssd' },
      },
    },
  },
};

const strategic = inNamespace('patch-strategic', (ns) => {
  const path = grouped('apps/v1', ns, 'deployments', 'd');
  const pod = (step: string, spec: object): Step =>
    patch('strategic', step, path, { spec: { template: { spec } } });
  return [
    post('create', grouped('apps/v1', ns, 'deployments'), deployment),
    pod('change an image', { containers: [{ name: 'two', image: 'two:2' }] }),
    pod('add a container', { containers: [{ name: 'four', image: 'four:1' }] }),
    pod('order', {
      '$setElementOrder/containers': [{ name: 'three' }, { name: 'one' }, { name: 'four' }, { name: 'two' }],
      containers: [{ name: 'one', image: 'one:2' }],
    }),
    pod('order without a list', { '$setElementOrder/containers': [{ name: 'one' }, { name: 'two' }] }),
    pod('order with a new one', {
      '$setElementOrder/containers': [{ name: 'five' }, { name: 'one' }],
      containers: [{ name: 'five', image: 'five:1' }],
    }),
    pod('order that the list breaks', {
      '$setElementOrder/containers': [{ name: 'one' }, { name: 'two' }],
      containers: [
        { name: 'two', image: 'x' },
        { name: 'one', image: 'x' },
      ],
    }),
    pod('delete a container', {
      containers: [
        { name: 'four', $patch: 'delete' },
        { name: 'five', $patch: 'delete' },
      ],
    }),
    pod('delete what is not there', { containers: [{ name: 'nine', $patch: 'delete' }] }),
    pod('delete without a key', { containers: [{ $patch: 'delete' }] }),
    pod('item without a key', { containers: [{ image: 'x' }] }),
    pod('unknown directive', { containers: [{ name: 'one', $patch: 'paint' }] }),
    pod('merge directive in a list', { containers: [{ name: 'one', $patch: 'merge' }] }),
    pod('nested list', {
      containers: [
        {
          name: 'one',
          env: [
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
        },
      ],
    }),
    pod('nested delete', {
      containers: [
        {
          name: 'one',
          env: [{ name: 'A', $patch: 'delete' }],
          ports: [{ containerPort: 81, name: 'eightyone' }],
        },
      ],
    }),
    pod('atomic list', { containers: [{ name: 'one', args: ['z'] }] }),
    pod('list without a strategy', { tolerations: [{ key: 'b', operator: 'Exists' }] }),
    pod('null', { nodeSelector: { disk: null, zone: 'a' }, tolerations: null }),
    pod('null for what is not there', { hostname: null, nodeSelector: { other: null } }),
    pod('directives where nothing was', {
      affinity: { nodeAffinity: { $patch: 'replace' } },
      hostAliases: [{ ip: '127.0.0.1', hostnames: ['a'] }],
    }),
    pod('replace a map', { nodeSelector: { $patch: 'replace', fresh: 'yes' } }),
    pod('empty a map', { nodeSelector: { $patch: 'delete' } }),
    pod('volume of another kind', {
      volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'x' } }],
    }),
    pod('replace a list', { containers: [{ $patch: 'replace' }, { name: 'only', image: 'only:1' }] }),
    patch('strategic', 'retain keys', path, {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    }),
    patch('strategic', 'retain keys that miss one', path, {
      spec: { strategy: { $retainKeys: ['type'], type: 'RollingUpdate', rollingUpdate: {} } },
    }),
    patch('strategic', 'primitive list', path, {
      metadata: { finalizers: ['example.com/d', 'example.com/a'] },
    }),
    patch('strategic', 'delete from a primitive list', path, {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/b', 'example.com/x'] },
    }),
    patch('strategic', 'order of a primitive list', path, {
      metadata: { '$setElementOrder/finalizers': ['example.com/c', 'example.com/a', 'example.com/d'] },
    }),
    patch('strategic', 'delete and order', path, {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['example.com/d'],
        '$setElementOrder/finalizers': ['example.com/a', 'example.com/e', 'example.com/c'],
        finalizers: ['example.com/e'],
      },
    }),
    patch('strategic', 'malformed order', path, { metadata: { '$setElementOrder/finalizers': 'x' } }),
    patch('strategic', 'malformed deletion', path, {
      metadata: { '$deleteFromPrimitiveList/finalizers': 'x' },
    }),
    patch('strategic', 'malformed retain keys', path, { spec: { strategy: { $retainKeys: 'type' } } }),
    patch('strategic', 'not an object', path, []),
    patch('strategic', 'broken JSON', path, '{"spec":'),
    patch('strategic', 'wrong type', path, { spec: { replicas: 'three' } }),
    patch('strategic', 'nothing', path, {}),
    patch('strategic', 'labels', path, {
      metadata: { labels: { app: null, new: 'x' }, annotations: { a: 'b' } },
    }),
    patch('strategic', 'no such object', grouped('apps/v1', ns, 'deployments', 'none'), {}),
    patch('strategic', 'finish', path, { metadata: { finalizers: null } }),
  ];
});

const json = inNamespace('patch-json', (ns) => {
  const path = core(ns, 'configmaps', 'c');
  const run = (step: string, ...operations: unknown[]): Step => patch('json', step, path, operations);
  return [
    post('create', core(ns, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', labels: { 'a/b': '1' } },
      data: { a: '1', b: '2', c: '3' },
    }),
    run('add', { op: 'add', path: '/data/d', value: '4' }),
    run('escaped', { op: 'replace', path: '/metadata/labels/a~1b', value: '2' }),
    run('remove', { op: 'remove', path: '/data/a' }),
    run('remove again', { op: 'remove', path: '/data/a' }),
    run(
      'test and replace',
      { op: 'test', path: '/data/b', value: '2' },
      { op: 'replace', path: '/data/b', value: '5' },
    ),
    run(
      'test fails, nothing changes',
      { op: 'replace', path: '/data/b', value: '6' },
      { op: 'test', path: '/data/c', value: 'x' },
    ),
    run('move', { op: 'move', from: '/data/b', path: '/data/moved' }),
    run('copy', { op: 'copy', from: '/data/moved', path: '/data/copied' }),
    run('missing parent', { op: 'add', path: '/spec/x', value: 1 }),
    run('unknown operation', { op: 'paint', path: '/data' }),
    run('wrong type', { op: 'replace', path: '/data', value: 'text' }),
    run('name changed', { op: 'replace', path: '/metadata/name', value: 'other' }),
    run('kind changed', { op: 'replace', path: '/kind', value: 'Secret' }),
    run('add to a missing list', { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/a' }),
    run(
      'list',
      { op: 'add', path: '/metadata/finalizers', value: ['example.com/a', 'example.com/c'] },
      { op: 'add', path: '/metadata/finalizers/1', value: 'example.com/b' },
    ),
    run(
      'list end',
      { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/d' },
      { op: 'remove', path: '/metadata/finalizers/0' },
    ),
    run('list out of range', { op: 'add', path: '/metadata/finalizers/9', value: 'example.com/x' }),
    run('no list index', { op: 'add', path: '/metadata/finalizers/first', value: 'example.com/x' }),
    run('no finalizers', { op: 'remove', path: '/metadata/finalizers' }),
    run('nothing'),
    patch('json', 'not a list', path, { op: 'add' }),
    patch('json', 'broken JSON', path, '[{'),
    patch(
      'json',
      'too many',
      path,
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
    ),
    patch('json', 'old resource version', path, [
      { op: 'replace', path: '/metadata/resourceVersion', value: '1' },
    ]),
    get('in the end', path),
  ];
});

const merge = inNamespace('patch-merge', (ns) => {
  const path = core(ns, 'configmaps', 'c');
  const run = (step: string, body: unknown): Step => patch('merge', step, path, body);
  return [
    post('create', core(ns, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', labels: { a: '1' }, finalizers: ['example.com/a'] },
      data: { a: '1' },
    }),
    run('add and delete', { data: { a: null, b: '2' }, metadata: { labels: { b: '2' } } }),
    run('lists are replaced', { metadata: { finalizers: ['example.com/b', 'example.com/c'] } }),
    run('nothing', {}),
    run('same values', { data: { b: '2' } }),
    run('everything away', { data: null, metadata: { labels: null, finalizers: null } }),
    run('wrong type', { data: ['a'] }),
    run('not an object', []),
    run('broken JSON', '{'),
    run('name changed', { metadata: { name: 'other' } }),
    run('namespace changed', { metadata: { namespace: 'other' } }),
    run('uid changed', { metadata: { uid: '3873ec24-a65d-49ea-aba0-99ad76d082b5' } }),
    run('old resource version', { metadata: { resourceVersion: '1' } }),
    run('unknown field', { nonsense: 1 }),
    run('invalid label', { metadata: { labels: { 'not valid!': 'x' } } }),
    {
      name: 'unknown type of patch',
      request: { method: 'PATCH', path, contentType: 'application/json', body: {} },
    },
    { name: 'no type of patch', request: { method: 'PATCH', path, contentType: 'text/plain', body: '{}' } },
  ];
});

/** The three kinds of patches that are not apply. */
export const patchCases: Case[] = [strategic, json, merge];
