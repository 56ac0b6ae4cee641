import {
  core,
  get,
  grouped,
  inNamespace,
  metadataOf,
  patch,
  post,
  put,
  putChanged,
  remove,
} from '../case.ts';
import type { Case } from '../case.ts';

const configMap = (metadata: object, data?: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  ...(data ? { data } : {}),
});

const lifecycle = inNamespace('objects-lifecycle', (ns) => {
  const all = core(ns, 'configmaps');
  const one = core(ns, 'configmaps', 'c');
  return [
    get('missing', one),
    remove('delete missing', one),
    put('put missing', one, configMap({ name: 'c' }, { a: '1' })),
    post('create', all, configMap({ name: 'c', labels: { a: 'b' } }, { a: '1' })),
    post('create again', all, configMap({ name: 'c' })),
    get('get', one),
    putChanged('update', one, 'get', (object) => (object['data'] = { a: '2' })),
    putChanged('stale update', one, 'get', (object) => (object['data'] = { a: '3' })),
    putChanged('no change', one, 'update', () => {}),
    put('without a resource version', one, configMap({ name: 'c' }, { a: '4' })),
    put('another name', one, configMap({ name: 'd' }, { a: '4' })),
    put('another namespace', one, configMap({ name: 'c', namespace: 'default' }, { a: '4' })),
    put('another kind', one, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } }),
    put('another version', one, { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
    put('another uid', one, configMap({ name: 'c', uid: '3873ec24-a65d-49ea-aba0-99ad76d082b5' })),
    put('no name', one, configMap({})),
    remove('precondition fails on uid', one, {
      preconditions: { uid: '3873ec24-a65d-49ea-aba0-99ad76d082b5' },
    }),
    remove('precondition fails on version', one, { preconditions: { resourceVersion: '1' } }),
    remove('delete', one),
    get('gone', one),
    post('delete collection needs nothing', all, configMap({ name: 'x', labels: { group: 'g' } })),
    post('second', all, configMap({ name: 'y', labels: { group: 'g' } })),
    post('third', all, configMap({ name: 'z', labels: { group: 'h' } })),
    remove('delete collection', `${all}?labelSelector=group%3Dg`),
    get('left', `${all}?fieldSelector=metadata.name!=kube-root-ca.crt`),
  ];
});

const names = inNamespace('objects-names', (ns) => {
  const all = core(ns, 'configmaps');
  return [
    post('generated', all, configMap({ generateName: 'gen-' })),
    post('no name at all', all, configMap({})),
    post('upper case', all, configMap({ name: 'Not-Valid' })),
    post('too long', all, configMap({ name: 'n'.repeat(254) })),
    post('dots', all, configMap({ name: 'a.b-c.1' })),
    post('invalid generateName', all, configMap({ generateName: 'Not_' })),
    post('another namespace', all, configMap({ name: 'c', namespace: 'default' })),
    post('namespace repeated', all, configMap({ name: 'c', namespace: ns })),
    post('missing namespace', core('no-such-namespace', 'configmaps'), configMap({ name: 'c' })),
    post('list in a missing namespace', core(ns, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'not.a.label' },
      spec: { ports: [{ port: 80 }] },
    }),
    get('empty list of a missing namespace', core('no-such-namespace', 'configmaps')),
    post('resource version set', all, configMap({ name: 'rv', resourceVersion: '1' })),
    post('uid set', all, configMap({ name: 'uid', uid: '3873ec24-a65d-49ea-aba0-99ad76d082b5' })),
    post(
      'server fields set',
      all,
      configMap({
        name: 'server',
        creationTimestamp: '2000-01-01T00:00:00Z',
        deletionTimestamp: '2000-01-01T00:00:00Z',
        generation: 7,
        selfLink: '/x',
      }),
    ),
    post('invalid label', all, configMap({ name: 'label', labels: { a: 'not valid' } })),
    post('invalid label key', all, configMap({ name: 'label', labels: { '/a': 'b' } })),
    post('invalid annotation', all, configMap({ name: 'annotation', annotations: { 'a b': 'c' } })),
    post(
      'annotations too long',
      all,
      configMap({ name: 'annotation', annotations: { a: 'x'.repeat(256 * 1024 + 1) } }),
    ),
    post('invalid finalizer', all, configMap({ name: 'finalizer', finalizers: ['not a finalizer'] })),
    post(
      'invalid owner',
      all,
      configMap({
        name: 'owner',
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '', uid: '' }],
      }),
    ),
    post(
      'two controllers',
      all,
      configMap({
        name: 'owner',
        ownerReferences: ['a', 'b'].map((name) => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name,
          uid: name,
          controller: true,
        })),
      }),
    ),
    post('invalid key', all, configMap({ name: 'key' }, { 'not/valid': 'x' })),
  ];
});

