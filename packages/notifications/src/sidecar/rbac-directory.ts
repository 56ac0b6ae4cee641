import { coreV1, type ControllerManager, type Informer, type Namespace } from '@armillary/kube';
import { rbacV1, type RbacBinding, type RbacRole } from './rbac-objects.ts';
import { whoMay, type Authority, type Subjects } from './who-may.ts';

/** Answers who has an authority in a namespace, from caches that follow the cluster. */
export class RbacDirectory {
  readonly #authority: Authority;
  readonly #namespaces: Informer<Namespace>;
  readonly #roles: Informer<RbacRole>;
  readonly #clusterRoles: Informer<RbacRole>;
  readonly #roleBindings: Informer<RbacBinding>;
  readonly #clusterRoleBindings: Informer<RbacBinding>;

  constructor(manager: ControllerManager, authority: Authority) {
    this.#authority = authority;
    this.#namespaces = manager.informer(coreV1.namespaces);
    this.#roles = manager.informer(rbacV1.roles);
    this.#clusterRoles = manager.informer(rbacV1.clusterRoles);
    this.#roleBindings = manager.informer(rbacV1.roleBindings);
    this.#clusterRoleBindings = manager.informer(rbacV1.clusterRoleBindings);
  }

  /** Undefined when there is no such namespace. */
  of(namespace: string): Subjects | undefined {
    if (!this.#namespaces.get(namespace)) return undefined;
    return whoMay(this.#authority, {
      roles: byName(this.#roles.list(namespace)),
      clusterRoles: byName(this.#clusterRoles.list()),
      roleBindings: this.#roleBindings.list(namespace),
      clusterRoleBindings: this.#clusterRoleBindings.list(),
    });
  }
}

const byName = (roles: readonly RbacRole[]): Map<string, RbacRole> =>
  new Map(roles.map((role) => [role.metadata.name!, role]));
