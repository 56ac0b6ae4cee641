import type { Schema } from '../served-resource.ts';
import { isObject } from './json-value.ts';

/**
 * Finds the schema that a reference (`#/components/schemas/NAME`) names. Schemas of custom resources contain no
 * references.
 */
export type SchemaResolver = (reference: string) => Schema | undefined;

const child = (schema: Schema, key: string): Schema | undefined => {
  const value = schema[key];
  return isObject(value) ? value : undefined;
};

/**
 * Follows `$ref` and an `allOf` of one, the two ways Kubernetes publishes a reference. Extensions beside the
 * reference (`x-kubernetes-map-type`, `default`) win over those of the referenced schema.
 */
export const resolveSchema = (schema: Schema, resolve: SchemaResolver): Schema => {
  const all = schema['allOf'];
  const first: unknown = Array.isArray(all) && all.length === 1 ? all[0] : undefined;
  const { $ref, allOf: _, ...siblings } = schema;
  if (typeof $ref === 'string') {
    const target = resolve($ref);
    return target ? beside(siblings, resolveSchema(target, resolve)) : {};
  }
  return isObject(first) ? beside(siblings, resolveSchema(first, resolve)) : schema;
};

const beside = (siblings: Schema, target: Schema): Schema =>
  Object.keys(siblings).length > 0 ? { ...target, ...siblings } : target;

/** The declared fields of an object schema. */
export const propertiesOf = (schema: Schema): Record<string, Schema> | undefined =>
  child(schema, 'properties') as Record<string, Schema> | undefined;

/** The schema of a field: the declared one, else that of additional properties, else none. */
export const fieldSchema = (schema: Schema, key: string): Schema | undefined => {
  const properties = propertiesOf(schema);
  return properties && Object.hasOwn(properties, key)
    ? properties[key]
    : child(schema, 'additionalProperties');
};

/** The schema of a list's items. */
export const itemSchema = (schema: Schema): Schema | undefined => child(schema, 'items');
