import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import { jsonClone, jsonEqual } from './json-equal.ts';
import { toCoreEvent, toNewEvent } from './event-conversion.ts';

const served = new WeakMap<ServedResource, WeakMap<KubeObject, KubeObject>>();

/** `group/version`, or `version` alone for the core group. */
export const apiVersionOf = ({ group, version }: { group: string; version: string }): string =>
  group ? `${group}/${version}` : version;

/**
 * A stored object in the version of `resource`: a custom resource gets its defaults on reading, and in another
 * version than it is stored in it loses what that one does not know. The result is made once per object and version
 * and must be treated as frozen.
 */
export function servedObject(stored: KubeObject, resource: ServedResource): KubeObject {
  const sameVersion = stored.apiVersion === apiVersionOf(resource);
  const defaulted = resource.custom && resource.strategy.default !== undefined;
  if (sameVersion && !defaulted) return stored;
  let cache = served.get(resource);
  if (!cache) served.set(resource, (cache = new WeakMap()));
  let object = cache.get(stored);
  if (!object) {
    object = sameVersion ? stored : inVersion(stored, resource);
    if (defaulted) object = asRead(object, resource, sameVersion);
    cache.set(stored, object);
  }
  return object;
}

/** An object in the version its kind is stored in. */
export function storableObject(object: KubeObject, resource: ServedResource): KubeObject {
  if (resource.storageKey === 'events' && resource.group !== '') return toCoreEvent(object);
  const apiVersion = apiVersionOf({ group: resource.group, version: resource.storageVersion });
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function inVersion(stored: KubeObject, resource: ServedResource): KubeObject {
  if (resource.storageKey === 'events' && resource.group !== '') return toNewEvent(stored);
  return { ...stored, apiVersion: apiVersionOf(resource) };
}

function asRead(object: KubeObject, resource: ServedResource, sameVersion: boolean): KubeObject {
  const copy = jsonClone(object);
  if (!sameVersion) resource.strategy.prune?.(copy);
  resource.strategy.default?.(copy);
  // Most objects are complete: do not keep a second copy of those.
  return jsonEqual(copy, object) ? object : copy;
}
