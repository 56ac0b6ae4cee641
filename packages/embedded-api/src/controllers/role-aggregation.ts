import { isDeepStrictEqual } from 'node:util';
import { selects, type LabelSelector } from '../admission/label-selector.ts';
import { clusterRolesKey } from '../authz/binding-index.ts';
import type { PolicyRule } from '../authz/policy-rule.ts';
import type { KubeObject } from '../object.ts';
import type { StoreEvent } from '../storage/store-event.ts';
import {
  answered,
  builtinTarget,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from './controller.ts';
import { keyedController } from './keyed-controller.ts';

const caller = controllerCaller('clusterrole-aggregation-controller');

const selectorsOf = (role: KubeObject): LabelSelector[] =>
  (role['aggregationRule'] as { clusterRoleSelectors?: LabelSelector[] } | undefined)?.clusterRoleSelectors ??
  [];

/** The rules of all roles that `role` selects, in order of their names, each rule once. */
const aggregatedRules = (role: KubeObject, roles: readonly KubeObject[]): PolicyRule[] => {
  const selectors = selectorsOf(role);
  const rules = new Map<string, PolicyRule>();
  for (const other of roles) {
    if (other.metadata.name === role.metadata.name) continue;
    if (!selectors.some((selector) => selects(selector, other.metadata.labels))) continue;
    for (const rule of (other['rules'] ?? []) as PolicyRule[]) rules.set(JSON.stringify(rule), rule);
  }
  return [...rules.values()];
};

/** Keeps the rules of aggregating cluster roles (`admin`, `edit`, `view` and a user's own) up to date. */
export const roleAggregation = (context: ControllerContext): Controller => {
  const { store, verbs, registry } = context;
  const aggregating = (): string[] =>
    store
      .list(clusterRolesKey)
      .flatMap((role) => (selectorsOf(role).length > 0 ? (role.metadata.name ?? '') : []));
  return keyedController({
    name: 'role-aggregation',
    context,
    initial: aggregating(),
    keys: ({ storageKey }: StoreEvent) => (storageKey === clusterRolesKey ? aggregating() : []),
    async process(name) {
      const role = store.get(clusterRolesKey, '', name);
      if (!role || selectorsOf(role).length === 0) return;
      const rules = aggregatedRules(role, store.list(clusterRolesKey));
      if (isDeepStrictEqual(rules, role['rules'] ?? [])) return;
      const target = builtinTarget(registry, ['rbac.authorization.k8s.io', 'v1', 'clusterroles'], '', name);
      try {
        await verbs.update(target, { ...role, rules }, caller);
      } catch (error) {
        if (!answered(error, 404) && !answered(error, 409)) throw error;
      }
    },
  });
};
