import { bodyOf, core, get, grouped, inNamespace, patch, post, put, remove } from '../case.ts';
import type { Case, Step } from '../case.ts';

const rbac = 'rbac.authorization.k8s.io/v1';

const users = inNamespace('access-rbac', (ns) => {
  const token = (answers: Parameters<typeof bodyOf>[0]): string =>
    (bodyOf(answers, 'token')['status'] as { token: string }).token;
  const as = (step: Step): Step => ({
    ...step,
    request: (answers) => ({
      ...(typeof step.request === 'function' ? step.request(answers) : step.request),
      token: token(answers),
    }),
  });
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
  const review = (step: string, attributes: object): Step =>
    post(step, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: ns, ...attributes } },
    });
  return [
    post('account', core(ns, 'serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot' },
    }),
    {
      ...post('token', core(ns, 'serviceaccounts', 'robot', 'token'), {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3600 },
      }),
      unchecked: true,
    },
    as(get('nothing is allowed', core(ns, 'configmaps'))),
    as(get('one object', core(ns, 'configmaps', 'c'))),
    as(get('cluster scoped', '/api/v1/nodes')),
    as(get('all namespaces', '/api/v1/pods')),
    as(post('create', core(ns, 'configmaps'), configMap)),
    as(get('a path', '/metrics')),
    as(get('version', '/version/nonsense')),
    post('role', grouped(rbac, ns, 'roles'), {
      apiVersion: rbac,
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['*'] },
        {
          apiGroups: [rbac.split('/')[0] ?? ''],
          resources: ['roles'],
          verbs: ['create', 'get', 'update', 'patch'],
        },
      ],
    }),
    {
      ...post('binding', grouped(rbac, ns, 'rolebindings'), {
        apiVersion: rbac,
        kind: 'RoleBinding',
        metadata: { name: 'b' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: ns }],
      }),
      unchecked: true,
    },
    {
      ...as(get('allowed now', `${core(ns, 'configmaps')}?fieldSelector=metadata.name%3Dc`)),
      until: ({ status }) => status === 200,
    },
    as(post('created', core(ns, 'configmaps'), configMap)),
    as(remove('not deleted', core(ns, 'configmaps', 'c'))),
    as(patch('apply', 'applying needs patch', `${core(ns, 'configmaps', 'c')}?fieldManager=x`, configMap)),
    as(get('a named secret', core(ns, 'secrets', 'mine'))),
    as(get('another secret', core(ns, 'secrets', 'other'))),
    as(get('scale', grouped('apps/v1', ns, 'deployments', 'd', 'scale'))),
    as(get('the deployment itself', grouped('apps/v1', ns, 'deployments', 'd'))),
    as(
      post('no more than one has', grouped(rbac, ns, 'roles'), {
        apiVersion: rbac,
        kind: 'Role',
        metadata: { name: 'more' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      }),
    ),
    as(
      post('as much as one has', grouped(rbac, ns, 'roles'), {
        apiVersion: rbac,
        kind: 'Role',
        metadata: { name: 'same' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
      }),
    ),
    as(review('may I list', { verb: 'list', resource: 'configmaps' })),
    as(review('may I delete', { verb: 'delete', resource: 'configmaps', name: 'c' })),
    as(
      review('may I scale', { verb: 'update', resource: 'deployments', subresource: 'scale', group: 'apps' }),
    ),
    review('may the administrator', { verb: 'delete', resource: 'nodes' }),
    post('another user', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: 'jane',
        groups: ['x'],
        resourceAttributes: { namespace: ns, verb: 'get', resource: 'pods' },
      },
    }),
    post('a review without anything', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {},
    }),
    {
      name: 'token review',
      request: (answers) => ({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token: token(answers) },
        },
      }),
    },
    post('token review of nonsense', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'nonsense' },
    }),
    post('token for a missing account', core(ns, 'serviceaccounts', 'none', 'token'), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    }),
    post('token that ends too soon', core(ns, 'serviceaccounts', 'robot', 'token'), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 5 },
    }),
    { name: 'wrong token', request: { method: 'GET', path: core(ns, 'configmaps'), token: 'nonsense' } },
    { name: 'anonymous', request: { method: 'GET', path: core(ns, 'configmaps'), token: '' } },
    { name: 'anonymous health', request: { method: 'GET', path: '/healthz', token: '' } },
  ];
});

const namespaces: Case = {
  name: 'access-namespaces',
  oracle: 'kube-apiserver',
  steps: [
    post('create', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'short-lived' },
    }),
    post('again', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'short-lived' },
    }),
    post('invalid name', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'not.valid' },
    }),
    patch('merge', 'labels', '/api/v1/namespaces/short-lived', { metadata: { labels: { a: 'b' } } }),
    patch('merge', 'own finalizers', '/api/v1/namespaces/short-lived', {
      metadata: { finalizers: ['example.com/mine'] },
    }),
    post('content', core('short-lived', 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', finalizers: ['example.com/held'] },
    }),
    remove('delete', '/api/v1/namespaces/short-lived'),
    {
      ...get('content is being deleted', core('short-lived', 'configmaps', 'c')),
      until: ({ body }) => JSON.stringify(body).includes('deletionTimestamp'),
    },
    post('nothing new', core('short-lived', 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'd' },
    }),
    patch('merge', 'release the content', core('short-lived', 'configmaps', 'c'), {
      metadata: { finalizers: null },
    }),
    {
      ...get('content is gone', core('short-lived', 'configmaps', 'c')),
      until: ({ status }) => status === 404,
    },
    {
      ...get('waits for its own finalizer', '/api/v1/namespaces/short-lived'),
      until: ({ body }) => !(body as { spec?: { finalizers?: string[] } }).spec?.finalizers?.length,
    },
    patch('merge', 'release the namespace', '/api/v1/namespaces/short-lived', {
      metadata: { finalizers: null },
    }),
    { ...get('gone', '/api/v1/namespaces/short-lived'), until: ({ status }) => status === 404 },
    put('finalize a missing one', '/api/v1/namespaces/short-lived/finalize', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'short-lived' },
    }),
    remove('default stays', '/api/v1/namespaces/kube-system'),
  ],
};

/** Who may do what, and the life of namespaces. */
export const accessCases: Case[] = [users, namespaces];
