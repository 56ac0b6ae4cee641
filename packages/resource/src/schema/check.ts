import { forbidden, invalid, notSupported, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { checkRules } from '../cel/check-rules.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkListTypes } from './check-list-types.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { checkStructural, propertyPath } from './structural.ts';

/**
 * Everything that keeps a schema out of a CustomResourceDefinition: fields Kubernetes does not support, what is not
 * structural, defaults that break the schema themselves. `path` is the schema's place in the CRD
 * (`spec.versions[0].schema.openAPIV3Schema`); `status` says whether the version has the status subresource. An empty
 * list means that `ResourceSchema` may trust it.
 */
export function checkSchema(schema: unknown, path: string, { status }: { status: boolean }): Cause[] {
  const shape = checkShape(schema, path);
  if (shape.length > 0) return shape;
  const root = schema as JsonSchema;
  const causes = status ? checkRoot(root, path) : [];
  if (root.nullable) causes.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  checkNode(root, path, { root: true, insideMeta: false }, causes);
  // With unsupported fields there is nothing to be structural.
  if (!causes.some(({ message }) => message.endsWith('is not supported')))
    causes.push(...checkStructural(root, path));
  return causes.length > 0 ? causes : [...checkDefaults(root, path), ...checkRules(root, path)];
}

const schemaFields = new Set(['items', 'not']);
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf']);
const typesOf = (type: string, names: string): [string, string][] =>
  names.split(' ').map((name) => [name, type]);
const types = new Map([
  ...typesOf(
    'string',
    'type format description title pattern $ref x-kubernetes-list-type x-kubernetes-map-type',
  ),
  ...typesOf(
    'number',
    'minimum maximum multipleOf minLength maxLength minItems maxItems minProperties maxProperties',
  ),
  ...typesOf('boolean', 'nullable uniqueItems exclusiveMinimum exclusiveMaximum x-kubernetes-int-or-string'),
  ...typesOf('boolean', 'x-kubernetes-preserve-unknown-fields x-kubernetes-embedded-resource'),
]);

// Everything that reads a schema does so by recursion.
const maxDepth = 200;

/** A CRD comes from outside: before anything reads it as a schema, it must have the form of one. */
function checkShape(schema: unknown, path: string, depth = 0): Cause[] {
  if (depth > maxDepth) return [forbidden(path, `must not be nested deeper than ${maxDepth} schemas`)];
  if (!isObject(schema)) return [invalid(path, schema, 'must be a schema object')];
  return Object.entries(schema).flatMap(([name, value]): Cause[] => {
    const at = `${path}.${name}`;
    if (value === undefined || value === null) return [];
    if (name === 'items' && Array.isArray(value)) {
      return [forbidden(at, 'items must be a schema object and not an array')];
    }
    if (schemaFields.has(name)) return checkShape(value, at, depth + 1);
    if (name === 'additionalProperties')
      return typeof value === 'boolean' ? [] : checkShape(value, at, depth + 1);
    if (name === 'properties') {
      if (!isObject(value)) return [invalid(at, value, 'must be a map of schemas')];
      return Object.entries(value).flatMap(([key, child]) =>
        checkShape(child, propertyPath(path, key), depth + 1),
      );
    }
    if (schemaLists.has(name)) {
      if (!Array.isArray(value)) return [invalid(at, value, 'must be a list of schemas')];
      return value.flatMap((child, i) => checkShape(child, `${at}[${i}]`, depth + 1));
    }
    if (name === 'required' || name === 'x-kubernetes-list-map-keys') {
      const strings = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
      return strings ? [] : [invalid(at, value, 'must be a list of strings')];
    }
    if (name === 'x-kubernetes-validations') {
      return Array.isArray(value) && value.every(isObject)
        ? []
        : [invalid(at, value, 'must be a list of rules')];
    }
    if (name === 'enum' && !Array.isArray(value)) return [invalid(at, value, 'must be a list')];
    const type = types.get(name);
    return type === undefined || typeof value === type ? [] : [invalid(at, value, `must be a ${type}`)];
  });
}

// The status is validated by `properties.status` alone, so nothing else may speak of it.
const allowedAtRoot = new Set(
  (
    'description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern ' +
    'maxItems minItems uniqueItems multipleOf required items properties externalDocs example ' +
    'x-kubernetes-preserve-unknown-fields x-kubernetes-validations'
  ).split(' '),
);
const allowedNames =
  '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

function checkRoot(schema: JsonSchema, path: string): Cause[] {
  if (schema.type !== undefined && schema.type !== 'object') {
    const rule =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid(`${path}.type`, schema.type, rule)];
  }
  const stranger = Object.entries(schema).some(([name, value]) => Boolean(value) && !allowedAtRoot.has(name));
  if (!stranger) return [];
  const rule = `only ${allowedNames} fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(path, schema, rule)];
}

interface Place {
  root: boolean;
  /** Inside `metadata`, `kind` or `apiVersion` of a resource. */
  insideMeta: boolean;
  /** Why a default may not stand here. */
  noDefaults?: string;
}

const typeMeta = new Set(['metadata', 'kind', 'apiVersion']);
const unsupported = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
  '$schema',
];
const knownTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function checkNode(schema: JsonSchema, path: string, place: Place, causes: Cause[]): void {
  checkUnsupported(schema, path, place, causes);
  checkListTypes(schema, path, causes);
  const { properties = {}, additionalProperties, items, not } = schema;
  const nested: Place = { ...place, root: false };
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length > 0 && additionalProperties !== true) {
      const rule = 'additionalProperties and properties are mutual exclusive';
      causes.push(forbidden(`${path}.additionalProperties`, rule));
    }
    if (isObject(additionalProperties)) {
      const noDefaults = 'inside additionalProperties applying to object metadata';
      const inside = place.insideMeta ? { ...nested, noDefaults } : nested;
      checkNode(additionalProperties, `${path}.additionalProperties`, inside, causes);
    }
  }
  for (const [name, child] of Object.entries(properties)) {
    const meta = (place.root || schema['x-kubernetes-embedded-resource'] === true) && typeMeta.has(name);
    const inside: Place = {
      ...nested,
      insideMeta: place.insideMeta || meta,
      ...(meta && place.root ? { noDefaults: `in top-level ${name}` } : {}),
    };
    checkNode(child, propertyPath(path, name), inside, causes);
  }
  if (not) checkNode(not, `${path}.not`, nested, causes);
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const) {
    schema[key]?.forEach((child, i) => checkNode(child, `${path}.${key}[${i}]`, nested, causes));
  }
  if (items) checkNode(items, `${path}.items`, nested, causes);
}

function checkUnsupported(schema: JsonSchema, path: string, place: Place, causes: Cause[]): void {
  if (schema.type && !knownTypes.includes(schema.type)) {
    causes.push(notSupported(`${path}.type`, schema.type, knownTypes));
  }
  if (schema.default !== undefined && place.noDefaults !== undefined) {
    causes.push(forbidden(`${path}.default`, `must not be set ${place.noDefaults}`));
  }
  for (const name of unsupported) {
    if (name in schema) causes.push(forbidden(`${path}.${name}`, `${name} is not supported`));
  }
  if (schema.type === 'null') {
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  }
  if (place.insideMeta && schema['x-kubernetes-embedded-resource']) {
    causes.push(
      forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'),
    );
  }
  if (schema.uniqueItems === true) {
    const rule = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.push(forbidden(`${path}.uniqueItems`, rule));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    causes.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  if (schema.type !== 'object') {
    const rule = 'must be object if x-kubernetes-map-type is specified';
    causes.push(schema.type ? invalid(`${path}.type`, schema.type, rule) : required(`${path}.type`, rule));
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    causes.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
}
