import { badRequest } from '../status-error.ts';
import { field, isObject, setField } from './json-value.ts';
import type { JsonObject } from './json-value.ts';

const merge = (target: unknown, patch: unknown): unknown => {
  // The library of the real server also drops nulls of objects in lists, unless the list replaces an object.
  if (Array.isArray(patch) && !isObject(target)) return patch.map((item) => merge(undefined, item));
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setField(result, key, merge(field(result, key), value));
  }
  return result;
};

/**
 * Applies a JSON merge patch (RFC 7386, as kube-apiserver reads it) and returns the new document; what the patch does not touch is shared with
 * the given one.
 * @throws StatusError 400 when the patch is not an object, because no Kubernetes object could come out of it.
 */
export const applyMergePatch = <T>(document: T, patch: unknown): T => {
  if (!isObject(patch)) throw badRequest('Invalid JSON Patch: a merge patch is an object');
  return merge(document, patch) as T;
};
