import { isDeepStrictEqual } from 'node:util';

/**
 * The merge patch (RFC 7386) that turns `before` into `after`; undefined when they are equal. Lists are
 * replaced whole. A null inside `after` cannot be said in a merge patch: it removes.
 */
export function mergePatchOf(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (!isPlainObject(before) || !isPlainObject(after)) return after;
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name) || after[name] === undefined) patch[name] = null;
  }
  for (const [name, value] of Object.entries(after)) {
    const change =
      value === undefined
        ? undefined
        : mergePatchOf(Object.hasOwn(before, name) ? before[name] : undefined, value);
    if (change !== undefined) patch[name] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