const requests = inNamespace('objects-requests', (ns) => {
  const all = core(ns, 'configmaps');
  return [
    post('broken JSON', all, '{"apiVersion":'),
    post('empty body', all, ''),
    post('no kind', all, { metadata: { name: 'c' } }),
    post('wrong kind', all, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } }),
    post('unknown kind', all, { apiVersion: 'v1', kind: 'Nonsense', metadata: { name: 'c' } }),
    post('wrong version', all, { apiVersion: 'v9', kind: 'ConfigMap', metadata: { name: 'c' } }),
    post('wrong type', all, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 1 } }),
    post('unknown field', all, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'unknown' },
      nonsense: 1,
    }),
    {
      name: 'yaml',
      request: {
        method: 'POST',
        path: all,
        contentType: 'application/yaml',
        body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n',
      },
    },
    {
      name: 'unknown media type',
      request: { method: 'POST', path: all, contentType: 'text/plain', body: 'x' },
    },
    get('unknown accept', core(ns, 'configmaps', 'yaml'), 'text/plain'),
    get('yaml answer', core(ns, 'configmaps', 'yaml'), 'text/html, application/yaml;q=0.5, */*;q=0.1'),
    get('unknown resource', core(ns, 'nonsenses')),
    get('unknown group', grouped('nonsense.example.com/v1', ns, 'things')),
    get('unknown version', grouped('apps/v9', ns, 'deployments')),
    get('unknown path', '/nonsense'),
    get('unknown subresource', core(ns, 'configmaps', 'yaml', 'status')),
    post('post to an object', core(ns, 'configmaps', 'yaml'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'yaml' },
    }),
    put('put to a collection', all, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'yaml' } }),
    patch('merge', 'patch of a collection', all, {}),
    remove('unknown propagation policy', core(ns, 'configmaps', 'yaml'), { propagationPolicy: 'Sometimes' }),
    remove('both policies', core(ns, 'configmaps', 'yaml'), {
      propagationPolicy: 'Orphan',
      orphanDependents: true,
    }),
    post('unknown dry run', `${all}?dryRun=Some`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'dry' },
    }),
    post('manager too long', `${all}?fieldManager=${'m'.repeat(129)}`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
    }),
    post('unprintable manager', `${all}?fieldManager=%07`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
    }),
  ];
});

