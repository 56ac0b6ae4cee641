import { readObjectMeta } from '../builtin/go-json.ts';
import { readBuiltin } from '../builtin/resources.ts';
import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';

/**
 * Brings a decoded object into the shape that its kind declares, in place: built-in kinds and the metadata of all
 * take the form that their Go types give them, custom ones lose what their schema does not know. Returns the paths of
 * unknown fields. Throws a 400 for values of the wrong type.
 */
export function pruneToKind(object: KubeObject, resource: ServedResource): string[] {
  if (resource.custom) {
    const { object: metadata, unknown } = readObjectMeta(resource.version, resource.kind, object.metadata);
    object.metadata = metadata;
    return [...unknown, ...(resource.strategy.prune?.(object) ?? [])];
  }
  const resets = object.metadata.managedFields?.length === 0;
  const { object: typed, unknown } = readBuiltin(resource, object);
  for (const name of Object.keys(object)) if (!(name in typed)) delete object[name];
  Object.assign(object, typed);
  // An empty list resets ownership as `[{}]` does, but is nothing in the type.
  if (resets) object.metadata.managedFields = [{}];
  return unknown;
}

const empty = new WeakMap<ServedResource, Readonly<Record<string, unknown>>>();

/**
 * What an object of a built-in kind holds before anything is said about it: Go writes structs that are no pointers
 * even then. Undefined for custom resources, which start from nothing. Shared: treat as frozen.
 */
export function emptyObject(resource: ServedResource): Readonly<Record<string, unknown>> | undefined {
  if (resource.custom) return undefined;
  const known = empty.get(resource) ?? readBuiltin(resource, {}).object;
  empty.set(resource, known);
  return known;
}
