import type { TSchema } from 'typebox';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** A TypeBox schema has no form as a structural schema. The message names the place and what to write instead. */
class SchemaConversionError extends Error {
  readonly code = 'SCHEMA_NOT_STRUCTURAL';
  constructor(path: string, why: string) {
    super(`${path || 'schema'}: ${why}`);
    this.name = 'SchemaConversionError';
  }
}

// What OpenAPI v3 as CRDs read it shares with JSON Schema, word for word.
const kept = new Set(
  (
    'type description title format default nullable required enum multipleOf minimum maximum minLength maxLength ' +
    'pattern minItems maxItems minProperties maxProperties'
  ).split(' '),
);
// What is translated below, and what only informs people: it restricts nothing.
const known = new Set(
  (
    'const properties items patternProperties additionalProperties exclusiveMinimum exclusiveMaximum allOf anyOf ' +
    'oneOf not $id $schema $comment example examples readOnly writeOnly deprecated'
  ).split(' '),
);
const refused = new Map([
  ['$ref', 'references are not possible in a CRD: use the schema itself'],
  ['$defs', 'references are not possible in a CRD: use the schema itself'],
  ['additionalItems', 'a tuple is not possible in a CRD: use an object or an array of one type'],
  ['uniqueItems', "unique items are not possible in a CRD: use 'x-kubernetes-list-type': 'set'"],
  ['if', "conditions are not possible in a CRD: use 'x-kubernetes-validations'"],
]);
const useRules = "is not possible in a CRD: use 'x-kubernetes-validations'";

/**
 * The structural schema of a TypeBox type. Unions of literals become `enum`, a union with null becomes `nullable`,
 * records become `additionalProperties`, unknown values keep all their fields; options named `x-kubernetes-*` pass.
 *
 * @throws {SchemaConversionError} for what a CRD cannot express.
 */
export function fromTypeBox(schema: TSchema): JsonSchema {
  return convert(JSON.parse(JSON.stringify(schema, refuseFunctions)) as Record<string, unknown>, '', true);
}

/** Refinements and codecs of TypeBox are hidden fields, which JSON would lose without a word. */
function refuseFunctions(name: string, value: unknown): unknown {
  for (const field of ['~refine', '~codec']) {
    if (isObject(value) && field in value)
      throw new SchemaConversionError(name, `${field.slice(1)} ${useRules}`);
  }
  return value;
}

function convert(source: Record<string, unknown>, path: string, structural: boolean): JsonSchema {
  const { node, nullable } = withoutNull(source);
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (kept.has(key) || key.startsWith('x-kubernetes-')) out[key] = value;
    else if (!known.has(key)) throw new SchemaConversionError(path, refused.get(key) ?? `${key} ${useRules}`);
  }
  if (nullable) out['nullable'] = true;
  const values = valuesOf(node);
  if (values) {
    if (structural) out['type'] ??= typeOfAll(values, path);
    // An enum is asked about null too.
    out['enum'] = nullable ? [...values, null] : values;
  }
  exclusiveBounds(node, out);
  children(node, out, path, structural);
  junctors(node, out, path);
  if (
    structural &&
    Object.keys(out).every((key) => key === 'description' || key === 'title' || key === 'nullable')
  ) {
    out['x-kubernetes-preserve-unknown-fields'] = true;
  }
  return out;
}

/** Folds `anyOf` of literals into one enum, and takes null out of a union. */
function withoutNull(source: Record<string, unknown>): { node: Record<string, unknown>; nullable: boolean } {
  const { anyOf, ...rest } = source;
  if (!Array.isArray(anyOf)) return { node: source, nullable: false };
  const all = flattened(anyOf as Record<string, unknown>[]);
  const branches = all.filter((branch) => branch['type'] !== 'null');
  const nullable = branches.length < all.length;
  const [first] = branches;
  if (branches.length > 0 && branches.every(valuesOf)) {
    return { node: { ...rest, enum: branches.flatMap((branch) => valuesOf(branch) ?? []) }, nullable };
  }
  if (nullable && branches.length === 1 && first) return { node: { ...first, ...rest }, nullable };
  return { node: { ...rest, anyOf: branches }, nullable };
}

