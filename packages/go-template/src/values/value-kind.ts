import { GoFunction } from '../functions/go-function.ts';
import { GoType, GoValue, type GoKind } from './go-type.ts';

/** A number as Go would hold it: whole numbers that JavaScript holds exactly are ints. */
const numberKind = (value: number): GoKind => (Number.isSafeInteger(value) ? 'int' : 'float');

/** Whether an object is a plain one, of this realm or another, and so a map to templates. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/**
 * The kind of a value. Objects that are neither plain nor typed are structs without fields: templates can pass them on
 * to functions and nothing else.
 */
export function kindOf(value: unknown): GoKind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return numberKind(value);
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'function':
    case 'symbol':
      return 'func';
    case 'object':
      return objectKind(value);
    default:
      return 'nil';
  }
}

function objectKind(value: object | null): GoKind {
  if (value === null) return 'nil';
  if (value instanceof GoValue) return value.type.kind;
  if (Array.isArray(value)) return 'slice';
  if (value instanceof GoFunction) return 'func';
  return value instanceof Map || isPlain(value) ? 'map' : 'struct';
}

const plainNames: Readonly<Record<GoKind, string>> = {
  bool: 'bool',
  float: 'float64',
  func: 'func()',
  int: 'int',
  map: 'map[string]interface {}',
  nil: 'interface {}',
  slice: '[]interface {}',
  string: 'string',
  struct: 'struct {}',
  uint: 'uint',
};

/** The type of a value as Go writes it. */
export const typeName = (value: unknown): string =>
  value instanceof GoValue ? value.type.name : plainNames[kindOf(value)];

/** The type of a typed value. */
export const typeOf = (value: unknown): GoType | undefined =>
  value instanceof GoValue ? value.type : undefined;

/** What is under a typed value; other values are themselves. */
export const underlying = (value: unknown): unknown => (value instanceof GoValue ? value.value : value);

/** The elements of a slice. */
export const elementsOf = (value: unknown): readonly unknown[] => underlying(value) as readonly unknown[];

/** Whether `if` and its siblings take a value for true: not the zero of its type. */
export function isTrue(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'nil':
      return false;
    case 'bool':
      return underlying(value) === true;
    case 'string':
      return underlying(value) !== '';
    case 'int':
    case 'uint':
    case 'float':
      return Number(underlying(value)) !== 0;
    case 'slice':
      return elementsOf(value).length > 0;
    case 'map':
      return mapSize(value) > 0;
    default:
      return true;
  }
}

/** How many entries a map has. */
export function mapSize(map: unknown): number {
  const data = underlying(map) as object;
  return data instanceof Map ? data.size : Object.keys(data).length;
}
