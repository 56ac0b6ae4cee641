import type { KubeObject, ObjectMeta } from '../object.ts';
import type { RoleRef, Subject } from './binding-index.ts';
import type { PolicyRule } from './policy-rule.ts';

/**
 * The roles and bindings every cluster starts with, as far as they mean something on a server without scheduler,
 * controller manager and cloud provider. Rules follow kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */

const rbacGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${rbacGroup}/v1`;

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** `words` are resources of one group separated by blanks; subresources as `pods/log`. */
const rule = (verbs: string[], group: string, words: string, resourceNames?: string[]): PolicyRule => ({
  apiGroups: [group],
  resources: words.split(' '),
  ...(resourceNames ? { resourceNames } : {}),
  verbs,
});
const urls = (...nonResourceURLs: string[]): PolicyRule => ({ nonResourceURLs, verbs: ['get'] });

const metadata = (name: string, more: Partial<ObjectMeta> = {}): ObjectMeta => ({
  name,
  ...more,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...more.labels },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
});

const aggregateLabel = (to: string): Record<string, string> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${to}`]: 'true',
});

const clusterRole = (name: string, rules: PolicyRule[], labels: Record<string, string> = {}): KubeObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: metadata(name, { labels }),
  rules,
});

/** A role that gathers the rules of all roles labelled `aggregate-to-NAME`; its rules are filled in by a controller. */
const gathering = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: metadata(name, { labels }),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateLabel(name) }] },
  rules: [],
});

const events = rule(['create', 'patch', 'update'], '', 'events');
const newEvents = rule(['create', 'patch', 'update'], 'events.k8s.io', 'events');

