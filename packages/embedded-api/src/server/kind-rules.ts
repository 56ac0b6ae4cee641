import type { ServedResource, Strategy } from '../served-resource.ts';

// Which built-in kinds differ in the registry strategies of Kubernetes' pkg/registry.
const versionedUpdateOnly = new Set([
  'customresourcedefinitions.apiextensions.k8s.io',
  'leases.coordination.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'poddisruptionbudgets.policy',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
]);
const createdByUpdate = new Set([
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'endpoints',
  'events',
  'leases.coordination.k8s.io',
  'limitranges',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'services',
]);
const answeredWhenDeleted = new Set([
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
  'storageclasses.storage.k8s.io',
]);
const withGeneration = new Set([
  'customresourcedefinitions.apiextensions.k8s.io',
  'cronjobs.batch',
  'daemonsets.apps',
  'deployments.apps',
  'ingressclasses.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'jobs.batch',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'pods',
  'priorityclasses.scheduling.k8s.io',
  'replicasets.apps',
  'replicationcontrollers',
  'statefulsets.apps',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
]);

/** A PUT must name the resource version it was made from. */
export const needsVersionToUpdate = (r: ServedResource): boolean =>
  r.custom || versionedUpdateOnly.has(r.storageKey);

/** A PUT of an object that is not there creates it. */
export const createsOnUpdate = (r: ServedResource): boolean => createdByUpdate.has(r.storageKey);

/** DELETE answers with the object rather than a `Status`. */
export const answersDeletedObject = (r: ServedResource): boolean => answeredWhenDeleted.has(r.storageKey);

/** `metadata.generation` is kept. */
export const hasGeneration = (r: ServedResource): boolean => r.custom || withGeneration.has(r.storageKey);

const nameRules: Readonly<Record<string, NonNullable<Strategy['nameRule']>>> = {
  'clusterrolebindings.rbac.authorization.k8s.io': 'path-segment',
  'clusterroles.rbac.authorization.k8s.io': 'path-segment',
  namespaces: 'dns-label',
  'rolebindings.rbac.authorization.k8s.io': 'path-segment',
  'roles.rbac.authorization.k8s.io': 'path-segment',
  services: 'dns-1035-label',
};

/** What names of objects look like; a strategy may say otherwise. */
export const nameRule = (r: ServedResource): NonNullable<Strategy['nameRule']> =>
  r.strategy.nameRule ?? nameRules[r.storageKey] ?? 'dns-subdomain';
