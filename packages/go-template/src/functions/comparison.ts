import type { GoKind } from '../values/go-type.ts';
import { compareText } from '../values/utf8.ts';
import { kindOf, typeName, typeOf, underlying } from '../values/value-kind.ts';

const basic: ReadonlySet<GoKind> = new Set<GoKind>(['bool', 'string', 'int', 'uint', 'float']);

/** Integers compare whatever their sign; all else only with its own kind. */
const family = (kind: GoKind): GoKind => (kind === 'uint' ? 'int' : kind);

/** Whether two values that are not nil are the same. @throws Error for slices, maps and functions. */
function same(a: unknown, b: unknown): boolean {
  const kind = kindOf(b);
  if (family(kindOf(a)) !== family(kind)) return false;
  // oxlint-disable-next-line eqeqeq -- 1 and 1n are the same integer
  if (basic.has(kind)) return underlying(a) == underlying(b);
  if (kind !== 'struct') throw new Error(`non-comparable type ${typeName(b)}`);
  const type = typeOf(b);
  if (!type || typeOf(a) !== type) return a === b;
  const left = underlying(a) as Readonly<Record<string, unknown>>;
  const right = underlying(b) as Readonly<Record<string, unknown>>;
  return (
    left === right || (type.fields.length > 0 && type.fields.every((name) => equal(left[name], right[name])))
  );
}

function equal(a: unknown, b: unknown): boolean {
  const nils = [a, b].filter((value) => kindOf(value) === 'nil').length;
  return nils > 0 ? nils === 2 : same(a, b);
}

/** Go's `eq`: whether the first value is any of the others. @throws Error with Go's words. */
export function isEqual(value: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => {
    const kinds = [kindOf(value), kindOf(other)].map((kind) => (basic.has(kind) ? family(kind) : 'other'));
    const nil = kindOf(value) === 'nil' || kindOf(other) === 'nil';
    if (kinds[0] !== kinds[1] && !nil) throw new Error('incompatible types for comparison');
    return equal(value, other);
  });
}

/** Go's `lt`. @throws Error with Go's words. */
export function isLess(a: unknown, b: unknown): boolean {
  const kind = kindOf(a);
  const other = kindOf(b);
  if (!basic.has(kind) || !basic.has(other)) throw new Error('invalid type for comparison');
  if (family(kind) !== family(other)) throw new Error('incompatible types for comparison');
  if (kind === 'bool') throw new Error('invalid type for comparison');
  const left = underlying(a) as string | number | bigint;
  const right = underlying(b) as string | number | bigint;
  return typeof left === 'string' && typeof right === 'string' ? compareText(left, right) < 0 : left < right;
}

/** Go's `le`: less or equal. */
export const isLessOrEqual = (a: unknown, b: unknown): boolean => isLess(a, b) || isEqual(a, [b]);
