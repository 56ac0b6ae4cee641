import type { KubeObject, ResourceType } from '@armillary/kube';

/** A rule of a role, rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** A Role or ClusterRole. */
export interface RbacRole extends KubeObject {
  rules?: PolicyRule[] | null;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface RbacBinding extends KubeObject {
  roleRef: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

function rbac<T extends KubeObject>(kind: string, plural: string, namespaced: boolean): ResourceType<T> {
  return { group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced };
}

/** The four kinds of rbac.authorization.k8s.io/v1. */
export const rbacV1 = {
  roles: rbac<RbacRole>('Role', 'roles', true),
  clusterRoles: rbac<RbacRole>('ClusterRole', 'clusterroles', false),
  roleBindings: rbac<RbacBinding>('RoleBinding', 'rolebindings', true),
  clusterRoleBindings: rbac<RbacBinding>('ClusterRoleBinding', 'clusterrolebindings', false),
} as const;