const viewRules: PolicyRule[] = [
  rule(
    read,
    '',
    'pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps',
  ),
  rule(
    read,
    '',
    'limitranges resourcequotas bindings events pods/status resourcequotas/status namespaces/status replicationcontrollers/status pods/log',
  ),
  rule(read, '', 'namespaces'),
  rule(read, 'discovery.k8s.io', 'endpointslices'),
  rule(
    read,
    'apps',
    'controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status deployments deployments/status deployments/scale replicasets replicasets/status replicasets/scale',
  ),
  rule(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(read, 'batch', 'jobs cronjobs cronjobs/status jobs/status'),
  rule(
    read,
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status replicasets replicasets/scale replicasets/status replicationcontrollers/scale networkpolicies',
  ),
  rule(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(read, 'networking.k8s.io', 'networkpolicies ingresses ingresses/status'),
];

const editRules: PolicyRule[] = [
  rule(read, '', 'pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy'),
  rule(['impersonate'], '', 'serviceaccounts'),
  rule(write, '', 'pods pods/attach pods/proxy pods/exec pods/portforward'),
  rule(['create'], '', 'pods/eviction'),
  rule(
    write,
    '',
    'replicationcontrollers replicationcontrollers/scale serviceaccounts services services/proxy persistentvolumeclaims configmaps secrets events',
  ),
  rule(['create'], '', 'serviceaccounts/token'),
  rule(
    write,
    'apps',
    'statefulsets statefulsets/scale daemonsets deployments deployments/scale deployments/rollback replicasets replicasets/scale',
  ),
  rule(write, 'autoscaling', 'horizontalpodautoscalers'),
  rule(write, 'batch', 'jobs cronjobs'),
  rule(
    write,
    'extensions',
    'daemonsets deployments deployments/scale deployments/rollback ingresses replicasets replicasets/scale replicationcontrollers/scale networkpolicies',
  ),
  rule(write, 'policy', 'poddisruptionbudgets'),
  rule(write, 'networking.k8s.io', 'networkpolicies ingresses'),
];

const nodeRules: PolicyRule[] = [
  rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
  rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews localsubjectaccessreviews'),
  rule(read, '', 'services'),
  rule(['create', 'get', 'list', 'watch'], '', 'nodes'),
  rule(['update', 'patch'], '', 'nodes/status'),
  rule(['update', 'patch'], '', 'nodes'),
  events,
  newEvents,
  rule(read, '', 'pods'),
  rule(['create', 'delete'], '', 'pods'),
  rule(['update', 'patch'], '', 'pods/status'),
  rule(['create'], '', 'pods/eviction'),
  rule(read, '', 'secrets configmaps'),
  rule(['get'], '', 'persistentvolumeclaims persistentvolumes'),
  rule(['get'], '', 'endpoints'),
  rule(['create', 'get', 'list', 'watch'], 'certificates.k8s.io', 'certificatesigningrequests'),
  rule(['get', 'create', 'update', 'patch', 'delete'], 'coordination.k8s.io', 'leases'),
  rule(['create'], '', 'serviceaccounts/token'),
];

/** ClusterRoles, in the order they are created. */
export const defaultClusterRoles: readonly KubeObject[] = [
  clusterRole('cluster-admin', [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]),
  clusterRole('system:discovery', [
    urls(
      '/livez',
      '/readyz',
      '/healthz',
      '/version',
      '/version/',
      '/openapi',
      '/openapi/*',
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
    ),
  ]),
  clusterRole('system:monitoring', [
    urls('/metrics', '/livez', '/readyz', '/healthz', '/livez/*', '/readyz/*', '/healthz/*'),
  ]),
  clusterRole('system:basic-user', [
    rule(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    rule(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  clusterRole('system:public-info-viewer', [urls('/livez', '/readyz', '/healthz', '/version', '/version/')]),
  gathering('admin'),
  gathering('edit', aggregateLabel('admin')),
  gathering('view', aggregateLabel('edit')),
  clusterRole(
    'system:aggregate-to-admin',
    [
      rule(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
      rule([...read, ...write], rbacGroup, 'roles rolebindings'),
    ],
    aggregateLabel('admin'),
  ),
  clusterRole('system:aggregate-to-edit', editRules, aggregateLabel('edit')),
  clusterRole('system:aggregate-to-view', viewRules, aggregateLabel('view')),
  clusterRole('system:node', nodeRules),
  clusterRole('system:node-proxier', [
    rule(['list', 'watch'], '', 'services endpoints'),
    rule(read, '', 'nodes'),
    events,
    newEvents,
    rule(['list', 'watch'], 'discovery.k8s.io', 'endpointslices'),
  ]),
  clusterRole('system:kubelet-api-admin', [
    rule(read, '', 'nodes'),
    rule(['proxy'], '', 'nodes'),
    rule(['*'], '', 'nodes/proxy nodes/metrics nodes/spec nodes/stats nodes/log'),
  ]),
  clusterRole('system:auth-delegator', [
    rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
    rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
];

interface Subjects {
  users?: string[];
  groups?: string[];
}

const subjectList = ({ users = [], groups = [] }: Subjects): Subject[] => [
  ...users.map((name) => ({ kind: 'User', apiGroup: rbacGroup, name })),
  ...groups.map((name) => ({ kind: 'Group', apiGroup: rbacGroup, name })),
];

const clusterRoleBinding = (name: string, subjects: Subjects): KubeObject => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: metadata(name),
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name } satisfies RoleRef,
  subjects: subjectList(subjects),
});

/**
 * ClusterRoleBindings, each to the role of its name. There is no node authorizer here, so nodes have their rules by
 * binding.
 */
export const defaultClusterRoleBindings: readonly KubeObject[] = [
  clusterRoleBinding('cluster-admin', { groups: ['system:masters'] }),
  clusterRoleBinding('system:monitoring', { groups: ['system:monitoring'] }),
  clusterRoleBinding('system:discovery', { groups: ['system:authenticated'] }),
  clusterRoleBinding('system:basic-user', { groups: ['system:authenticated'] }),
  clusterRoleBinding('system:public-info-viewer', {
    groups: ['system:authenticated', 'system:unauthenticated'],
  }),
  clusterRoleBinding('system:node', { groups: ['system:nodes'] }),
  clusterRoleBinding('system:node-proxier', { users: ['system:kube-proxy'] }),
];

/** Roles that delegating API servers look for in kube-system. */
export const defaultRoles: readonly KubeObject[] = [
  {
    apiVersion,
    kind: 'Role',
    metadata: metadata('extension-apiserver-authentication-reader', { namespace: 'kube-system' }),
    rules: [rule(read, '', 'configmaps', ['extension-apiserver-authentication'])],
  },
];
