import { builtinSchemas } from '../builtin/facts.ts';
import { modelName, requestModels } from '../builtin/kinds.ts';
import { subresourcesOf } from '../discovery/subresources.ts';
import type { Schema, ServedResource } from '../served-resource.ts';

const PREFIX = '#/components/schemas/';

/** `{ $ref }` to a component by its name. */
export const reference = (name: string): Schema => ({ $ref: PREFIX + name });

/** The component name of a kind: the group reversed, version, kind, as kube-apiserver names custom resources. */
export const componentName = (
  r: { group: string; version: string; custom: boolean },
  kind: string,
): string =>
  r.custom
    ? `${r.group.split('.').reverse().join('.')}.${r.version}.${kind}`
    : modelName(r.group, r.version, kind);

const LIST_META = modelName('meta.k8s.io', 'v1', 'ListMeta');
const OBJECT_META = modelName('meta.k8s.io', 'v1', 'ObjectMeta');

const withKind = (schema: Schema, group: string, version: string, kind: string): Schema => ({
  ...schema,
  'x-kubernetes-group-version-kind': [{ group, version, kind }],
});

const TYPE_META: Schema = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

/** A custom resource's schema with the parts that every object has. */
const customSchema = (r: ServedResource): Schema => {
  const own = r.preserveUnknownFields
    ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    : r.schema;
  const properties = (own as { properties?: Schema }).properties ?? {};
  return { ...own, properties: { ...properties, ...TYPE_META, metadata: reference(OBJECT_META) } };
};

const listSchema = (r: ServedResource): Schema => ({
  type: 'object',
  required: ['items'],
  properties: {
    ...TYPE_META,
    items: { type: 'array', items: reference(componentName(r, r.kind)) },
    metadata: reference(LIST_META),
  },
});

/** Calls `found` with the name of every component that a schema refers to. */
const eachReference = (value: unknown, found: (name: string) => void): void => {
  if (Array.isArray(value)) {
    for (const item of value) eachReference(item, found);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string' && inner.startsWith(PREFIX))
        found(inner.slice(PREFIX.length));
      else eachReference(inner, found);
    }
  }
};

/** The component schemas of one group and version: its kinds, their lists, and everything they refer to. */
export const components = (resources: readonly ServedResource[]): Record<string, Schema> => {
  const schemas = new Map<string, Schema>();
  const add = (name: string, schema: Schema): void => {
    if (schemas.has(name)) return;
    schemas.set(name, schema);
    eachReference(schema, (inner) => {
      // Custom schemas hold no references; a stray one stays as it is and resolves to nothing.
      if (builtinSchemas.has(inner)) add(inner, builtinSchemas.resolve(inner));
    });
  };
  for (const r of resources) {
    const schema = r.custom ? customSchema(r) : builtinSchemas.resolve(componentName(r, r.kind));
    add(componentName(r, r.kind), withKind(schema, r.group, r.version, r.kind));
    if (r.verbs.includes('list'))
      add(componentName(r, r.listKind), withKind(listSchema(r), r.group, r.version, r.listKind));
    for (const s of subresourcesOf(r)) {
      const name = r.custom && s.kind === r.kind ? undefined : modelName(s.group, s.version, s.kind);
      if (name && builtinSchemas.has(name))
        add(name, withKind(builtinSchemas.resolve(name), s.group, s.version, s.kind));
    }
  }
  for (const model of requestModels)
    if (model.startsWith('io.k8s.apimachinery.')) add(model, builtinSchemas.resolve(model));
  return Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
};
