import type { GoKind } from '../values/go-type.ts';
import { compareText } from '../values/utf8.ts';
import { kindOf, typeName, typeOf, underlying } from '../values/value-kind.ts';

/** Kinds that compare with each other: integers whatever their sign, all else with its own; undefined is no basic kind. */
function familyOf(kind: GoKind): GoKind | undefined {
  switch (kind) {
    case 'bool':
    case 'string':
    case 'int':
    case 'float':
      return kind;
    case 'uint':
      return 'int';
    default:
      return undefined;
  }
}

/** Whether two values are the same. @throws Error for those that Go does not compare. */
function isSame(a: unknown, b: unknown): boolean {
  const kind = kindOf(a);
  const other = kindOf(b);
  if (kind === 'nil' || other === 'nil') return kind === other;
  const family = familyOf(kind);
  if (family !== familyOf(other)) throw new Error('incompatible types for comparison');
  // oxlint-disable-next-line eqeqeq -- 1 and 1n are the same integer
  if (family !== undefined) return underlying(a) == underlying(b);
  if (kind !== other) throw new Error(`non-comparable types ${typeName(a)}, ${typeName(b)}`);
  if (kind !== 'struct') throw new Error(`non-comparable type ${typeName(b)}`);
  return a === b || isSameStruct(a, b);
}

/** Field by field; structs that show no fields are the same only when they are one. */
function isSameStruct(a: unknown, b: unknown): boolean {
  const type = typeOf(a);
  const left = underlying(a) as Readonly<Record<string, unknown>>;
  const right = underlying(b) as Readonly<Record<string, unknown>>;
  if (!type || typeOf(b) !== type) return false;
  return (
    left === right || (type.fields.length > 0 && type.fields.every((name) => isSame(left[name], right[name])))
  );
}

/** Go's `eq`: whether the first value is any of the others. @throws Error with Go's words. */
export function isEqual(value: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => isSame(value, other));
}

/** Go's `lt`. @throws Error with Go's words. */
export function isLess(a: unknown, b: unknown): boolean {
  const kind = kindOf(a);
  const other = kindOf(b);
  const family = familyOf(kind);
  if (family === undefined || familyOf(other) === undefined) throw new Error('invalid type for comparison');
  if (family !== familyOf(other)) throw new Error('incompatible types for comparison');
  if (kind === 'bool') throw new Error('invalid type for comparison');
  const left = underlying(a) as string | number | bigint;
  const right = underlying(b) as string | number | bigint;
  return typeof left === 'string' && typeof right === 'string' ? compareText(left, right) < 0 : left < right;
}

/** Go's `le`: less or equal. */
export const isLessOrEqual = (a: unknown, b: unknown): boolean => isLess(a, b) || isEqual(a, [b]);
