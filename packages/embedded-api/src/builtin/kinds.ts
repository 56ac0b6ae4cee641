/** What discovery says about one built-in kind. Everything else about it is derived, or particular (see strategies). */
export interface BuiltinKind {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  categories?: string[];
  /** Has a `status` subresource. */
  status?: boolean;
  /** Has a `scale` subresource; all built-in ones keep replicas at the same paths. */
  scale?: boolean;
  /** Answers POST only and stores nothing. */
  virtual?: boolean;
  /** Shares the store of this resource, written `plural.group`. */
  storedAs?: string;
  subresources?: { name: string; kind: string; group?: string; version?: string; verbs: string[] }[];
  selectableFields?: string[];
}

const RBAC = 'rbac.authorization.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

const core = (kind: string, plural: string, more: Partial<BuiltinKind> = {}): BuiltinKind => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
  ...more,
});
const of = (group: string, kind: string, plural: string, more: Partial<BuiltinKind> = {}): BuiltinKind => ({
  ...core(kind, plural, more),
  group,
});
const clusterScoped = { namespaced: false };
const review = (group: string, kind: string, plural: string, namespaced = false): BuiltinKind =>
  of(group, kind, plural, { namespaced, virtual: true });

/**
 * The built-in kinds that are served. Pods, workloads, networking, storage and autoscaling kinds are stored, validated
 * and printed, but nothing here schedules, scales or routes: controllers outside do, as on any cluster.
 */
export const builtinKinds: readonly BuiltinKind[] = [
  core('ConfigMap', 'configmaps', { shortNames: ['cm'] }),
  core('Endpoints', 'endpoints', { shortNames: ['ep'] }),
  core('Event', 'events', {
    shortNames: ['ev'],
    selectableFields: [
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
        (f) => `involvedObject.${f}`,
      ),
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
  }),
  core('LimitRange', 'limitranges', { shortNames: ['limits'] }),
  core('Namespace', 'namespaces', {
    ...clusterScoped,
    shortNames: ['ns'],
    status: true,
    subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
    selectableFields: ['status.phase'],
  }),
  core('Node', 'nodes', {
    ...clusterScoped,
    shortNames: ['no'],
    status: true,
    selectableFields: ['spec.unschedulable'],
  }),
  core('PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'], status: true }),
  core('PersistentVolume', 'persistentvolumes', { ...clusterScoped, shortNames: ['pv'], status: true }),
  core('Pod', 'pods', {
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    subresources: [
      { name: 'binding', kind: 'Binding', verbs: ['create'] },
      { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
      { name: 'log', kind: 'Pod', verbs: ['get'] },
    ],
    selectableFields: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
  }),
  core('PodTemplate', 'podtemplates'),
  core('ReplicationController', 'replicationcontrollers', {
    shortNames: ['rc'],
    categories: ['all'],
    status: true,
    scale: true,
    selectableFields: ['status.replicas'],
  }),
  core('ResourceQuota', 'resourcequotas', { shortNames: ['quota'], status: true }),
  core('Secret', 'secrets', { selectableFields: ['type'] }),
  core('ServiceAccount', 'serviceaccounts', {
    shortNames: ['sa'],
    subresources: [
      { name: 'token', kind: 'TokenRequest', group: AUTHENTICATION, version: 'v1', verbs: ['create'] },
    ],
  }),
  core('Service', 'services', {
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
    selectableFields: ['spec.clusterIP', 'spec.type'],
  }),

  of('apps', 'ControllerRevision', 'controllerrevisions'),
  of('apps', 'DaemonSet', 'daemonsets', { shortNames: ['ds'], categories: ['all'], status: true }),
  of('apps', 'Deployment', 'deployments', {
    shortNames: ['deploy'],
    categories: ['all'],
    status: true,
    scale: true,
  }),
  of('apps', 'ReplicaSet', 'replicasets', {
    shortNames: ['rs'],
    categories: ['all'],
    status: true,
    scale: true,
    selectableFields: ['status.replicas'],
  }),
  of('apps', 'StatefulSet', 'statefulsets', {
    shortNames: ['sts'],
    categories: ['all'],
    status: true,
    scale: true,
  }),
  of('batch', 'CronJob', 'cronjobs', { shortNames: ['cj'], categories: ['all'], status: true }),
  of('batch', 'Job', 'jobs', {
    categories: ['all'],
    status: true,
    selectableFields: ['status.successful'],
  }),
  of('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    version: 'v2',
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
  }),

  of('networking.k8s.io', 'IngressClass', 'ingressclasses', clusterScoped),
  of('networking.k8s.io', 'Ingress', 'ingresses', { shortNames: ['ing'], status: true }),
  of('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', { shortNames: ['netpol'] }),
  of('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'], status: true }),
  of('storage.k8s.io', 'StorageClass', 'storageclasses', { ...clusterScoped, shortNames: ['sc'] }),
  of('scheduling.k8s.io', 'PriorityClass', 'priorityclasses', { ...clusterScoped, shortNames: ['pc'] }),
  of('coordination.k8s.io', 'Lease', 'leases'),
  of('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
  of('events.k8s.io', 'Event', 'events', {
    shortNames: ['ev'],
    storedAs: 'events',
    selectableFields: [
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
        (f) => `regarding.${f}`,
      ),
      'reason',
      'reportingController',
      'type',
    ],
  }),

  of(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', clusterScoped),
  of(RBAC, 'ClusterRole', 'clusterroles', clusterScoped),
  of(RBAC, 'RoleBinding', 'rolebindings'),
  of(RBAC, 'Role', 'roles'),

  of('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', {
    ...clusterScoped,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    status: true,
  }),
  of(ADMISSION, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    ...clusterScoped,
    categories: ['api-extensions'],
  }),
  of(ADMISSION, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    ...clusterScoped,
    categories: ['api-extensions'],
  }),

  review(AUTHENTICATION, 'SelfSubjectReview', 'selfsubjectreviews'),
  review(AUTHENTICATION, 'TokenReview', 'tokenreviews'),
  review(AUTHORIZATION, 'LocalSubjectAccessReview', 'localsubjectaccessreviews', true),
  review(AUTHORIZATION, 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  review(AUTHORIZATION, 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
  review(AUTHORIZATION, 'SubjectAccessReview', 'subjectaccessreviews'),
];

/** The name of a built-in type's schema: `modelName('apps', 'v1', 'Deployment')` is `io.k8s.api.apps.v1.Deployment`. */
export const modelName = (group: string, version: string, type: string): string => {
  if (group === 'apiextensions.k8s.io')
    return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${type}`;
  if (group === 'meta.k8s.io') return `io.k8s.apimachinery.pkg.apis.meta.${version}.${type}`;
  return `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${type}`;
};

/** Types that requests carry besides the kinds themselves: options, subresource bodies, lists. */
export const requestModels: readonly string[] = [
  ...['DeleteOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions', 'ListOptions'].map((type) =>
    modelName('meta.k8s.io', 'v1', type),
  ),
  ...['Status', 'WatchEvent', 'PartialObjectMetadata', 'PartialObjectMetadataList', 'ListMeta'].map((type) =>
    modelName('meta.k8s.io', 'v1', type),
  ),
  modelName('policy', 'v1', 'Eviction'),
  modelName('autoscaling', 'v1', 'Scale'),
  modelName('authentication.k8s.io', 'v1', 'TokenRequest'),
  modelName('', 'v1', 'Binding'),
];
