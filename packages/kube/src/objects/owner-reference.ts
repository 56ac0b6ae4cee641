import type { KubeObject, OwnerReference } from './kube-object.ts';

/**
 * A reference to put into a dependent's `metadata.ownerReferences`. With `controller` it also blocks the
 * owner's foreground deletion, as Kubernetes' own controllers do.
 * Throws a TypeError when the owner was never stored: a reference needs its uid.
 */
export function ownerReference(owner: KubeObject, options: { controller?: boolean } = {}): OwnerReference {
  const { name, uid } = owner.metadata;
  if (!name || !uid) {
    throw new TypeError(
      `the ${owner.kind} has no ${name ? 'uid' : 'name'} yet: refer to it after it was created`,
    );
  }
  const reference: OwnerReference = { apiVersion: owner.apiVersion, kind: owner.kind, name, uid };
  return options.controller ? { ...reference, controller: true, blockOwnerDeletion: true } : reference;
}

/** The reference to the object's controller, when it has one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}