const kinds = inNamespace('objects-kinds', (ns) => {
  const pod = { containers: [{ name: 'c', image: 'busybox' }] };
  return [
    post('secret', core(ns, 'secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { a: 'text' },
      data: { b: 'Yg==' },
    }),
    post('secret that is not base64', core(ns, 'secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's2' },
      data: { b: '!' },
    }),
    post('immutable secret', core(ns, 'secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'i' },
      immutable: true,
      data: { b: 'Yg==' },
    }),
    patch('merge', 'change of an immutable secret', core(ns, 'secrets', 'i'), { data: { b: 'Yw==' } }),
    patch('merge', 'change of the type', core(ns, 'secrets', 's'), { type: 'other' }),
    post('service', core(ns, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { selector: { a: 'b' }, ports: [{ port: 80 }] },
    }),
    post('headless service', core(ns, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'h' },
      spec: { clusterIP: 'None', ports: [{ port: 80, name: 'web', targetPort: 'http' }] },
    }),
    post('service without ports', core(ns, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'p' },
      spec: {},
    }),
    patch('merge', 'cluster IP changed', core(ns, 'services', 's'), { spec: { clusterIP: '10.96.200.200' } }),
    post('deployment', grouped('apps/v1', ns, 'deployments'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: pod },
      },
    }),
    post('deployment whose selector misses', grouped('apps/v1', ns, 'deployments'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd2' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'c' } }, spec: pod },
      },
    }),
    patch('merge', 'selector changed', grouped('apps/v1', ns, 'deployments', 'd'), {
      spec: { selector: { matchLabels: { a: 'c' } }, template: { metadata: { labels: { a: 'c' } } } },
    }),
    patch('merge', 'status through the object', grouped('apps/v1', ns, 'deployments', 'd'), {
      status: { replicas: 5 },
    }),
    patch('merge', 'status through its subresource', grouped('apps/v1', ns, 'deployments', 'd', 'status'), {
      status: { replicas: 5 },
      spec: { replicas: 9 },
    }),
    get('scale', grouped('apps/v1', ns, 'deployments', 'd', 'scale')),
    patch('merge', 'scaled', grouped('apps/v1', ns, 'deployments', 'd', 'scale'), { spec: { replicas: 3 } }),
    patch('merge', 'scaled below zero', grouped('apps/v1', ns, 'deployments', 'd', 'scale'), {
      spec: { replicas: -1 },
    }),
    get('scaled deployment', grouped('apps/v1', ns, 'deployments', 'd')),
    post('pod', core(ns, 'pods'), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: pod }),
    post('pod without containers', core(ns, 'pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'q' },
      spec: { containers: [] },
    }),
    patch('merge', 'image of a pod', core(ns, 'pods', 'p'), {
      spec: { containers: [{ name: 'c', image: 'other' }] },
    }),
    patch('merge', 'spec of a pod', core(ns, 'pods', 'p'), { spec: { restartPolicy: 'Never' } }),
    patch('merge', 'status of a pod', core(ns, 'pods', 'p', 'status'), {
      status: {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: '2020-01-01T00:00:00Z' },
        ],
      },
    }),
    post('binding', core(ns, 'pods', 'p', 'binding'), {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'p' },
      target: { apiVersion: 'v1', kind: 'Node', name: 'n' },
    }),
    post('binding again', core(ns, 'pods', 'p', 'binding'), {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'p' },
      target: { apiVersion: 'v1', kind: 'Node', name: 'm' },
    }),
    get('log of a pod on a missing node', core(ns, 'pods', 'p', 'log')),
    get('log of a missing pod', core(ns, 'pods', 'none', 'log')),
    post('service account', core(ns, 'serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'sa' },
    }),
    post('event', core(ns, 'events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: ns },
      reason: 'Test',
      message: 'm',
      type: 'Normal',
      firstTimestamp: '2020-01-01T00:00:00Z',
      lastTimestamp: '2020-01-01T00:00:00Z',
      count: 1,
    }),
    get('event in the other group', grouped('events.k8s.io/v1', ns, 'events', 'e')),
    post('event elsewhere', core(ns, 'events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'f' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    }),
    post('lease', grouped('coordination.k8s.io/v1', ns, 'leases'), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2020-01-01T00:00:00.000000Z' },
    }),
    put('lease created by PUT', grouped('coordination.k8s.io/v1', ns, 'leases', 'put'), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'put' },
      spec: { holderIdentity: 'me' },
    }),
    post('invalid lease', grouped('coordination.k8s.io/v1', ns, 'leases'), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l2' },
      spec: { leaseDurationSeconds: 0 },
    }),
    post('role', grouped('rbac.authorization.k8s.io/v1', ns, 'roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    post('role without verbs', grouped('rbac.authorization.k8s.io/v1', ns, 'roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r2' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }],
    }),
    post('role binding', grouped('rbac.authorization.k8s.io/v1', ns, 'rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'sa', namespace: ns }],
    }),
    patch(
      'merge',
      'role reference changed',
      grouped('rbac.authorization.k8s.io/v1', ns, 'rolebindings', 'b'),
      { roleRef: { name: 'other' } },
    ),
  ];
});

