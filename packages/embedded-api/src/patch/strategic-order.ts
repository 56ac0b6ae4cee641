import { badRequest } from '../status-error.ts';
import { field, isObject } from './json-value.ts';
import { rejectedPatch } from './rejected-patch.ts';

/**
 * The kind that all elements of the given lists share: `map` or a scalar's type.
 * @throws StatusError 422 for lists of lists, 400 for mixed or no elements.
 */
export const listKindOf = (...lists: (readonly unknown[])[]): string => {
  let kind: string | undefined;
  for (const item of lists.flat(1)) {
    if (Array.isArray(item)) throw rejectedPatch('lists of lists are not supported');
    const own = isObject(item) ? 'map' : typeof item;
    kind ??= own;
    if (kind !== own) throw badRequest(`list element types are not identical: ${JSON.stringify(lists)}`);
  }
  if (kind === undefined) throw badRequest('no elements in any of the given lists');
  return kind;
};

export const withoutDuplicates = (list: readonly unknown[]): unknown[] => [...new Set(list)];

const keyOf = (item: unknown, mergeKey: string): unknown =>
  mergeKey !== '' && isObject(item) ? field(item, mergeKey) : item;

/** Where each key of a list is first. With an empty merge key the items are the keys. */
export const positions = (order: readonly unknown[], mergeKey: string): Map<unknown, number> => {
  const index = new Map<unknown, number>();
  for (const [at, item] of order.entries()) {
    const key = keyOf(item, mergeKey);
    if (!index.has(key)) index.set(key, at);
  }
  return index;
};

const sortedBy = (
  list: readonly unknown[],
  index: ReadonlyMap<unknown, number>,
  mergeKey: string,
): unknown[] => {
  const at = (item: unknown): number => index.get(keyOf(item, mergeKey)) ?? Number.MAX_SAFE_INTEGER;
  return [...list].sort((a, b) => at(a) - at(b));
};

/**
 * The order the real server gives a merged list: items of the patch in the order of `wanted`, items only the server
 * has in the order they had, and a server-only item stands before a patch item only if it stood before it already.
 */
export const inMergedOrder = (
  merged: readonly unknown[],
  wanted: readonly unknown[],
  live: readonly unknown[],
  mergeKey: string,
): unknown[] => {
  const wantedAt = positions(wanted, mergeKey);
  const liveAt = positions(live, mergeKey);
  const isWanted = (item: unknown): boolean => wantedAt.has(keyOf(item, mergeKey));
  const patched = sortedBy(merged.filter(isWanted), wantedAt, mergeKey);
  const others = sortedBy(
    merged.filter((item) => !isWanted(item)),
    liveAt,
    mergeKey,
  );
  const result: unknown[] = [];
  let next = 0;
  for (const item of patched) {
    const at = liveAt.get(keyOf(item, mergeKey)) ?? -1;
    while (next < others.length && (liveAt.get(keyOf(others[next], mergeKey)) ?? at) < at)
      result.push(others[next++]);
    result.push(item);
  }
  return [...result, ...others.slice(next)];
};

/** Orders a merged list by `$setElementOrder`, after checking that the patch itself keeps to that order. */
export const inDeclaredOrder = (
  merged: readonly unknown[],
  order: readonly unknown[],
  patch: readonly unknown[],
  live: readonly unknown[],
  mergeKey: string,
): unknown[] => {
  const index = positions(order, mergeKey);
  let last = -1;
  for (const item of order.length > 0 ? patch : []) {
    if (isObject(item) && Object.hasOwn(item, '$patch')) continue;
    const at = index.get(keyOf(item, mergeKey)) ?? -1;
    if (at <= last)
      throw badRequest(
        `The order in patch list: ${JSON.stringify(patch)} doesn't match $setElementOrder list: ${JSON.stringify(order)}`,
      );
    last = at;
  }
  return merged.length > 0 ? inMergedOrder(merged, order, live, mergeKey) : [];
};
