import { core, get, grouped, inNamespace, metadataOf, patch, post, remove } from '../case.ts';
import type { Case, Step } from '../case.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const partialList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

const secret = (name: string, labels: object, type = 'Opaque'): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, labels },
  type,
  data: { a: 'MQ==' },
});

const selectors = inNamespace('reading-selectors', (ns) => {
  const all = core(ns, 'secrets');
  // Token secrets that a controller may add are not part of the comparison.
  const select = (step: string, query: string): Step => get(step, `${all}?${query}`);
  const label = (selector: string): string => `labelSelector=${encodeURIComponent(selector)}`;
  const field = (selector: string): string => `fieldSelector=${encodeURIComponent(selector)}`;
  return [
    post('a', all, secret('a', { app: 'x', tier: 'front' })),
    post('b', all, secret('b', { app: 'x', tier: 'back' })),
    post('c', all, secret('c', { app: 'y' }, 'example.com/other')),
    post('d', all, secret('d', {})),
    select('all', ''),
    ...[
      'app=x',
      'app==x,tier=back',
      'app!=x',
      'app',
      '!app',
      'app in (x,y),tier',
      'tier notin (front)',
      'app in ()',
      'app=',
      'tier>1',
      'app=x,',
      'not valid!',
      'app=not valid!',
    ].map((selector) => select(`label ${selector}`, label(selector))),
    ...[
      'metadata.name=a',
      `metadata.namespace=${ns},metadata.name!=a`,
      'type=Opaque',
      'type!=Opaque',
      'data.a=1',
      'metadata.labels=a',
      'nonsense',
      'metadata.name=a=b',
    ].map((selector) => select(`field ${selector}`, field(selector))),
    select('both', `${label('app=x')}&${field('metadata.name=b')}`),
    get(
      'events by their object',
      `${core(ns, 'events')}?${field('involvedObject.kind=Pod,involvedObject.name=p,type!=Normal')}`,
    ),
    get('pods by phase and node', `${core(ns, 'pods')}?${field('status.phase!=Running,spec.nodeName=')}`),
    get('pods by an unknown field', `${core(ns, 'pods')}?${field('spec.containers=x')}`),
  ];
});

const paging = inNamespace('reading-paging', (ns) => {
  const all = core(ns, 'configmaps');
  const configMap = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { page: 'yes' } },
  });
  const mine = 'labelSelector=page%3Dyes';
  const next = (name: string, from: string, limit: number): Step => ({
    name,
    request: (answers) => ({
      method: 'GET',
      path: `${all}?${mine}&limit=${limit}&continue=${encodeURIComponent(metadataOf(answers, from)['continue'] ?? '')}`,
    }),
  });
  return [
    ...['a', 'b', 'c', 'd', 'e'].map((name) => post(name, all, configMap(name))),
    get('first page', `${all}?${mine}&limit=2`),
    post('added meanwhile', all, configMap('bb')),
    remove('removed meanwhile', core(ns, 'configmaps', 'd')),
    next('second page is of the same moment', 'first page', 2),
    next('third page', 'second page is of the same moment', 2),
    get('one page with all', `${all}?${mine}&limit=50`),
    get('no limit', `${all}?${mine}&limit=0`),
    get('negative limit', `${all}?${mine}&limit=-1`),
    get('limit that is no number', `${all}?${mine}&limit=x`),
    get('malformed token', `${all}?limit=2&continue=nonsense`),
    {
      name: 'token with a version',
      request: (answers) => ({
        method: 'GET',
        path: `${all}?limit=2&resourceVersion=1&continue=${encodeURIComponent(metadataOf(answers, 'first page')['continue'] ?? '')}`,
      }),
    },
    get('remaining count without a selector', `${core(ns, 'secrets')}?limit=1`),
    get('any version', `${all}?${mine}&resourceVersion=0`),
    get('match without a version', `${all}?resourceVersionMatch=Exact`),
    get('unknown match', `${all}?resourceVersion=1&resourceVersionMatch=Sometimes`),
    get('exactly version zero', `${all}?resourceVersion=0&resourceVersionMatch=Exact`),
    get('version that is no number', `${all}?resourceVersion=x`),
    {
      name: 'at least a version',
      request: (answers) => ({
        method: 'GET',
        path: `${all}?${mine}&resourceVersion=${metadataOf(answers, 'a')['resourceVersion'] ?? ''}&resourceVersionMatch=NotOlderThan`,
      }),
    },
    {
      name: 'exactly a version',
      request: (answers) => ({
        method: 'GET',
        path: `${all}?${mine}&resourceVersion=${metadataOf(answers, 'c')['resourceVersion'] ?? ''}&resourceVersionMatch=Exact`,
      }),
    },
  ];
});

