import { defaultClusterRoleBindings, defaultClusterRoles, defaultRoles } from '../authz/default-roles.ts';
import type { RoleRef, Subject } from '../authz/binding-index.ts';
import { uncovered, type PolicyRule } from '../authz/policy-rule.ts';
import type { KubeObject } from '../object.ts';
import { answered, builtinTarget, type ControllerContext, apiserverCaller } from './controller.ts';

const group = 'rbac.authorization.k8s.io';
const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';
const caller = apiserverCaller;

const roleRefOf = (binding: KubeObject): RoleRef => binding['roleRef'] as RoleRef;
const subjectsOf = (binding: KubeObject): Subject[] => (binding['subjects'] ?? []) as Subject[];
const rulesOf = (role: KubeObject): PolicyRule[] => (role['rules'] ?? []) as PolicyRule[];

const withMetadata = (existing: KubeObject, wanted: KubeObject): KubeObject => ({
  ...existing,
  metadata: {
    ...existing.metadata,
    labels: { ...wanted.metadata.labels, ...existing.metadata.labels },
    annotations: { ...wanted.metadata.annotations, ...existing.metadata.annotations },
  },
});

/** The existing role with what it lacks; undefined when it lacks nothing. What somebody added stays. */
const completedRole = (existing: KubeObject, wanted: KubeObject): KubeObject | undefined => {
  const missing = uncovered(rulesOf(existing), rulesOf(wanted));
  const aggregationRule = existing['aggregationRule'] ?? wanted['aggregationRule'];
  const lacksAggregation =
    wanted['aggregationRule'] !== undefined && existing['aggregationRule'] === undefined;
  if (missing.length === 0 && !lacksAggregation) return undefined;
  const next = withMetadata(existing, wanted);
  next['rules'] = [...rulesOf(existing), ...missing];
  if (aggregationRule !== undefined) next['aggregationRule'] = aggregationRule;
  return next;
};

const completedBinding = (existing: KubeObject, wanted: KubeObject): KubeObject | undefined => {
  const known = new Set(
    subjectsOf(existing).map(({ kind, name, namespace = '' }) => `${kind} ${namespace} ${name}`),
  );
  const missing = subjectsOf(wanted).filter(
    ({ kind, name, namespace = '' }) => !known.has(`${kind} ${namespace} ${name}`),
  );
  if (missing.length === 0) return undefined;
  return { ...withMetadata(existing, wanted), subjects: [...subjectsOf(existing), ...missing] };
};

/**
 * Creates the default roles and bindings that are missing and completes those that somebody cut down, unless their
 * annotation `rbac.authorization.kubernetes.io/autoupdate` is "false". A binding to another role is made anew, since
 * a binding's role cannot be changed. The namespace kube-system must exist.
 */
export const bootstrapPolicy = async ({ store, verbs, registry }: ControllerContext): Promise<void> => {
  const ensure = async (plural: string, wanted: KubeObject): Promise<void> => {
    const { name = '', namespace = '' } = wanted.metadata;
    const target = builtinTarget(registry, [group, 'v1', plural], namespace, name);
    const create = async (): Promise<void> => {
      try {
        await verbs.create(target, wanted, caller);
      } catch (error) {
        if (!answered(error, 409)) throw error;
      }
    };
    const existing = store.get(target.resource.storageKey, namespace, name);
    if (!existing) return create();
    if (existing.metadata.annotations?.[autoUpdate] === 'false') return undefined;
    const isBinding = wanted['roleRef'] !== undefined;
    if (isBinding && JSON.stringify(roleRefOf(existing)) !== JSON.stringify(roleRefOf(wanted))) {
      await verbs.delete(target, caller);
      return create();
    }
    const next = isBinding ? completedBinding(existing, wanted) : completedRole(existing, wanted);
    if (next) await verbs.update(target, next, caller);
    return undefined;
  };
  await Promise.all([
    ...defaultClusterRoles.map((role) => ensure('clusterroles', role)),
    ...defaultClusterRoleBindings.map((binding) => ensure('clusterrolebindings', binding)),
    ...defaultRoles.map((role) => ensure('roles', role)),
  ]);
};
