import { invalid } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goJson } from '../go-text.ts';
import { validateEmbeddedResources } from './embedded-resource.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateListTypes } from './list-types.ts';
import { prune } from './prune.ts';
import { propertyPath } from './structural.ts';
import { validateSchema } from './validate.ts';

/** Every default must be a value its own schema accepts and keeps whole. */
export function checkDefaults(schema: JsonSchema, path: string): Cause[] {
  const causes = schema.default === undefined ? [] : defaultCauses(schema.default, schema, `${path}.default`);
  if (schema.items) causes.push(...checkDefaults(schema.items, `${path}.items`));
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    causes.push(...checkDefaults(child, propertyPath(path, name)));
  }
  if (isObject(schema.additionalProperties)) {
    causes.push(...checkDefaults(schema.additionalProperties, `${path}.additionalProperties`));
  }
  return causes;
}

function defaultCauses(value: unknown, schema: JsonSchema, path: string): Cause[] {
  const causes: Cause[] = [];
  if (typeof value === 'object' && value !== null) {
    // Wrapped, so that the value is no resource's root whose `metadata` would always stay.
    const wrapped = { value: structuredClone(value) };
    prune(wrapped, { properties: { value: schema } });
    if (goJson(wrapped.value) !== goJson(value))
      causes.push(invalid(path, value, 'must not have unknown fields'));
  }
  const embedded = validateEmbeddedResources(value, schema, path);
  if (embedded.length > 0) return [...causes, ...embedded];
  // The server validates a default on its own, so that messages name places inside of it.
  const own = [...validateSchema(value, schema), ...validateListTypes(value, schema)];
  return [...causes, ...own.map((cause) => ({ ...cause, field: within(path, cause.field) }))];
}

const within = (path: string, field: string): string =>
  field === '' || field === '<nil>' ? path : `${path}${field.startsWith('[') ? '' : '.'}${field}`;
