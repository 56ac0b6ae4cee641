import { duplicate, invalid } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goJson } from '../go-text.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** What breaks `x-kubernetes-list-type`: entries of a set that are equal, entries of a map with equal keys. */
export function validateListTypes(value: unknown, schema: JsonSchema): Cause[] {
  const causes: Cause[] = [];
  collect(value, schema, '', causes);
  return causes;
}

function collect(value: unknown, schema: JsonSchema, path: string, causes: Cause[]): void {
  if (Array.isArray(value)) {
    for (const cause of listCauses(value, schema, path)) causes.push(cause);
    const { items } = schema;
    if (items) value.forEach((item, i) => collect(item, items, `${path}[${i}]`, causes));
    return;
  }
  if (!isObject(value)) return;
  const { properties, additionalProperties } = schema;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null) continue;
    if (isObject(additionalProperties)) collect(child, additionalProperties, `${path}[${key}]`, causes);
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property) collect(child, property, path ? `${path}.${key}` : key, causes);
  }
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
