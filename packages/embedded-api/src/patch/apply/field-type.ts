import type { Schema } from '../../served-resource.ts';
import { textOf } from '../json-value.ts';
import { fieldSchema, itemSchema, propertiesOf, resolveSchema } from '../schema-walk.ts';
import type { SchemaResolver } from '../schema-walk.ts';

/** Objects: whether one writer owns them whole, and the types of their fields. */
export interface MapType {
  atomic: boolean;
  /** Whether the schema names this field, so that its presence is no item of its own. */
  declares(name: string): boolean;
  /** Undefined for a field that the schema does not allow. */
  field(name: string): FieldType | undefined;
}

/** Lists: replaced whole, sets of scalars, or items told apart by the values of `keys`. */
export interface ListType {
  kind: 'atomic' | 'set' | 'map';
  keys: readonly string[];
  /** Values of keys that an item may leave out. */
  keyDefaults: Readonly<Record<string, unknown>>;
  element: FieldType;
}

/**
 * What field ownership needs to know of a schema. More than one shape may be allowed, as where the schema says
 * nothing. Source: kube-openapi's schemaconv.
 */
export interface FieldType {
  scalar?: 'string' | 'number' | 'boolean' | 'any';
  map?: MapType;
  list?: ListType;
}

const anyScalar: FieldType = { scalar: 'any' };

const atomic = (): ListType => ({ kind: 'atomic', keys: [], keyDefaults: {}, element: untyped });

/** A value of unknown schema, owned whole. */
const untyped: FieldType = {
  scalar: 'any',
  map: { atomic: true, declares: () => false, field: () => untyped },
};
untyped.list = atomic();

/** A value of unknown schema whose objects are owned field by field. Also what fields outside the schema get. */
export const deduced: FieldType = {
  scalar: 'any',
  list: atomic(),
  map: { atomic: false, declares: () => false, field: () => deduced },
};

const atomicList: FieldType = { list: atomic() };
const string: FieldType = { scalar: 'string' };
const strings: FieldType = { map: { atomic: false, declares: () => false, field: () => string } };

/** A map type over declared fields, built once per field. */
const struct = (
  declared: (name: string) => boolean,
  build: (name: string) => FieldType | undefined,
  atomic: boolean,
): FieldType => {
  const built = new Map<string, FieldType | undefined>();
  const field = (name: string): FieldType | undefined => {
    if (!declared(name)) return build(name);
    if (!built.has(name)) built.set(name, build(name));
    return built.get(name);
  };
  return { map: { atomic, declares: declared, field } };
};

/** `meta/v1 ObjectMeta`, which schemas of custom resources only hint at. */
const metadataFields: Record<string, FieldType> = {
  labels: strings,
  annotations: strings,
  finalizers: { list: { kind: 'set', keys: [], keyDefaults: {}, element: string } },
  ownerReferences: { list: { kind: 'map', keys: ['uid'], keyDefaults: {}, element: untyped } },
  managedFields: atomicList,
  generation: { scalar: 'number' },
  deletionGracePeriodSeconds: { scalar: 'number' },
  ...Object.fromEntries(
    ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'clusterName'].map((name) => [
      name,
      string,
    ]),
  ),
  creationTimestamp: anyScalar,
  deletionTimestamp: anyScalar,
};

const metadata = struct(
  (name) => Object.hasOwn(metadataFields, name),
  (name) => (Object.hasOwn(metadataFields, name) ? metadataFields[name] : undefined),
  false,
);

const wholeObject: Record<string, FieldType> = { apiVersion: string, kind: string, metadata };