const dryRun = inNamespace('objects-dry-run', (ns) => {
  const all = core(ns, 'configmaps');
  const one = core(ns, 'configmaps', 'c');
  return [
    post('create nothing', `${all}?dryRun=All`, configMap({ name: 'c' }, { a: '1' })),
    get('is not there', one),
    post('create', all, configMap({ name: 'c' }, { a: '1' })),
    post('create again for show', `${all}?dryRun=All`, configMap({ name: 'c' })),
    patch('merge', 'patch for show', `${one}?dryRun=All`, { data: { a: '2' } }),
    patch(
      'apply',
      'apply for show',
      `${one}?dryRun=All&fieldManager=one&force=true`,
      configMap({ name: 'c' }, { a: '3' }),
    ),
    patch(
      'apply',
      'apply a new one for show',
      `${core(ns, 'configmaps', 'n')}?dryRun=All&fieldManager=one`,
      configMap({ name: 'n' }, { a: '3' }),
    ),
    putChanged('put for show', `${one}?dryRun=All`, 'create', (object) => (object['data'] = { a: '4' })),
    remove('delete for show', `${one}?dryRun=All`),
    remove('delete for show, said in the body', one, { dryRun: ['All'] }),
    remove('delete all for show', `${all}?dryRun=All`),
    get('is as it was', one),
    post('generated name for show', `${all}?dryRun=All`, configMap({ generateName: 'g-' })),
    post('invalid for show', `${all}?dryRun=All`, configMap({ name: 'Not-Valid' })),
  ];
});

const deletion = inNamespace('objects-deletion', (ns) => {
  const all = core(ns, 'configmaps');
  const one = core(ns, 'configmaps', 'c');
  const owned = (name: string, owner: string, more: object = {}) => ({
    name,
    request: (answers: Parameters<typeof metadataOf>[0]) => ({
      method: 'POST' as const,
      path: all,
      body: configMap({
        name,
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: owner,
            uid: metadataOf(answers, owner)['uid'],
            ...more,
          },
        ],
      }),
    }),
  });
  const until = (step: ReturnType<typeof get>, status: number) => ({
    ...step,
    until: (answer: { status: number }) => answer.status === status,
  });
  return [
    post('create', all, configMap({ name: 'c', finalizers: ['example.com/a', 'example.com/b'] }, { a: '1' })),
    remove('marked', one),
    get('stays', one),
    remove('marked again', one),
    patch('merge', 'data may change', one, { data: { a: '2' } }),
    patch('merge', 'no new finalizers', one, {
      metadata: { finalizers: ['example.com/a', 'example.com/b', 'example.com/c'] },
    }),
    patch('merge', 'one finalizer less', one, { metadata: { finalizers: ['example.com/a'] } }),
    patch('merge', 'the last one', one, { metadata: { finalizers: [] } }),
    get('gone', one),
    post('background', all, configMap({ name: 'background' })),
    owned('background-child', 'background'),
    remove('delete in the background', core(ns, 'configmaps', 'background'), {
      propagationPolicy: 'Background',
    }),
    until(get('child is collected', core(ns, 'configmaps', 'background-child')), 404),
    post('orphan', all, configMap({ name: 'orphan' })),
    owned('orphan-child', 'orphan'),
    remove('delete and orphan', core(ns, 'configmaps', 'orphan'), { propagationPolicy: 'Orphan' }),
    until({ ...get('owner goes', core(ns, 'configmaps', 'orphan')) }, 404),
    get('child stays without owner', core(ns, 'configmaps', 'orphan-child')),
    post('foreground', all, configMap({ name: 'foreground' })),
    owned('foreground-child', 'foreground', { blockOwnerDeletion: true }),
    remove('delete in the foreground', core(ns, 'configmaps', 'foreground'), {
      propagationPolicy: 'Foreground',
    }),
    until(get('owner goes last', core(ns, 'configmaps', 'foreground')), 404),
    get('child went first', core(ns, 'configmaps', 'foreground-child')),
  ];
});

/** Creating, reading, changing and deleting objects, and every way a request can be wrong. */
export const objectCases: Case[] = [lifecycle, names, requests, kinds, dryRun, deletion];
