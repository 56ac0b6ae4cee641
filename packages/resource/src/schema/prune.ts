import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const typeMeta = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes in place every field the schema does not know, and returns the removed paths, sorted, as strict field
 * validation reports them (`spec.ports[0].nmae`). The root's `apiVersion`, `kind` and `metadata` always stay, and so do
 * those of embedded resources.
 */
export function prune(object: Record<string, unknown>, schema: JsonSchema): string[] {
  const removed: string[] = [];
  pruneFields(object, schema, { path: '', keep: preserves(schema), resource: true }, removed);
  return removed.sort();
}

const preserves = (schema: JsonSchema | undefined): boolean =>
  schema?.['x-kubernetes-preserve-unknown-fields'] === true;

// `keep` is handed on through lists: items of a preserved list keep what they do not know. Fields start afresh.
function pruneValue(
  value: unknown,
  schema: JsonSchema | undefined,
  path: string,
  keep: boolean,
  removed: string[],
): void {
  const keepHere = keep || preserves(schema);
  if (keepHere && schema === undefined) return;
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      if (typeof item === 'object' && item !== null)
        pruneValue(item, schema?.items, `${path}[${i}]`, keepHere, removed);
    });
  } else if (isObject(value)) {
    const resource = schema?.['x-kubernetes-embedded-resource'] === true;
    pruneFields(value, schema, { path, keep: keepHere, resource }, removed);
  }
}

function pruneFields(
  object: Record<string, unknown>,
  schema: JsonSchema | undefined,
  { path, keep, resource }: { path: string; keep: boolean; resource: boolean },
  removed: string[],
): void {
  const { properties, additionalProperties } = schema ?? {};
  for (const key in object) {
    if (resource && typeMeta.has(key)) continue;
    const at = path ? `${path}.${key}` : key;
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const known = property ?? (isObject(additionalProperties) ? additionalProperties : undefined);
    if (known === undefined && additionalProperties === undefined) {
      if (keep) continue;
      delete object[key];
      removed.push(at);
      continue;
    }
    const child = object[key];
    if (typeof child === 'object' && child !== null) pruneValue(child, known, at, false, removed);
  }
}