const listOf = (schema: Schema, resolve: SchemaResolver, preserve: boolean): ListType => {
  const items = itemSchema(schema);
  const keys = schema['x-kubernetes-list-map-keys'];
  const mergeKey = textOf(schema, 'x-kubernetes-patch-merge-key');
  const merges = textOf(schema, 'x-kubernetes-patch-strategy').split(',').includes('merge');
  const declared = schema['x-kubernetes-list-type'] ?? (merges ? (mergeKey ? 'map' : 'set') : 'atomic');
  const names: string[] = declared !== 'map' ? [] : Array.isArray(keys) ? (keys as string[]) : [mergeKey];
  const element = resolveSchema(items ?? {}, resolve);
  const keyDefaults: Record<string, unknown> = {};
  for (const name of names) {
    const value = resolveSchema(fieldSchema(element, name) ?? {}, resolve)['default'];
    if (value !== undefined) keyDefaults[name] = value;
  }
  return {
    kind: declared === 'map' || declared === 'set' ? declared : 'atomic',
    keys: [...names].sort(),
    keyDefaults,
    element: items ? typeOf(items, resolve, preserve) : untyped,
  };
};

const mapOf = (schema: Schema, resolve: SchemaResolver, preserve: boolean): FieldType => {
  const properties = propertiesOf(schema);
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const others = schema['additionalProperties'];
  const bare = Object.keys(properties ?? {}).length === 0;
  const free = others === true || (others === undefined && (preserve || bare));
  const declares = (name: string): boolean =>
    (properties !== undefined && Object.hasOwn(properties, name)) ||
    (embedded && Object.hasOwn(wholeObject, name));
  const build = (name: string): FieldType | undefined => {
    if (embedded && Object.hasOwn(wholeObject, name)) return wholeObject[name];
    const found = fieldSchema(schema, name);
    if (found) return typeOf(found, resolve, preserve);
    return free ? deduced : undefined;
  };
  return struct(declares, build, schema['x-kubernetes-map-type'] === 'atomic');
};

const scalarOf = (schema: Schema): FieldType => {
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return { scalar: 'number' };
    case 'boolean':
      return { scalar: 'boolean' };
    case 'string':
      return schema['format'] === undefined || schema['format'] === 'byte' ? string : anyScalar;
    default:
      return anyScalar;
  }
};

const caches = [new WeakMap<Schema, FieldType>(), new WeakMap<Schema, FieldType>()] as const;

/** `preserve`: an enclosing schema keeps unknown fields. */
const typeOf = (schema: Schema, resolve: SchemaResolver, preserve: boolean): FieldType => {
  const cache = caches[preserve ? 1 : 0];
  const known = cache.get(schema);
  if (known) return known;
  const type = built(schema, resolve, preserve);
  cache.set(schema, type);
  return type;
};

const built = (schema: Schema, resolve: SchemaResolver, preserve: boolean): FieldType => {
  if (textOf(schema, '$ref').endsWith('.RawExtension')) return untyped;
  const resolved = resolveSchema(schema, resolve);
  const keeps = preserve || resolved['x-kubernetes-preserve-unknown-fields'] === true;
  if (resolved['x-kubernetes-int-or-string'] === true) return anyScalar;
  if (resolved['type'] === 'array') return { list: listOf(resolved, resolve, keeps) };
  if (resolved['type'] === 'object') return mapOf(resolved, resolve, keeps);
  if (resolved['type'] !== undefined || 'oneOf' in resolved) return scalarOf(resolved);
  return { scalar: 'any', list: listOf(resolved, resolve, keeps), ...mapOf(resolved, resolve, keeps) };
};

const objectTypes = new WeakMap<Schema, FieldType>();

/** The type of a whole Kubernetes object: `apiVersion`, `kind`, `metadata` as everywhere, the rest by `schema`. */
export const objectType = (schema: Schema, resolve: SchemaResolver): FieldType => {
  const known = objectTypes.get(schema);
  if (known) return known;
  const type = mapOf(
    { ...resolveSchema(schema, resolve), 'x-kubernetes-embedded-resource': true },
    resolve,
    resolveSchema(schema, resolve)['x-kubernetes-preserve-unknown-fields'] === true,
  );
  objectTypes.set(schema, type);
  return type;
};
