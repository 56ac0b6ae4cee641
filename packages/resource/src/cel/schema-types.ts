import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { Environment } from '@marcbachmann/cel-js';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { parseDuration } from './duration.ts';
import { escapeName } from './escape.ts';
import { tagList } from './equality.ts';
import { SchemaObject } from './schema-object.ts';

type ObjectClass = new (json: Record<string, unknown>) => SchemaObject;

const name: JsonSchema = { type: 'string' };
const objectMeta: JsonSchema = { type: 'object', properties: { name, generateName: name } };

/** A resource's schema as rules see it: of its metadata they may read the name alone. */
const withTypeMeta = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  properties: { ...schema.properties, apiVersion: name, kind: name, metadata: objectMeta },
});

/**
 * The CEL types of a schema and its parts, declared in an environment, and the CEL values of JSON that follows the
 * schema. Objects become message types whose fields convert when they are read; maps and lists convert as a whole.
 */
export class SchemaTypes {
  readonly #environment: Environment;
  readonly #classes = new Map<JsonSchema, { name: string; type: ObjectClass }>();
  readonly #resources = new Map<JsonSchema, JsonSchema>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The schema to use for an object that has type and metadata of its own. */
  resource(schema: JsonSchema): JsonSchema {
    let resource = this.#resources.get(schema);
    if (!resource) this.#resources.set(schema, (resource = withTypeMeta(schema)));
    return resource;
  }

  /** The name of the CEL type; undefined for values of which the schema says too little for rules. */
  typeOf(schema: JsonSchema): string | undefined {
    if (schema['x-kubernetes-int-or-string']) return 'dyn';
    const type = this.#plainType(schema);
    // Nullable scalars keep their type, and null counts as absent; objects and lists may be compared with null.
    const whole = schema.type === 'object' || schema.type === 'array';
    return type !== undefined && schema.nullable && whole ? 'dyn' : type;
  }

  #plainType(schema: JsonSchema): string | undefined {
    switch (schema.type) {
      case 'boolean':
        return 'bool';
      case 'integer':
        return 'int';
      case 'number':
        return 'double';
      case 'string':
        return stringTypes.get(schema.format ?? '') ?? 'string';
      case 'array': {
        const items = schema.items && this.typeOf(schema.items);
        return items && `list<${items}>`;
      }
      case 'object':
        return this.#objectType(schema);
      default:
        return undefined;
    }
  }

  #objectType(schema: JsonSchema): string | undefined {
    if (schema['x-kubernetes-embedded-resource'] && !isResourceView(schema)) {
      return this.#objectType(this.resource(schema));
    }
    if (isObject(schema.additionalProperties)) {
      const values = this.typeOf(schema.additionalProperties);
      return values && `map<string, ${values}>`;
    }
    return this.#declare(schema).name;
  }

  #declare(schema: JsonSchema): { name: string; type: ObjectClass } {
    const known = this.#classes.get(schema);
    if (known) return known;
    const declared = {
      name: `Object${this.#classes.size + 1}`,
      type: class extends SchemaObject {} as ObjectClass,
    };
    Object.defineProperty(declared.type.prototype, SchemaObject.schema, { value: schema });
    this.#classes.set(schema, declared);
    const fields: Record<string, string> = {};
    for (const [property, child] of Object.entries(schema.properties ?? {})) {
      const field = escapeName(property);
      const type = this.typeOf(child);
      if (field === undefined || type === undefined) continue;
      fields[field] = type;
      this.#defineField(declared.type, field, property, child);
    }
    this.#environment.registerType(declared.name, { ctor: declared.type, fields });
    this.#environment.registerOperator(`${declared.name} == ${declared.name}`, () => {
      throw new Error('equality is decided by the evaluation');
    });
    return declared;
  }

  #defineField(type: ObjectClass, field: string, property: string, schema: JsonSchema): void {
    const valueOf = (json: unknown): unknown => this.valueOf(json, schema);
    Object.defineProperty(type.prototype, field, {
      get(this: SchemaObject) {
        const json = this[SchemaObject.json];
        if (!Object.hasOwn(json, property)) return undefined;
        const cache = this[SchemaObject.fields];
        if (!cache.has(field)) cache.set(field, valueOf(json[property]));
        return cache.get(field);
      },
    });
  }

  /** The CEL value of JSON that is valid under the schema; undefined for a null that the schema does not allow. */
  valueOf(json: unknown, schema: JsonSchema | undefined): unknown {
    if (json === null) return schema === undefined || this.typeOf(schema) === 'dyn' ? null : undefined;
    if (schema === undefined || this.typeOf(schema) === undefined || schema['x-kubernetes-int-or-string']) {
      return untyped(json);
    }
    if (typeof json === 'string') return stringValue(json, schema.format);
    if (typeof json === 'number') return schema.type === 'integer' ? BigInt(Math.trunc(json)) : json;
    if (Array.isArray(json)) {
      const list = json.map((item) => this.valueOf(item, schema.items) ?? null);
      return tagList(list, schema);
    }
    return isObject(json) ? this.#objectValue(json, schema) : json;
  }

  #objectValue(json: Record<string, unknown>, schema: JsonSchema): unknown {
    if (schema['x-kubernetes-embedded-resource'] && !isResourceView(schema)) {
      return this.#objectValue(json, this.resource(schema));
    }
    const { additionalProperties } = schema;
    if (isObject(additionalProperties)) {
      return new Map(
        Object.entries(json).map(([key, value]) => [key, this.valueOf(value, additionalProperties) ?? null]),
      );
    }
    return new (this.#declare(schema).type)(json);
  }
}

const isResourceView = (schema: JsonSchema): boolean => schema.properties?.['metadata'] === objectMeta;

const stringTypes = new Map([
  ['byte', 'bytes'],
  ['duration', 'google.protobuf.Duration'],
  ['date', 'google.protobuf.Timestamp'],
  ['date-time', 'google.protobuf.Timestamp'],
]);

function stringValue(text: string, format: string | undefined): unknown {
  switch (stringTypes.get(format ?? '')) {
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'));
    case 'google.protobuf.Duration': {
      const nanoseconds = parseDuration(text) ?? 0n;
      return new Duration(nanoseconds / 1_000_000_000n, Number(nanoseconds % 1_000_000_000n));
    }
    case 'google.protobuf.Timestamp':
      return new Date(text);
    default:
      return text;
  }
}

function untyped(json: unknown): unknown {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(untyped);
  if (isObject(json)) return new Map(Object.entries(json).map(([key, value]) => [key, untyped(value)]));
  return json;
}
