import type { PolicyRule, RbacBinding, RbacRole } from './rbac-objects.ts';

/** One thing that somebody may do: `get` on `pods` of the core group. */
export interface Authority {
  verb: string;
  /** `''` is the core group. */
  group: string;
  resource: string;
}

/** The roles and bindings that count in one namespace. */
export interface NamespaceRoles {
  /** By name. */
  roles: ReadonlyMap<string, RbacRole>;
  clusterRoles: ReadonlyMap<string, RbacRole>;
  roleBindings: readonly RbacBinding[];
  clusterRoleBindings: readonly RbacBinding[];
}

/** Who has an authority; names are sorted. */
export interface Subjects {
  users: string[];
  groups: string[];
}

/**
 * Who has an authority in a namespace: by a binding in it, or by one for the whole cluster. Names are sorted; programs
 * (service accounts, users and groups that start with `system:`) are left out, because nobody reads their mail.
 */
export function whoMay(authority: Authority, namespace: NamespaceRoles): Subjects {
  const users = new Set<string>();
  const groups = new Set<string>();
  const add = (binding: RbacBinding): void => {
    for (const { kind, name } of binding.subjects ?? []) {
      if (name.startsWith('system:')) continue;
      if (kind === 'User') users.add(name);
      if (kind === 'Group') groups.add(name);
    }
  };
  const grants = (role: RbacRole | undefined): boolean =>
    role?.rules?.some((rule) => covers(rule, authority)) ?? false;
  for (const binding of namespace.roleBindings) {
    const { kind, name } = binding.roleRef;
    if (grants((kind === 'Role' ? namespace.roles : namespace.clusterRoles).get(name))) add(binding);
  }
  for (const binding of namespace.clusterRoleBindings) {
    if (grants(namespace.clusterRoles.get(binding.roleRef.name))) add(binding);
  }
  return { users: [...users].toSorted(), groups: [...groups].toSorted() };
}

/** As kube-apiserver's RBAC authorizer compares; a rule for named objects is no authority over all of them. */
function covers(rule: PolicyRule, { verb, group, resource }: Authority): boolean {
  const has = (values: readonly string[] | undefined, wanted: string): boolean =>
    values?.some((value) => value === '*' || value === wanted) ?? false;
  return (
    !rule.resourceNames?.length &&
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    has(rule.resources, resource)
  );
}
