import { readFileSync } from 'node:fs';
import type { Schema } from '../served-resource.ts';

/** Where `$ref`s of built-in schemas lead. */
export interface SchemaSource {
  /** The schema that `#/components/schemas/NAME` or plain `NAME` means. Throws when there is none. */
  resolve(reference: string): Schema;
  has(name: string): boolean;
  names(): string[];
}

/**
 * One field of a built-in type.
 *
 * `type` is `string bool int32 int64 double bytes`, a type with a form of its own (`time microtime duration quantity
 * intorstring raw fields json schemaorbool schemaorarray schemaorstrings wrappedstrings`), or a model's name; `[]` in
 * front makes it a list, `{}` a map with string keys.
 */
export interface FieldFact {
  /** Protobuf field number; 0 when the field is not on the wire. */
  number: number;
  /** JSON name; empty for a struct that is a message on the wire but whose fields stand in its parent in JSON. */
  name: string;
  type: string;
  /** A Go pointer: a zero value that was sent is kept. */
  pointer: boolean;
  /** Without `omitempty`: answers carry it also when empty. */
  always: boolean;
  /** With `omitzero`: answers leave it out when zero although it is a struct. */
  omitZero: boolean;
}

const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`./generated/${name}`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;

const REFERENCE = '#/components/schemas/';

let schemas: Record<string, unknown> | undefined;
const allSchemas = (): Record<string, unknown> => (schemas ??= read('schemas.json'));

/** The OpenAPI v3 schemas of all built-in types, read from disk on first use. */
export const builtinSchemas: SchemaSource = {
  resolve(reference) {
    const name = reference.startsWith(REFERENCE) ? reference.slice(REFERENCE.length) : reference;
    if (!Object.hasOwn(allSchemas(), name)) throw new Error(`there is no built-in schema ${name}`);
    return allSchemas()[name] as Schema;
  },
  has: (name) => Object.hasOwn(allSchemas(), name),
  names: () => Object.keys(allSchemas()),
};

let rows: Record<string, [number, string, string, string][]> | undefined;
const facts = new Map<string, FieldFact[]>();

/** The fields of a built-in type by its model name, `undefined` for an unknown one. Read from disk on first use. */
export const fieldsOf = (model: string): readonly FieldFact[] | undefined => {
  const known = facts.get(model);
  if (known) return known;
  rows ??= read('fields.json') as Record<string, [number, string, string, string][]>;
  const found = Object.hasOwn(rows, model) ? rows[model] : undefined;
  if (!found) return undefined;
  const fields = found.map(([number, name, type, flags]) => ({
    number,
    name,
    type,
    pointer: flags.includes('p'),
    always: flags.includes('r'),
    omitZero: flags.includes('z'),
  }));
  facts.set(model, fields);
  return fields;
};
