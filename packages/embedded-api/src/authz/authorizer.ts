import { mastersGroup } from '../authn/system-users.ts';
import type { RequestAttributes } from '../served-resource.ts';
import { StatusError, forbidden, notFound } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { UserInfo } from '../user-info.ts';
import { BindingIndex, clusterRolesKey, rolesKey, type BoundSubject, type RoleRef } from './binding-index.ts';
import { ruleAllows, type PolicyRule } from './policy-rule.ts';

/** The answer to one request. The reason of a refusal is empty unless something is wrong with the policy. */
export interface Decision {
  allowed: boolean;
  reason: string;
}

/** Every rule that holds for a user, and what could not be resolved (bindings to roles that are not there). */
export interface EffectiveRules {
  rules: PolicyRule[];
  errors: string[];
}

const describe = ({ binding, subject, roleRef }: BoundSubject): string => {
  const { name = '', namespace = '' } = binding.metadata;
  const kind = namespace ? 'RoleBinding' : 'ClusterRoleBinding';
  const bindingName = namespace ? `${name}/${namespace}` : name;
  const home = subject.namespace || namespace;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${home}` : subject.name;
  return `${kind} "${bindingName}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
};

/** RBAC over the stored roles and bindings: as fresh as the last committed change. */
export class Authorizer {
  readonly #store: StoreReader;
  readonly #bindings: BindingIndex;

  constructor(store: StoreReader) {
    this.#store = store;
    this.#bindings = new BindingIndex(store);
    store.subscribe((events) => {
      for (const event of events) this.#bindings.apply(event);
    });
  }

  authorize(request: RequestAttributes): Decision {
    const { user, namespace } = request;
    if (user.groups.includes(mastersGroup)) return { allowed: true, reason: '' };
    const errors: string[] = [];
    for (const bound of this.#bound(user, namespace)) {
      const rules = this.roleRules(bound.roleRef, bound.binding.metadata.namespace ?? '');
      if (typeof rules === 'string') errors.push(rules);
      else if (rules.some((rule) => ruleAllows(rule, request)))
        return { allowed: true, reason: `RBAC: allowed by ${describe(bound)}` };
    }
    return { allowed: false, reason: errors.length > 0 ? `RBAC: ${aggregate(errors)}` : '' };
  }

  /** The rules of a user in a namespace (cluster-wide ones only, when it is empty). */
  rulesFor(user: UserInfo, namespace: string): EffectiveRules {
    const result: EffectiveRules = { rules: [], errors: [] };
    for (const { roleRef, binding } of this.#bound(user, namespace)) {
      const rules = this.roleRules(roleRef, binding.metadata.namespace ?? '');
      if (typeof rules === 'string') result.errors.push(rules);
      else result.rules.push(...rules);
    }
    return result;
  }

  /** The rules of the role that a binding in `namespace` refers to, or why there are none. */
  roleRules(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | string {
    const { kind, name } = roleRef;
    if (kind !== 'Role' && kind !== 'ClusterRole') return `unsupported role reference kind: "${kind}"`;
    const local = kind === 'Role';
    const role = this.#store.get(local ? rolesKey : clusterRolesKey, local ? namespace : '', name);
    if (role) return (role['rules'] ?? []) as PolicyRule[];
    const resource = local ? 'roles' : 'clusterroles';
    return notFound({ group: 'rbac.authorization.k8s.io', resource }, name).message;
  }

  *#bound(user: UserInfo, namespace: string): Generator<BoundSubject> {
    yield* this.#bindings.find(user, '');
    if (namespace) yield* this.#bindings.find(user, namespace);
  }
}

/** Several errors as Go's `NewAggregate` prints them. */
export const aggregate = (errors: readonly string[]): string => {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
};

// Answers must not look like HTML to a browser that somebody tricked into asking.
const harmless = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The 403 for a request that nothing allows (k8s.io/apiserver `responsewriters.Forbidden`). */
export const forbiddenRequest = (request: RequestAttributes, reason = ''): StatusError => {
  const { verb, group, resource, subresource, namespace, name } = request;
  const user = JSON.stringify(request.user.username);
  const ending = reason ? `: ${reason}` : '';
  if (!request.resourceRequest) {
    const text = harmless(`User ${user} cannot ${verb} path ${JSON.stringify(request.path)}`);
    return new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: ${text}${ending}`,
      details: {},
    });
  }
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const text = `User ${user} cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  return forbidden({ group, resource }, name, harmless(text) + ending);
};
