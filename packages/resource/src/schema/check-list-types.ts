import { forbidden, invalid, notSupported, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import type { JsonSchema } from './json-schema.ts';
import { propertyPath } from './structural.ts';

/** What is wrong with a schema's `x-kubernetes-list-type` and `x-kubernetes-list-map-keys`. */
export function checkListTypes(schema: JsonSchema, path: string, causes: Cause[]): void {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== undefined && schema.type !== 'array') {
    const rule = 'must be array if x-kubernetes-list-type is specified';
    causes.push(schema.type ? invalid(`${path}.type`, schema.type, rule) : required(`${path}.type`, rule));
  } else if (type === 'set' && schema.items) checkSetItems(schema.items, `${path}.items`, causes);
  if (type !== undefined && !['atomic', 'set', 'map'].includes(type)) {
    causes.push(notSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && type !== 'map') {
    const rule = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = `${path}.x-kubernetes-list-type`;
    causes.push(type === undefined ? required(at, rule) : invalid(at, type, rule));
  }
  if (type === 'map') checkMap(schema, keys, path, causes);
  if ((type === 'set' || type === 'map') && schema.items?.nullable) {
    causes.push(
      forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`),
    );
  }
  if (type === 'map' && schema.items) checkKeysPresent(schema.items, keys, `${path}.items`, causes);
}

function checkSetItems(items: JsonSchema, path: string, causes: Cause[]): void {
  const rule = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  const mapType = items['x-kubernetes-map-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    causes.push(invalid(`${path}.x-kubernetes-list-type`, listType, rule));
  }
  if (items.type === 'object' && mapType !== 'atomic') {
    causes.push(invalid(`${path}.x-kubernetes-map-type`, mapType ?? null, rule));
  }
}

function checkMap(schema: JsonSchema, keys: string[], path: string, causes: Cause[]): void {
  const { items } = schema;
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) {
    causes.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (!items) {
    causes.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    return;
  }
  if (items.type !== 'object') {
    const rule = "must be object if parent array's x-kubernetes-list-type is map";
    causes.push(invalid(`${path}.items.type`, items.type ?? '', rule));
    return;
  }
  keys.forEach((key, i) => {
    const property = items.properties?.[key];
    if (!property) causes.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      const rule = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.push(invalid(`${propertyPath(`${path}.items`, key)}.type`, items.type, rule));
    }
    if (keys.indexOf(key) < i) causes.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
  });
}

// A key that may be absent or null would not identify an entry.
function checkKeysPresent(items: JsonSchema, keys: string[], path: string, causes: Cause[]): void {
  for (const key of keys) {
    const property = items.properties?.[key];
    if (!property) continue;
    const at = propertyPath(path, key);
    if (!items.required?.includes(key) && property.default === undefined) {
      const rule =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      causes.push(required(`${at}.default`, rule));
    }
    if (property.nullable) {
      causes.push(
        forbidden(
          `${at}.nullable`,
          'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
        ),
      );
    }
  }
}
