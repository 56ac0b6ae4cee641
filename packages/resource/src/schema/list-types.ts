import { duplicate, invalid } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goJson } from '../go-text.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** What breaks `x-kubernetes-list-type`: entries of a set that are equal, entries of a map with equal keys. */
export function validateListTypes(value: unknown, schema: JsonSchema | undefined, path = ''): Cause[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    const causes = listCauses(value, schema, path);
    if (schema.items)
      value.forEach((item, i) => causes.push(...validateListTypes(item, schema.items, `${path}[${i}]`)));
    return causes;
  }
  if (!isObject(value)) return [];
  const causes: Cause[] = [];
  const { properties, additionalProperties } = schema;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null) continue;
    if (isObject(additionalProperties))
      causes.push(...validateListTypes(child, additionalProperties, `${path}[${key}]`));
    if (properties && Object.hasOwn(properties, key)) {
      causes.push(...validateListTypes(child, properties[key], path ? `${path}.${key}` : key));
    }
  }
  return causes;
}

function listCauses(list: unknown[], schema: JsonSchema, path: string): Cause[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return duplicates(list, path);
  if (type !== 'map') return [];
  const stranger = list.findIndex((item) => item !== null && !isObject(item));
  if (stranger >= 0) {
    return [
      invalid(`${path}[${stranger}]`, list[stranger], 'must be an object for an array of list-type map'),
    ];
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return duplicates(
    list.map((item) => Object.fromEntries(Object.entries(item ?? {}).filter(([key]) => keys.includes(key)))),
    path,
  );
}

// Each repeated value is reported once, at its second place.
function duplicates(values: unknown[], path: string): Cause[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, i) => {
    const text = goJson(value);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    return times === 1 ? [duplicate(`${path}[${i}]`, value)] : [];
  });
}
