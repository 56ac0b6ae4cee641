import type { KubeObject, OwnerReference } from '../../object.ts';
import type { Registry } from '../../registry/registry.ts';
import type { StoreReader } from '../../storage/store-event.ts';
import type { ObjectPlace } from './object-key.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** True for an owner that waits for its dependents to go. */
export const deletesDependents = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(foregroundFinalizer);

/**
 * What is behind an owner reference: `solid` (it exists), `waiting` (it exists and waits for its dependents to go),
 * `dangling` (it does not exist), `unknown` (its kind is not served now), `invalid` (a cluster-scoped object names a
 * namespaced owner, which can never be looked up).
 */
export type OwnerState = 'solid' | 'waiting' | 'dangling' | 'unknown' | 'invalid';

/** Where an owner would be stored, and whether in a namespace; undefined when its kind is not served. */
export const ownerPlace = (
  registry: Registry,
  { apiVersion, kind, name }: OwnerReference,
  dependentNamespace: string,
): (ObjectPlace & { namespaced: boolean }) | undefined => {
  const slash = apiVersion.indexOf('/');
  const resource = registry.findKind(
    apiVersion.slice(0, Math.max(slash, 0)),
    apiVersion.slice(slash + 1),
    kind,
  );
  if (!resource) return undefined;
  const { storageKey, namespaced } = resource;
  return { storageKey, namespaced, namespace: namespaced ? dependentNamespace : '', name };
};

/** Looks behind one reference. The store is the truth itself, so nothing needs to be verified a second time. */
export const ownerState = (
  registry: Registry,
  store: StoreReader,
  reference: OwnerReference,
  dependentNamespace: string,
): OwnerState => {
  const place = ownerPlace(registry, reference, dependentNamespace);
  if (!place) return 'unknown';
  if (place.namespaced && dependentNamespace === '') return 'invalid';
  const owner = store.get(place.storageKey, place.namespace, place.name);
  if (!owner || owner.metadata.uid !== reference.uid) return 'dangling';
  return deletesDependents(owner) ? 'waiting' : 'solid';
};
