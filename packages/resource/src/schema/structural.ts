import { forbidden, invalid, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { patternError } from './pattern.ts';

type Level = 'root' | 'item' | 'field';

/**
 * Why a schema is not structural: every value has one type said outside of junctors, junctors only restrict, and
 * what they speak of exists outside of them. `path` is the schema's place in the CRD, for the causes' fields. The
 * rules and texts are those of apiextensions' `schema/validation.go` and `complete.go`; the causes are sorted.
 */
export function checkStructural(schema: JsonSchema, path: string): Cause[] {
  const causes: Cause[] = [];
  checkNode(schema, 'root', path, causes);
  checkCompleteness(schema, schema, path, path, causes);
  return causes.sort((a, b) => compare(`${a.field}: ${a.message}`, `${b.field}: ${b.message}`));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
/** The place of a property's schema: `…properties[name]`. */
export const propertyPath = (path: string, name: string): string => `${path}.properties[${name}]`;

function checkNode(schema: JsonSchema, level: Level, path: string, causes: Cause[]): void {
  if (schema.type === 'array' && !schema.items) causes.push(required(`${path}.items`, 'must be specified'));
  if (schema.items) checkNode(schema.items, 'item', `${path}.items`, causes);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    checkNode(child, 'field', propertyPath(path, name), causes);
  }
  if (schema.additionalProperties !== undefined) {
    if (level === 'root')
      causes.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
    if (isObject(schema.additionalProperties)) {
      checkNode(schema.additionalProperties, 'field', `${path}.additionalProperties`, causes);
    }
  }
  checkExtensions(schema, path, causes);
  checkRestrictions(
    schema,
    path,
    causes,
    isIntOrString(schema.anyOf),
    isIntOrString(schema.allOf?.[0]?.anyOf),
  );
  checkType(schema, level, path, causes);
  if (level === 'root' || schema['x-kubernetes-embedded-resource'])
    checkTypeMeta(schema, level, path, causes);
}

function checkExtensions(schema: JsonSchema, path: string, causes: Cause[]): void {
  if (!schema['x-kubernetes-int-or-string']) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name]) {
      causes.push(invalid(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
    }
  }
}

const missingType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkType(schema: JsonSchema, level: Level, path: string, causes: Cause[]): void {
  const type = schema.type ?? '';
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    causes.push(type ? invalid(`${path}.type`, type, detail) : required(`${path}.type`, detail));
  } else if (!type && !schema['x-kubernetes-int-or-string'] && !preserve) {
    causes.push(required(`${path}.type`, missingType[level]));
  }
  if (embedded && schema.additionalProperties !== undefined) {
    causes.push(
      forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    );
  }
  if (level === 'root' && type && type !== 'object') {
    causes.push(invalid(`${path}.type`, type, 'must be object at the root'));
  }
  if (embedded && !preserve && Object.keys(schema.properties ?? {}).length === 0) {
    causes.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
}

function checkTypeMeta(schema: JsonSchema, level: Level, path: string, causes: Cause[]): void {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const check = (name: string, property: JsonSchema | undefined, type: string): void => {
    if (property && property.type !== type) {
      causes.push(invalid(`${propertyPath(path, name)}.type`, property.type ?? '', `must be ${type}`));
    }
  };
  check('kind', kind, 'string');
  check('apiVersion', apiVersion, 'string');
  check('metadata', metadata, 'object');
  if (!metadata || level !== 'root') return;
  const { type: _type, default: _default, properties, ...rest } = metadata;
  const onlyNames = Object.keys(properties ?? {}).every((name) => name === 'name' || name === 'generateName');
  if (!onlyNames || Object.keys(rest).length > 0) {
    causes.push(
      forbidden(
        propertyPath(path, 'metadata'),
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  }
}

/** `anyOf: [{type: integer}, {type: string}]`, the one junctor of types that structural schemas have. */
function isIntOrString(branches: JsonSchema[] | undefined): boolean {
  if (branches?.length !== 2) return false;
  return branches.every(
    (branch, i) => Object.keys(branch).length === 1 && branch.type === (i === 0 ? 'integer' : 'string'),
  );
}

function checkRestrictions(
  schema: JsonSchema,
  path: string,
  causes: Cause[],
  skipAnyOf = false,
  skipFirstAllOfAnyOf = false,
): void {
  if (!skipAnyOf) schema.anyOf?.forEach((branch, i) => checkBranch(branch, `${path}.anyOf[${i}]`, causes));
  schema.allOf?.forEach((branch, i) =>
    checkBranch(branch, `${path}.allOf[${i}]`, causes, skipFirstAllOfAnyOf && i === 0),
  );
  schema.oneOf?.forEach((branch, i) => checkBranch(branch, `${path}.oneOf[${i}]`, causes));
  if (schema.not) checkBranch(schema.not, `${path}.not`, causes);
  const error = schema.pattern ? patternError(schema.pattern) : undefined;
  if (error !== undefined) {
    causes.push(
      invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${error}`),
    );
  }
}

// What a branch may not say, with the words for it; everything else in it only restricts.
const structuralOnly: [keyof JsonSchema, string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function checkBranch(schema: JsonSchema, path: string, causes: Cause[], skipAnyOf = false): void {
  checkRestrictions(schema, path, causes, skipAnyOf);
  if (schema.items) checkBranch(schema.items, `${path}.items`, causes);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    checkBranch(child, propertyPath(path, name), causes);
  }
  for (const [name, detail] of structuralOnly) {
    const value = schema[name];
    const set = name === 'additionalProperties' || name === 'default' ? value !== undefined : Boolean(value);
    if (set) causes.push(forbidden(`${path}.${name}`, detail));
  }
  if (schema.properties?.['metadata']) {
    causes.push(forbidden(propertyPath(path, 'metadata'), 'must not be specified in a nested context'));
  }
}

/** Walks the junctors of `branch` beside the structure they stand on. */
function checkCompleteness(
  branch: JsonSchema,
  schema: JsonSchema,
  path: string,
  branchPath: string,
  causes: Cause[],
): void {
  if (branch.not) checkSpokenOf(branch.not, schema, path, `${branchPath}.not`, causes);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    branch[key]?.forEach((next, i) =>
      checkSpokenOf(next, schema, path, `${branchPath}.${key}[${i}]`, causes),
    );
  }
}

function checkSpokenOf(
  branch: JsonSchema,
  schema: JsonSchema | undefined,
  path: string,
  branchPath: string,
  causes: Cause[],
): void {
  if (schema === undefined) {
    causes.push(required(path, `because it is defined in ${branchPath}`));
    return;
  }
  checkCompleteness(branch, schema, path, branchPath, causes);
  if (branch.items) checkSpokenOf(branch.items, schema.items, `${path}.items`, `${branchPath}.items`, causes);
  for (const [name, child] of Object.entries(branch.properties ?? {})) {
    checkSpokenOf(
      child,
      schema.properties?.[name],
      propertyPath(path, name),
      propertyPath(branchPath, name),
      causes,
    );
  }
}
