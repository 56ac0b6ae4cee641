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
const refused: Record<string, string> = {
  $ref: 'references are not possible in a CRD: use the schema itself',
  $defs: 'references are not possible in a CRD: use the schema itself',
  additionalItems: 'a tuple is not possible in a CRD: use an object or an array of one type',
  uniqueItems: "unique items are not possible in a CRD: use 'x-kubernetes-list-type': 'set'",
  if: "conditions are not possible in a CRD: use 'x-kubernetes-validations'",
};

/**
 * The structural schema of a TypeBox type. Unions of literals become `enum`, a union with null becomes `nullable`,
 * records become `additionalProperties`, unknown values keep all their fields; options named `x-kubernetes-*` pass.
 *
 * @throws {SchemaConversionError} for what a CRD cannot express.
 */
export function fromTypeBox(schema: TSchema): JsonSchema {
  return convert(JSON.parse(JSON.stringify(schema)) as Record<string, unknown>, '', true);
}

function convert(source: Record<string, unknown>, path: string, structural: boolean): JsonSchema {
  const { node, nullable } = withoutNull(source);
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key in refused) throw new SchemaConversionError(path, refused[key] ?? '');
    if (kept.has(key) || key.startsWith('x-kubernetes-')) out[key] = value;
  }
  if (nullable) out['nullable'] = true;
  if (node['const'] !== undefined) out['enum'] = [node['const']];
  if (Array.isArray(out['enum']) && out['type'] === undefined && structural) {
    out['type'] = typeOfAll(out['enum'], path);
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
  const branches = (anyOf as Record<string, unknown>[]).filter((branch) => branch['type'] !== 'null');
  const nullable = branches.length < anyOf.length;
  const [first] = branches;
  if (branches.length > 0 && branches.every((branch) => branch['const'] !== undefined)) {
    return { node: { ...rest, enum: branches.map((branch) => branch['const']) }, nullable };
  }
  if (nullable && branches.length === 1 && first) return { node: { ...first, ...rest }, nullable };
  return { node: { ...rest, anyOf: branches }, nullable };
}

function typeOfAll(values: unknown[], path: string): string {
  const types = new Set(
    values.map((value) => (typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value)),
  );
  const [type] = types;
  if (types.size !== 1 || type === undefined) {
    throw new SchemaConversionError(path, 'the values of an enum must have one type');
  }
  return type;
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
  const patterns = isObject(node['patternProperties']) ? Object.values(node['patternProperties']) : [];
  const additional = patterns[0] ?? node['additionalProperties'];
  if (patterns.length > 1) throw new SchemaConversionError(path, 'a record has one type of values in a CRD');
  // `additionalProperties: false` says what pruning does anyway, and CRDs refuse it beside `properties`.
  if (isObject(additional)) out['additionalProperties'] = convert(additional, `${path}.*`, structural);
}

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
      if (!intOrString(branches as Record<string, unknown>[])) {
        throw new SchemaConversionError(
          path,
          `${key} of types is not structural: declare all properties in one object and restrict them with 'x-kubernetes-validations'`,
        );
      }
      out['x-kubernetes-int-or-string'] = true;
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
