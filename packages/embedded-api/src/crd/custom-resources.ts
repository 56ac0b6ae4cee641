import { ResourceSchema } from '@armillary/resource';
import type { JsonSchema } from '@armillary/resource';
import type { ServedResource } from '../served-resource.ts';
import { columnsOf } from './columns.ts';
import { customStrategy } from './custom-strategy.ts';
import type { Definition, DefinitionNames, DefinitionVersion } from './definition.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/**
 * What a definition serves: one resource for each served version, under the names that were accepted. All versions
 * share one store and one form; they differ in `apiVersion` and schema. The definition must be valid.
 */
export function customResources(definition: Definition): ServedResource[] {
  const { spec, status } = definition;
  const storageVersion = spec.versions.find((version) => version.storage)?.name ?? '';
  // Conflicting names of an established definition stay those it had.
  const names: DefinitionNames = { ...spec.names, ...status?.acceptedNames };
  return spec.versions
    .filter((version) => version.served)
    .map((version) => customResource(definition, version, names, storageVersion));
}

function customResource(
  definition: Definition,
  version: DefinitionVersion,
  names: DefinitionNames,
  storageVersion: string,
): ServedResource {
  const { spec, metadata } = definition;
  const schema = new ResourceSchema(withTypeMeta(version.schema?.openAPIV3Schema ?? { type: 'object' }));
  const scale = version.subresources?.scale;
  return {
    group: spec.group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? '',
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    // What is about to be emptied takes nothing new in; changes go on, or finalizers could not be removed.
    verbs: metadata.deletionTimestamp === undefined ? verbs : verbs.filter((verb) => verb !== 'create'),
    storageVersion,
    storageKey: `${spec.names.plural}.${spec.group}`,
    status: version.subresources?.status !== undefined,
    ...(scale ? { scale } : {}),
    subresources: [],
    schema: schema.schema as Record<string, unknown>,
    custom: true,
    preserveUnknownFields: false,
    columns: columnsOf(version),
    strategy: customStrategy(schema, scale),
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1)),
  };
}

const typeMeta: Record<string, JsonSchema> = {
  apiVersion: {
    type: 'string',
    description: 'The version of the schema in which this object is written.',
  },
  kind: { type: 'string', description: 'The kind of the object.' },
  metadata: { type: 'object' },
};

// Clients explain and apply these fields too, whether the definition names them or not.
const withTypeMeta = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  properties: { ...typeMeta, ...schema.properties },
});
