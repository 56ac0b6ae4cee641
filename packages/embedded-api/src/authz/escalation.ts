import { isDeepStrictEqual } from 'node:util';
import { mastersGroup } from '../authn/system-users.ts';
import type { KubeObject } from '../object.ts';
import type { Admission, AdmissionRequest } from '../server/admission.ts';
import { forbidden, notFound } from '../status-error.ts';
import type { Authorizer } from './authorizer.ts';
import { aggregate } from './authorizer.ts';
import type { RoleRef } from './binding-index.ts';
import { describeRules, uncovered, type PolicyRule } from './policy-rule.ts';

const group = 'rbac.authorization.k8s.io';

const everything: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The garbage collector may take a role apart without holding what it grants. */
const withoutBookkeeping = (object: KubeObject): unknown => {
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    managedFields: _fields,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
};

const onlyBookkeepingChanges = ({ object, oldObject }: AdmissionRequest): boolean =>
  oldObject !== undefined &&
  object !== undefined &&
  isDeepStrictEqual(withoutBookkeeping(object), withoutBookkeeping(oldObject));

const aggregates = (role: KubeObject | undefined): boolean => {
  const rule = role?.['aggregationRule'] as { clusterRoleSelectors?: unknown[] } | undefined;
  return (rule?.clusterRoleSelectors?.length ?? 0) > 0;
};

/**
 * Nobody may grant what they do not hold: writing a role needs all its permissions or the verb `escalate`, writing
 * a binding needs all permissions of the role or the verb `bind` on it
 * (kubernetes/pkg/registry/rbac/{role,rolebinding,...}/policybased).
 */
export class EscalationAdmission implements Admission {
  readonly #authorizer: Authorizer;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  validate(request: AdmissionRequest): void {
    const { resource, object, subresource, user } = request;
    if (resource.group !== group || !object || subresource) return;
    if (user.groups.includes(mastersGroup) || onlyBookkeepingChanges(request)) return;
    if (resource.plural.endsWith('roles')) this.#checkRole(request, object);
    else this.#checkBinding(request, object['roleRef'] as RoleRef);
  }

  #checkRole(request: AdmissionRequest, role: KubeObject): void {
    if (this.#may(request, 'escalate', request.resource.plural, request.name)) return;
    this.#checkHeld(request, (role['rules'] ?? []) as PolicyRule[]);
    if (!aggregates(role) && !aggregates(request.oldObject)) return;
    // An aggregating role can gather anything.
    const { rules } = this.#authorizer.rulesFor(request.user, '');
    if (uncovered(rules, everything).length > 0)
      throw this.#refuse(request, 'must have cluster-admin privileges to use the aggregationRule');
  }

  #checkBinding(request: AdmissionRequest, roleRef: RoleRef): void {
    const plural = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
    if (this.#may(request, 'bind', plural, roleRef.name)) return;
    const rules = this.#authorizer.roleRules(roleRef, request.namespace);
    if (typeof rules === 'string') throw notFound({ group, resource: plural }, roleRef.name);
    this.#checkHeld(request, rules);
  }

  #checkHeld(request: AdmissionRequest, wanted: readonly PolicyRule[]): void {
    const { rules, errors } = this.#authorizer.rulesFor(request.user, request.namespace);
    const missing = uncovered(rules, wanted);
    if (missing.length === 0) return;
    const { username, groups } = request.user;
    const groupList = groups.map((name) => JSON.stringify(name)).join(' ');
    throw this.#refuse(
      request,
      `user ${JSON.stringify(username)} (groups=[${groupList}]) is attempting to grant RBAC permissions not currently held:\n` +
        describeRules(missing) +
        (errors.length > 0 ? `; resolution errors: ${aggregate(errors)}` : ''),
    );
  }

  #may({ user, namespace }: AdmissionRequest, verb: string, resource: string, name: string): boolean {
    return this.#authorizer.authorize({
      user,
      verb,
      group,
      version: '*',
      resource,
      subresource: '',
      namespace,
      name,
      resourceRequest: true,
      path: '',
    }).allowed;
  }

  #refuse({ resource, object }: AdmissionRequest, why: string): Error {
    return forbidden({ group, resource: resource.plural }, object?.metadata.name ?? '', why);
  }
}
