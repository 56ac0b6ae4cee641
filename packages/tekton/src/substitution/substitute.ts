import type { ParamValue } from '../api/schema.ts';
import type { FieldTable } from './fields.ts';
import { type Replacements, replaceList, replaceText, replaceValue } from './replacements.ts';

/** A path of a field table, split once. */
type Segment = { key: string } | 'items' | 'values' | 'param';

const compiled = new WeakMap<FieldTable, Segment[][]>();

/**
 * Replaces variables in the fields that a table names, and nowhere else. The argument is not changed; untouched
 * parts of the result are shared with it.
 */
export function substitute<T>(value: T, table: FieldTable, by: Replacements): T {
  if (by.strings.size + by.arrays.size + by.objects.size === 0) return value;
  let paths = compiled.get(table);
  if (paths === undefined) compiled.set(table, (paths = table.map(segments)));
  return paths.reduce<unknown>((result, path) => atPath(result, path, 0, by), value) as T;
}

/** All texts in the fields that a table names. */
export function textsOf(value: unknown, table: FieldTable): string[] {
  const found: string[] = [];
  for (const path of table.map(segments)) collect(value, path, 0, found);
  return found;
}

function segments(path: string): Segment[] {
  return [...path.matchAll(/[^.[\]{}!]+|\[\]|\{\}|!/g)].map(([part]) =>
    part === '[]' ? 'items' : part === '{}' ? 'values' : part === '!' ? 'param' : { key: part },
  );
}

function atPath(value: unknown, path: Segment[], depth: number, by: Replacements): unknown {
  const segment = path[depth];
  if (value === undefined || value === null) return value;
  if (segment === undefined) return leaf(value, by);
  if (segment === 'param') return replaceValue(value as ParamValue, by);
  if (segment === 'items') {
    return Array.isArray(value) ? mapped(value, (item) => atPath(item, path, depth + 1, by)) : value;
  }
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const object = value as Record<string, unknown>;
  const keys = segment === 'values' ? Object.keys(object) : segment.key in object ? [segment.key] : [];
  let result = object;
  for (const key of keys) {
    const changed = atPath(object[key], path, depth + 1, by);
    if (changed !== object[key]) result = { ...result, [key]: changed };
  }
  return result;
}

function leaf(value: unknown, by: Replacements): unknown {
  if (typeof value === 'string') return replaceText(value, by);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    const items = replaceList(value, by);
    return items.length === value.length && items.every((item, index) => item === value[index])
      ? value
      : items;
  }
  return value;
}

/** Keeps the list itself when no item changed. */
function mapped(list: unknown[], change: (item: unknown) => unknown): unknown[] {
  const items = list.map(change);
  return items.every((item, index) => item === list[index]) ? list : items;
}

function collect(value: unknown, path: Segment[], depth: number, found: string[]): void {
  const segment = path[depth];
  if (typeof value === 'string') found.push(value);
  if (typeof value !== 'object' || value === null) return;
  if (segment === undefined || segment === 'param' || segment === 'items' || segment === 'values') {
    const rest = segment === 'items' || segment === 'values' ? depth + 1 : depth;
    for (const item of Object.values(value)) collect(item, path, rest, found);
  } else {
    collect((value as Record<string, unknown>)[segment.key], path, depth + 1, found);
  }
}
