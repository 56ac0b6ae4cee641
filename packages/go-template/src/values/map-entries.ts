import { typeOf, underlying } from './value-kind.ts';
import { compareText } from './utf8.ts';

/** What a map holds under a key; undefined when it has no such key. Only own properties count. */
export function mapEntry(map: unknown, key: string | number): unknown {
  const data = underlying(map) as object;
  if (data instanceof Map) return (data as ReadonlyMap<unknown, unknown>).get(key);
  return Object.hasOwn(data, key) ? (data as Record<string | number, unknown>)[key] : undefined;
}

/** What a map answers for a key that it lacks: the zero value of its elements. */
export function zeroOf(map: unknown): unknown {
  return typeOf(map)?.zero ?? null;
}

function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return Number(a) - Number(b);
}

/** The keys of a map in the order in which Go ranges over and prints it. */
export function mapKeys(map: unknown): (string | number)[] {
  const data = underlying(map) as object;
  const keys =
    data instanceof Map ? [...(data as ReadonlyMap<string | number, unknown>).keys()] : Object.keys(data);
  return keys.sort(compareKeys);
}