/** The alternatives of a union, with those of unions directly inside of it. */
function flattened(branches: Record<string, unknown>[]): Record<string, unknown>[] {
  return branches.flatMap((branch) => {
    const { anyOf, ...rest } = branch;
    const onlyUnion = Array.isArray(anyOf) && Object.keys(rest).length === 0;
    return onlyUnion ? flattened(anyOf as Record<string, unknown>[]) : [branch];
  });
}

/** The values that a schema of literals allows. */
function valuesOf(schema: Record<string, unknown>): unknown[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

function typeOfAll(values: unknown[], path: string): string {
  const [type, ...others] = new Set(values.map((value) => typeof value));
  if (type === undefined || others.length > 0) {
    throw new SchemaConversionError(path, 'the values of an enum must have one type');
  }
  return type === 'number' && values.every(Number.isInteger) ? 'integer' : type;
}

// JSON Schema says the bound itself; OpenAPI v3 marks `minimum` as exclusive.
function exclusiveBounds(node: Record<string, unknown>, out: Record<string, unknown>): void {
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    const value = node[exclusive];
    if (typeof value === 'number') Object.assign(out, { [bound]: value, [exclusive]: true });
    else if (value === true) out[exclusive] = true;
  }
}

function children(
  node: Record<string, unknown>,
  out: Record<string, unknown>,
  path: string,
  structural: boolean,
): void {
  if (isObject(node['properties'])) {
    out['properties'] = Object.fromEntries(
      Object.entries(node['properties']).map(([name, child]) => [
        name,
        convert(child as Record<string, unknown>, `${path}.${name}`, structural),
      ]),
    );
  }
  if (isObject(node['items'])) out['items'] = convert(node['items'], `${path}[]`, structural);
  const patterns = isObject(node['patternProperties']) ? node['patternProperties'] : {};
  if (Object.keys(patterns).some((pattern) => pattern !== anyName)) {
    throw new SchemaConversionError(path, `a record with restricted names ${useRules}`);
  }
  const additional = patterns[anyName] ?? node['additionalProperties'];
  // `additionalProperties: false` says what pruning does anyway, and CRDs refuse it beside `properties`.
  if (isObject(additional)) out['additionalProperties'] = convert(additional, `${path}.*`, structural);
  else if (additional === true && structural) out['x-kubernetes-preserve-unknown-fields'] = true;
}

/** How TypeBox writes the names of `Type.Record(Type.String(), ...)`. */
const anyName = '^.*$';

// Branches of a junctor only restrict: their types are those of the schema around them.
function junctors(node: Record<string, unknown>, out: Record<string, unknown>, path: string): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = node[key];
    if (!Array.isArray(branches)) continue;
    if (out['x-kubernetes-int-or-string'] === true) {
      out[key] = branches;
      continue;
    }
    if (branches.some((branch: Record<string, unknown>) => branch['type'] !== undefined)) {
      if (key === 'allOf' || !intOrString(branches as Record<string, unknown>[])) {
        throw new SchemaConversionError(
          path,
          `${key} of types is not structural: declare all properties in one object and restrict them with 'x-kubernetes-validations'`,
        );
      }
      out['x-kubernetes-int-or-string'] = true;
      for (const branch of branches) liftBounds(branch as Record<string, unknown>, out, path);
      continue;
    }
    out[key] = branches.map((branch: Record<string, unknown>) => convert(branch, path, false));
  }
  if (isObject(node['not'])) out['not'] = convert(node['not'], path, false);
}

const intOrString = (branches: Record<string, unknown>[]): boolean =>
  branches.length === 2 &&
  branches.some((branch) => branch['type'] === 'integer') &&
  branches.some((branch) => branch['type'] === 'string');

const bounds: Record<string, string[]> = {
  integer: ['minimum', 'maximum', 'multipleOf', 'exclusiveMinimum', 'exclusiveMaximum'],
  string: ['minLength', 'maxLength', 'pattern'],
};

/** Bounds of numbers leave strings alone, and those of strings numbers: they may stand beside each other. */
function liftBounds(branch: Record<string, unknown>, out: Record<string, unknown>, path: string): void {
  const { type, description: _description, title: _title, ...rest } = branch;
  for (const [key, value] of Object.entries(rest)) {
    if (!bounds[String(type)]?.includes(key)) {
      throw new SchemaConversionError(path, `${key} of a number or string ${useRules}`);
    }
    out[key] = value;
  }
  exclusiveBounds(rest, out);
}
