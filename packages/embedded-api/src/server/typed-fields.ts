import type { KubeObject } from '../object.ts';
import { fieldSchema, itemSchema, propertiesOf, resolveSchema } from '../patch/schema-walk.ts';
import type { Schema, ServedResource } from '../served-resource.ts';
import { badRequest } from '../status-error.ts';
import { resolveReference } from './field-ownership.ts';
import { apiVersionOf } from './served-object.ts';

const objectMeta: Schema = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };

/**
 * Brings a decoded object into the shape that its kind declares, in place: unknown fields and nulls go, as they do
 * when Go decodes into a type. Returns the paths of unknown fields. Throws a 400 for values of the wrong type.
 */
export function pruneToKind(object: KubeObject, resource: ServedResource): string[] {
  const walk = new Walk(resource);
  if (!resource.custom) {
    walk.value(object, resource.schema, '');
    return walk.unknown;
  }
  walk.value(object.metadata, objectMeta, 'metadata');
  return [...walk.unknown, ...(resource.strategy.prune?.(object) ?? [])];
}

class Walk {
  readonly unknown: string[] = [];
  readonly #resource: ServedResource;

  constructor(resource: ServedResource) {
    this.#resource = resource;
  }

  value(value: unknown, reference: Schema, path: string): void {
    const schema = resolved(reference);
    if (schema['x-kubernetes-int-or-string'] || schema['format'] === 'int-or-string') return;
    if (schema['x-kubernetes-preserve-unknown-fields']) return;
    switch (schema['type']) {
      case 'object':
        if (typeof value !== 'object' || Array.isArray(value)) throw this.#mistyped(value, path, 'an object');
        return this.#object(value as Record<string, unknown>, schema, path);
      case 'array':
        if (!Array.isArray(value)) throw this.#mistyped(value, path, 'a list');
        return this.#list(value, itemSchema(schema), path);
      case 'string':
        if (typeof value !== 'string') throw this.#mistyped(value, path, 'a string');
        return;
      case 'boolean':
        if (typeof value !== 'boolean') throw this.#mistyped(value, path, 'a boolean');
        return;
      case 'integer':
        if (!Number.isInteger(value)) throw this.#mistyped(value, path, 'an integer');
        return;
      case 'number':
        if (typeof value !== 'number') throw this.#mistyped(value, path, 'a number');
        return;
      default:
    }
  }

  #object(object: Record<string, unknown>, schema: Schema, path: string): void {
    const properties = propertiesOf(schema);
    const additional = schema['additionalProperties'] !== undefined;
    for (const key of Object.keys(object)) {
      const at = path ? `${path}.${key}` : key;
      const child = fieldSchema(schema, key);
      const value = object[key];
      if (value === null) {
        // A null in a map is the zero value of its items, which only strings have in these types.
        if (additional && child?.['type'] === 'string') object[key] = '';
        else delete object[key];
        if (child || additional || !properties) continue;
      }
      if (child) this.value(value, child, at);
      else if (properties && !additional) {
        this.unknown.push(at);
        delete object[key];
      }
    }
  }

  #list(list: unknown[], items: Schema | undefined, path: string): void {
    if (!items) return;
    list.forEach((item, index) => {
      if (item !== null) this.value(item, items, `${path}[${index}]`);
    });
  }

  #mistyped(value: unknown, path: string, wanted: string): Error {
    const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    const { kind } = this.#resource;
    return badRequest(
      `${kind} in version "${this.#resource.version}" cannot be handled as a ${kind}: json: cannot unmarshal ${got} ` +
        `into Go struct field ${kind}.${path || apiVersionOf(this.#resource)}: it must be ${wanted}`,
    );
  }
}

const resolutions = new WeakMap<Schema, Schema>();

/** Following a reference may build a schema, so it is done once for each place in a schema. */
function resolved(reference: Schema): Schema {
  let schema = resolutions.get(reference);
  if (!schema) resolutions.set(reference, (schema = resolveSchema(reference, resolveReference)));
  return schema;
}
