import type { Difference } from '../plan/rule-set.ts';

/** How two maps differ, keys in the order of the maps. A value that changed is both removed and added. */
export interface MapChanges<Value> {
  readonly added: readonly (readonly [string, Value])[];
  readonly removed: readonly (readonly [string, Value])[];
}

/** What has to be added to and removed from what is found to get what is wanted. */
export function mapChanges<Value>(
  wanted: ReadonlyMap<string, Value>,
  found: ReadonlyMap<string, Value>,
  equal: (one: Value, other: Value) => boolean = Object.is,
): MapChanges<Value> {
  const added = entriesBeside(wanted, found, equal);
  // With as many left as there are, none can be too many: most changes are small, and sets large.
  const isSubset = wanted.size - added.length === found.size;
  return { added, removed: isSubset ? [] : entriesBeside(found, wanted, equal) };
}

function entriesBeside<Value>(
  map: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>,
  equal: (one: Value, other: Value) => boolean,
): [string, Value][] {
  const entries: [string, Value][] = [];
  map.forEach((value, key) => {
    const beside = other.get(key);
    if (beside === undefined || !equal(value, beside)) entries.push([key, value]);
  });
  return entries;
}

/** A key, with its value where it has one, as nft writes it. */
export function elementText([key, value]: readonly [string, string]): string {
  return value === '' ? key : `${key} : ${value}`;
}

/** How the elements of a set or map differ, in words. */
export function elementDifferences(
  where: string,
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): Difference[] {
  const { added, removed } = mapChanges(wanted, found);
  const differences: Difference[] = [];
  if (added.length > 0) differences.push(`${where} lacks ${listed(added.map(elementText))}`);
  if (removed.length > 0) differences.push(`${where} has ${listed(removed.map(elementText))} too many`);
  return differences;
}

/** How many things of a kind a report names one by one. */
const namedAtMost = 10;

/** `a, b, c`, or the first of them and how many more there are. */
function listed(names: readonly string[]): string {
  const rest = names.length - namedAtMost;
  return names.slice(0, namedAtMost).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
