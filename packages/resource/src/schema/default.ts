import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const fills = new WeakMap<JsonSchema, boolean>();

/** True when the schema or a part of it has a default. Remembered per schema object. */
export function hasDefaults(schema: JsonSchema): boolean {
  const known = fills.get(schema);
  if (known !== undefined) return known;
  const { properties, additionalProperties, items } = schema;
  const answer =
    schema.default !== undefined ||
    (items !== undefined && hasDefaults(items)) ||
    (isObject(additionalProperties) && hasDefaults(additionalProperties)) ||
    Object.values(properties ?? {}).some(hasDefaults);
  fills.set(schema, answer);
  return answer;
}

const copy = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? structuredClone(value) : value;
// `__proto__` may be the name of a field; assigned to, it would change the object's prototype.
function fill(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}
const refusesNull = (value: unknown, schema: JsonSchema | undefined): boolean =>
  value === null && schema !== undefined && schema.nullable !== true;

/**
 * Fills defaults in place, from the outside in: a defaulted object gets the defaults of its own fields. A null that
 * the schema does not allow counts as absent: it is replaced by the default, or removed when there is none.
 */
export function applyDefaults(value: unknown, schema: JsonSchema | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) defaultItems(value, schema.items);
  else if (isObject(value)) defaultFields(value, schema);
}

function defaultItems(list: unknown[], schema: JsonSchema | undefined): void {
  if (schema === undefined) return;
  for (let i = 0; i < list.length; i++) {
    if (schema.default !== undefined && refusesNull(list[i], schema)) list[i] = copy(schema.default);
    applyDefaults(list[i], schema);
  }
}

function defaultFields(object: Record<string, unknown>, schema: JsonSchema): void {
  const { properties, additionalProperties } = schema;
  for (const name in properties) {
    const property = properties[name];
    if (property?.default === undefined) continue;
    if (!Object.hasOwn(object, name) || refusesNull(object[name], property))
      fill(object, name, copy(property.default));
  }
  for (const key in object) {
    const property =
      properties && Object.hasOwn(properties, key)
        ? properties[key]
        : isObject(additionalProperties)
          ? additionalProperties
          : undefined;
    if (property === undefined) continue;
    if (refusesNull(object[key], property)) {
      if (property.default === undefined) {
        delete object[key];
        continue;
      }
      fill(object, key, copy(property.default));
    }
    applyDefaults(object[key], property);
  }
}
