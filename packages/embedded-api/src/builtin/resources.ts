import type { ServedResource } from '../served-resource.ts';
import { columnsOf } from './columns/columns.ts';
import { readTypedBody, type TypedObject } from './go-json.ts';
import { builtinKinds, modelName, type BuiltinKind } from './kinds.ts';
import { strategyOf } from './strategy/strategies.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const scalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

const served = (kind: BuiltinKind): ServedResource => ({
  group: kind.group,
  version: kind.version,
  plural: kind.plural,
  singular: kind.kind.toLowerCase(),
  kind: kind.kind,
  listKind: `${kind.kind}List`,
  shortNames: kind.shortNames ?? [],
  categories: kind.categories ?? [],
  namespaced: kind.namespaced,
  verbs: kind.virtual ? ['create'] : VERBS,
  storageVersion: kind.version,
  storageKey: kind.storedAs ?? (kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`),
  status: kind.status ?? false,
  ...(kind.scale ? { scale: scalePaths } : {}),
  subresources: kind.subresources ?? [],
  schema: { $ref: `#/components/schemas/${modelName(kind.group, kind.version, kind.kind)}` },
  custom: false,
  preserveUnknownFields: false,
  columns: columnsOf(kind.group, kind.kind),
  strategy: strategyOf(kind.group, kind.kind),
  selectableFields: kind.selectableFields ?? [],
});

/**
 * Every built-in resource, ready to be registered. The schema of each is a reference that `builtinSchemas` resolves,
 * so that nothing is read from disk before it is needed.
 */
export const builtinResources = (): ServedResource[] => builtinKinds.map(served);

/**
 * Reads the body of a write to a built-in resource as its Go type would: see `readTyped`. `unknown` lists the fields
 * that field validation may refuse. Throws a 400 `StatusError` when a field has the wrong type.
 */
export const readBuiltin = (
  resource: Pick<ServedResource, 'group' | 'version' | 'kind'>,
  body: Record<string, unknown>,
): TypedObject =>
  readTypedBody(
    modelName(resource.group, resource.version, resource.kind),
    resource.version,
    resource.kind,
    body,
  );
