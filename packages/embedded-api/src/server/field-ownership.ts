import { builtinSchemas } from '../builtin/facts.ts';
import type { KubeObject } from '../object.ts';
import type { FieldWriter } from '../patch/apply/field-writer.ts';
import { serverSideApply } from '../patch/apply/server-side-apply.ts';
import { trackUpdate } from '../patch/apply/track-update.ts';
import type { SchemaResolver } from '../patch/schema-walk.ts';
import type { ServedResource } from '../served-resource.ts';
import { invalid } from '../status-error.ts';
import type { PatchBody, WriteOptions } from './operation-types.ts';
import { apiVersionOf } from './served-object.ts';
import { emptyObject } from './typed-fields.ts';

/** Resolves the references in schemas of built-in kinds. */
export const resolveReference: SchemaResolver = (reference) => builtinSchemas.resolve(reference);

const maxManagerLength = 128;

/** `now` is when the change happens; `subresource` is empty for the object itself. */
export interface OwnershipContext {
  resource: ServedResource;
  subresource: string;
  options: WriteOptions;
  now: Date;
}

/** The object with `managedFields` that say who owns what after the write. */
export const withOwnership = (
  context: OwnershipContext,
  live: KubeObject | undefined,
  next: KubeObject,
): KubeObject =>
  // A Scale shows only the owners of the replicas, and where it shows none nobody is tracked.
  context.subresource === 'scale' && live && !isScaleOwned(context.resource, live)
    ? next
    : trackUpdate({ ...writer(context), live, next });

function isScaleOwned({ scale }: ServedResource, { metadata }: KubeObject): boolean {
  const path = scale?.specReplicasPath.split('.').filter((name) => name !== '') ?? [];
  return (metadata.managedFields ?? []).some(({ fieldsV1 }) => {
    let node: unknown = fieldsV1;
    for (const name of path) node = (node as Record<string, unknown> | undefined)?.[`f:${name}`];
    return node !== undefined;
  });
}

/** Server-side apply of a configuration over the live object. */
export function applyConfiguration(
  context: OwnershipContext,
  live: KubeObject | undefined,
  patch: PatchBody,
): KubeObject {
  if (!context.options.fieldManager) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      {
        reason: 'FieldValueRequired',
        field: 'fieldManager',
        message: 'Required value: is required for apply patch',
      },
    ]);
  }
  return serverSideApply({
    ...writer(context),
    live,
    config: patch.body,
    kind: context.resource.kind,
    force: patch.force ?? false,
  });
}

function writer({ resource, subresource, options, now }: OwnershipContext): FieldWriter {
  const empty = emptyObject(resource);
  const manager = (options.fieldManager ?? options.user.username).slice(0, maxManagerLength);
  return {
    schema: resource.schema,
    resolve: resolveReference,
    manager,
    subresource,
    apiVersion: apiVersionOf(resource),
    statusSubresource: resource.status,
    now,
    ...(empty ? { empty } : {}),
  };
}
