import type { KubeObject } from '../object.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import type { Schema, ServedResource } from '../served-resource.ts';
import { unsupportedMediaType } from '../status-error.ts';
import { resolveReference } from './field-ownership.ts';
import type { PatchBody } from './operation-types.ts';

/** Media types of PATCH bodies, by the name this server gives them. */
export const patchMediaTypes: Readonly<Record<PatchBody['type'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Throws the 415 for a kind of patch that a resource does not take. */
export function checkPatchType(resource: ServedResource, type: PatchBody['type']): void {
  if (type !== 'strategic' || !resource.custom) return;
  const { json, merge, apply } = patchMediaTypes;
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: ' +
      [json, merge, apply].join(', '),
  );
}

/** A JSON, merge or strategic patch on an object; the object is not changed. */
export function patchedObject(schema: Schema, live: KubeObject, { type, body }: PatchBody): KubeObject {
  if (type === 'json') return applyJsonPatch(live, body);
  if (type === 'merge') return applyMergePatch(live, body);
  return strategicMerge(schema, resolveReference, live, body);
}
