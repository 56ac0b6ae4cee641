import type { Comparison } from './compare.ts';
import { difference, intersection, isEmpty, union } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { identityOf } from './managed-fields.ts';
import type { Manager, ManagerIdentity } from './managed-fields.ts';

/** Fields of another manager that a request would change. */
export interface Overlap {
  manager: Manager;
  set: FieldSet;
}

/** What others own of the fields that changed, in the order of their identities. */
export const overlaps = (
  managers: readonly Manager[],
  change: Comparison,
  self: ManagerIdentity,
): Overlap[] => {
  const changed = union(change.modified, change.added);
  if (isEmpty(changed)) return [];
  const own = identityOf(self);
  return managers
    .filter((manager) => identityOf(manager) !== own)
    .map((manager) => ({ manager, set: intersection(manager.set, changed) }))
    .filter(({ set }) => !isEmpty(set))
    .sort((a, b) => (identityOf(a.manager) < identityOf(b.manager) ? -1 : 1));
};

/** The managers after a change: whoever else owned a changed field loses it, and everybody loses removed fields. */
export const afterChange = (
  managers: readonly Manager[],
  change: Comparison,
  self: ManagerIdentity,
): Manager[] => {
  const own = identityOf(self);
  const lost = union(union(change.modified, change.added), change.removed);
  if (isEmpty(lost)) return [...managers];
  return managers.map((manager) => ({
    ...manager,
    set: difference(manager.set, identityOf(manager) === own ? change.removed : lost),
  }));
};

const maxUpdaters = 10;

/** Merges the oldest updaters of a version into one `ancient-changes` entry until ten are left. */
export const capUpdaters = (managers: readonly Manager[]): Manager[] => {
  const updaters = managers.filter(({ operation, set }) => operation === 'Update' && !isEmpty(set));
  let surplus = updaters.length - maxUpdaters;
  if (surplus <= 0) return [...managers];
  const kept = new Map(managers.map((manager) => [identityOf(manager), manager]));
  const oldest = new Map<string, Manager>();
  const byTime = updaters.sort(
    (a, b) =>
      Date.parse(a.time ?? '1970-01-01') - Date.parse(b.time ?? '1970-01-01') ||
      (identityOf(a) < identityOf(b) ? -1 : 1),
  );
  for (const manager of byTime) {
    if (surplus <= 0) break;
    const bucket = `${manager.apiVersion}/${manager.subresource}`;
    const previous = oldest.get(bucket);
    if (!previous) {
      oldest.set(bucket, manager);
      continue;
    }
    const merged: Manager = { ...manager, manager: 'ancient-changes', set: union(previous.set, manager.set) };
    kept.delete(identityOf(previous));
    kept.delete(identityOf(manager));
    kept.set(identityOf(merged), merged);
    oldest.set(bucket, merged);
    surplus--;
  }
  return [...kept.values()];
};