const watching = inNamespace('reading-watch', (ns) => {
  const all = core(ns, 'configmaps');
  const one = core(ns, 'configmaps', 'c');
  const watch = (name: string, from: string, events: number, query = '', accept?: string): Step => ({
    name,
    request: (answers) => ({
      method: 'GET',
      path: `${all}?watch=true&timeoutSeconds=10&resourceVersion=${metadataOf(answers, from)['resourceVersion'] ?? ''}${query}`,
      events,
      ...(accept ? { accept } : {}),
    }),
  });
  return [
    post('start', all, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'start' } }),
    post('create', all, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', labels: { on: 'yes' } },
      data: { a: '1' },
    }),
    patch('merge', 'change', one, { data: { a: '2' } }),
    patch('merge', 'label off', one, { metadata: { labels: { on: 'no' } } }),
    patch('merge', 'change unseen', one, { data: { a: '3' } }),
    patch('merge', 'label on', one, { metadata: { labels: { on: 'yes' } } }),
    post('another', all, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'd' } }),
    remove('delete', one),
    watch('everything', 'start', 7),
    watch('from the middle', 'label off', 4),
    watch('by label', 'start', 5, '&labelSelector=on%3Dyes'),
    watch('by name', 'start', 6, '&fieldSelector=metadata.name%3Dc'),
    watch('as table', 'start', 2, '', table),
    watch('as partial metadata', 'start', 2, '', partial),
    watch('by an unknown field', 'start', 1, '&fieldSelector=data.a%3D1'),
    {
      name: 'existing ones first',
      request: {
        method: 'GET',
        path: `${all}?watch=true&timeoutSeconds=10&fieldSelector=metadata.name%3Dd`,
        events: 1,
      },
    },
    {
      name: 'existing ones first, from any version',
      request: {
        method: 'GET',
        path: `${all}?watch=true&timeoutSeconds=10&resourceVersion=0&fieldSelector=metadata.name%3Dd`,
        events: 1,
      },
    },
    {
      name: 'version that is no number',
      request: { method: 'GET', path: `${all}?watch=true&resourceVersion=x`, events: 1 },
    },
    {
      name: 'one object by its path',
      request: {
        method: 'GET',
        path: `/api/v1/watch/namespaces/${ns}/configmaps/d?timeoutSeconds=10`,
        events: 1,
      },
    },
  ];
});

const tables = inNamespace('reading-tables', (ns) => {
  const labels = { app: 'x' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
  return [
    post('config map', core(ns, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a: '1', b: '2' },
    }),
    get('config map as table', core(ns, 'configmaps', 'c'), table),
    get('config maps as table', `${core(ns, 'configmaps')}?fieldSelector=metadata.name%3Dc`, table),
    get('with objects', `${core(ns, 'configmaps', 'c')}?includeObject=Object`, table),
    get('without objects', `${core(ns, 'configmaps', 'c')}?includeObject=None`, table),
    get('unknown inclusion', `${core(ns, 'configmaps', 'c')}?includeObject=Some`, table),
    get('as partial metadata', core(ns, 'configmaps', 'c'), partial),
    get('list as partial metadata', `${core(ns, 'configmaps')}?fieldSelector=metadata.name%3Dc`, partialList),
    get('unknown form', core(ns, 'configmaps', 'c'), 'application/json;as=Nonsense;v=v1;g=meta.k8s.io'),
    post('secret', core(ns, 'secrets'), secret('s', {})),
    get('secret as table', core(ns, 'secrets', 's'), table),
    post('service', core(ns, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: {
        selector: labels,
        ports: [{ port: 80 }, { port: 53, protocol: 'UDP', name: 'dns' }].map((port, index) => ({
          name: `p${index}`,
          ...port,
        })),
      },
    }),
    get('service as table', core(ns, 'services', 's'), table),
    post('deployment', grouped('apps/v1', ns, 'deployments'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', labels },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    }),
    get('deployment as table', grouped('apps/v1', ns, 'deployments', 'd'), table),
    post('pod', core(ns, 'pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels },
      spec: template.spec,
    }),
    get('pod as table', core(ns, 'pods', 'p'), table),
    patch('merge', 'running', core(ns, 'pods', 'p', 'status'), {
      status: {
        phase: 'Running',
        podIP: '10.0.0.1',
        containerStatuses: [
          {
            name: 'c',
            ready: true,
            restartCount: 3,
            image: 'busybox',
            imageID: '',
            state: { running: { startedAt: '2020-01-01T00:00:00Z' } },
          },
        ],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    }),
    get('running pod as table', core(ns, 'pods', 'p'), table),
    patch('merge', 'failed', core(ns, 'pods', 'p', 'status'), {
      status: {
        containerStatuses: [
          {
            name: 'c',
            ready: false,
            restartCount: 3,
            image: 'busybox',
            imageID: '',
            state: { waiting: { reason: 'CrashLoopBackOff' } },
          },
        ],
      },
    }),
    get('failed pod as table', core(ns, 'pods', 'p'), table),
    get('namespace as table', `/api/v1/namespaces/${ns}`, table),
    post('lease', grouped('coordination.k8s.io/v1', ns, 'leases'), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me' },
    }),
    get('lease as table', grouped('coordination.k8s.io/v1', ns, 'leases', 'l'), table),
    post('role', grouped('rbac.authorization.k8s.io/v1', ns, 'roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [],
    }),
    get('role as table', grouped('rbac.authorization.k8s.io/v1', ns, 'roles', 'r'), table),
    post('role binding', grouped('rbac.authorization.k8s.io/v1', ns, 'rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }],
    }),
    get('role binding as table', grouped('rbac.authorization.k8s.io/v1', ns, 'rolebindings', 'b'), table),
    get('empty list as table', core(ns, 'endpoints'), table),
  ];
});

const discovery: Case = {
  name: 'reading-discovery',
  oracle: 'kube-apiserver',
  steps: [
    get('core versions', '/api'),
    get('one group', '/apis/coordination.k8s.io'),
    get('resources of leases', '/apis/coordination.k8s.io/v1'),
    get('resources of custom definitions', '/apis/apiextensions.k8s.io/v1'),
    get('resources of roles', '/apis/rbac.authorization.k8s.io/v1'),
    get('resources of endpoint slices', '/apis/discovery.k8s.io/v1beta1'),
    get('unknown group', '/apis/nonsense.example.com'),
    get('unknown version', '/apis/apps/v9'),
    get('alive', '/livez'),
    get('healthy', '/healthz'),
  ],
};

/** Lists, selectors, pages, watches, tables and discovery. */
export const readingCases: Case[] = [selectors, paging, watching, tables, discovery];
