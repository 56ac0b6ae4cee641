import { serviceAccountUsername } from '../authn/system-users.ts';
import type { KubeObject } from '../object.ts';
import type { StoreEvent, StoreReader } from '../storage/store-event.ts';
import type { UserInfo } from '../user-info.ts';

export const rolesKey = 'roles.rbac.authorization.k8s.io';
export const clusterRolesKey = 'clusterroles.rbac.authorization.k8s.io';
const roleBindingsKey = 'rolebindings.rbac.authorization.k8s.io';
export const clusterRoleBindingsKey = 'clusterrolebindings.rbac.authorization.k8s.io';

/** One entry of a binding's `subjects`. */
export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
  apiGroup?: string;
}

/** A binding's `roleRef`. */
export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

/** One subject of one binding. */
export interface BoundSubject {
  binding: KubeObject;
  subject: Subject;
  roleRef: RoleRef;
}

const userKey = (name: string): string => `user ${name}`;
const groupKey = (name: string): string => `group ${name}`;

/** Whom a subject means, as an index key. A service account without a namespace is one of the binding's. */
const subjectKey = (subject: Subject, namespace: string): string | undefined => {
  if (subject.kind === 'User') return userKey(subject.name);
  if (subject.kind === 'Group') return groupKey(subject.name);
  const home = subject.namespace || namespace;
  if (subject.kind !== 'ServiceAccount' || !home) return undefined;
  return userKey(serviceAccountUsername(home, subject.name));
};

/**
 * All role bindings by whom they bind, so that a request looks at its own few and not at all of them. Cluster role
 * bindings have the namespace ''.
 */
export class BindingIndex {
  readonly #namespaces = new Map<string, Map<string, Map<string, BoundSubject>>>();

  constructor(store: StoreReader) {
    for (const key of [clusterRoleBindingsKey, roleBindingsKey])
      for (const binding of store.list(key)) this.#add(binding);
  }

  apply({ storageKey, type, object, previous }: StoreEvent): void {
    if (storageKey !== clusterRoleBindingsKey && storageKey !== roleBindingsKey) return;
    if (previous) this.#remove(previous);
    if (type !== 'DELETED') this.#add(object);
  }

  /** What binds a user in one namespace: first by name, then by group. */
  *find(user: UserInfo, namespace: string): Generator<BoundSubject> {
    const subjects = this.#namespaces.get(namespace);
    if (!subjects) return;
    yield* subjects.get(userKey(user.username))?.values() ?? [];
    for (const group of user.groups) yield* subjects.get(groupKey(group))?.values() ?? [];
  }

  #add(binding: KubeObject): void {
    const { namespace = '', name = '' } = binding.metadata;
    const roleRef = binding['roleRef'] as RoleRef;
    let subjects = this.#namespaces.get(namespace);
    if (!subjects) this.#namespaces.set(namespace, (subjects = new Map()));
    for (const subject of (binding['subjects'] ?? []) as Subject[]) {
      const key = subjectKey(subject, namespace);
      if (key === undefined) continue;
      let bound = subjects.get(key);
      if (!bound) subjects.set(key, (bound = new Map()));
      bound.set(name, { binding, subject, roleRef });
    }
  }

  #remove(binding: KubeObject): void {
    const { namespace = '', name = '' } = binding.metadata;
    const subjects = this.#namespaces.get(namespace);
    if (!subjects) return;
    for (const subject of (binding['subjects'] ?? []) as Subject[]) {
      const key = subjectKey(subject, namespace) ?? '';
      const bound = subjects.get(key);
      bound?.delete(name);
      if (bound?.size === 0) subjects.delete(key);
    }
    if (subjects.size === 0) this.#namespaces.delete(namespace);
  }
}
