import { Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { charge, chargeFor } from './budget.ts';
import { SchemaObject } from './schema-object.ts';

/** A value of one of our own CEL types (quantities, addresses). */
interface Comparable {
  equals(other: unknown): boolean;
}

const listSchemas = new WeakMap<unknown[], JsonSchema>();

/** Remembers that a CEL list follows a schema, because lists of type set and map compare without order. */
export function tagList(list: unknown[], schema: JsonSchema): unknown[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set' || type === 'map') listSchemas.set(list, schema);
  return list;
}

/** Equality of CEL values: numbers across types, lists and maps by content, `set` and `map` lists without order. */
export function celEqual(a: unknown, b: unknown): boolean {
  chargeComparison(a, b);
  if (a === b) return true;
  if (isNumeric(a) && isNumeric(b)) return numeric(a) == numeric(b); // oxlint-disable-line eqeqeq
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof SchemaObject) return b instanceof SchemaObject && objectsEqual(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b);
  if (a instanceof Map || isMapLiteral(a)) return (b instanceof Map || isMapLiteral(b)) && mapsEqual(a, b);
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof Duration) return b instanceof Duration && a.seconds === b.seconds && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Optional) return b instanceof Optional && optionalsEqual(a, b);
  return 'equals' in a && (a as Comparable).equals(b);
}

/** Comparing goes deep and is repeated by loops, so it is charged for each value that it reaches. */
function chargeComparison(a: unknown, b: unknown): void {
  charge(0.1);
  if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) chargeFor(a);
}

const isNumeric = (value: unknown): value is bigint | number | UnsignedInt =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof UnsignedInt;
const numeric = (value: bigint | number | UnsignedInt): bigint | number =>
  value instanceof UnsignedInt ? value.valueOf() : value;

/** True for a map that an expression wrote out; cel-js makes it a plain object. */
export const isMapLiteral = (value: unknown): value is Record<string, unknown> =>
  isObject(value) &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

function listsEqual(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  const unordered = listSchemas.has(a) || listSchemas.has(b);
  if (!unordered) return a.every((item, i) => celEqual(item, b[i]));
  return haveEqualMembers(a, b, celEqual);
}

/** Whether each member of `a` has one of its own in `b`, in time that grows with their number, not its square. */
function haveEqualMembers(
  a: unknown[],
  b: unknown[],
  equal: (one: unknown, other: unknown) => boolean,
): boolean {
  const candidates = Map.groupBy(b, outline);
  return a.every((item) => {
    const alike = candidates.get(outline(item));
    const found = alike?.findIndex((other) => equal(item, other)) ?? -1;
    if (found >= 0) alike?.splice(found, 1);
    return found >= 0;
  });
}

/** A text that equal values have in common, and different ones seldom: of objects, the fields that are no objects. */
function outline(value: unknown): string {
  if (value instanceof SchemaObject) return outline(value[SchemaObject.json]);
  if (value instanceof Map) return outlineOf([...value]);
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Duration) return `${value.seconds}.${value.nanos}`;
  if (isMapLiteral(value)) return outlineOf(Object.entries(value));
  return scalar(value);
}

const outlineOf = (fields: [unknown, unknown][]): string =>
  fields
    .map(([name, value]) => `${scalar(name)}=${scalar(value)}`)
    .sort()
    .join('\n');

const scalar = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return isNumeric(value) || typeof value === 'boolean' ? String(value.valueOf()) : '';
};

function mapsEqual(a: object, b: object): boolean {
  const [one, other] = [entriesOf(a), entriesOf(b)];
  if (one.size !== other.size) return false;
  for (const [key, value] of one) {
    if (!other.has(key) || !celEqual(value, other.get(key))) return false;
  }
  return true;
}

const entriesOf = (map: object): Map<unknown, unknown> =>
  map instanceof Map ? map : new Map(Object.entries(map));

const optionalsEqual = (a: Optional, b: Optional): boolean =>
  a.hasValue() === b.hasValue() && (!a.hasValue() || celEqual(a.value(), b.value()));

function objectsEqual(a: SchemaObject, b: SchemaObject): boolean {
  const schema = (a as unknown as { [SchemaObject.schema]: JsonSchema })[SchemaObject.schema];
  return jsonEqual(a[SchemaObject.json], b[SchemaObject.json], schema);
}

/** Equality of JSON that follows a schema. */
function jsonEqual(a: unknown, b: unknown, schema: JsonSchema | undefined): boolean {
  chargeComparison(a, b);
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const type = schema?.['x-kubernetes-list-type'];
    if (type !== 'set' && type !== 'map') return a.every((item, i) => jsonEqual(item, b[i], schema?.items));
    return haveEqualMembers(a, b, (item, other) => jsonEqual(item, other, schema?.items));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  const { properties, additionalProperties } = schema ?? {};
  const child = (key: string): JsonSchema | undefined =>
    (properties && Object.hasOwn(properties, key) ? properties[key] : undefined) ??
    (isObject(additionalProperties) ? additionalProperties : undefined);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key], child(key)))
  );
}
