import type { KubeObject, ManagedFieldsEntry } from '../../object.ts';
import { equal } from '../json-value.ts';
import { compare } from './compare.ts';
import { isEmpty, union } from './field-set.ts';
import { objectType } from './field-type.ts';
import { identityOfWriter } from './field-writer.ts';
import type { FieldWriter } from './field-writer.ts';
import { ListItemError } from './list-item.ts';
import { encodeManagers, identityOf, parseManagers, storedManagers, timestamp } from './managed-fields.ts';
import type { Manager } from './managed-fields.ts';
import { afterChange, capUpdaters } from './ownership.ts';
import { reconcile } from './reconcile.ts';
import { trackedFields } from './tracked-fields.ts';

/** A write other than server-side apply. */
export interface TrackedUpdate extends FieldWriter {
  /** The stored object; undefined for a create. */
  live: KubeObject | undefined;
  /** The object to be stored, after patching and defaulting. */
  next: KubeObject;
}

/** An object with its `managedFields` replaced; without any when the list is empty. */
export const withManagedFields = (object: KubeObject, entries: ManagedFieldsEntry[]): KubeObject => {
  const { managedFields, ...metadata } = object.metadata;
  if (entries.length === 0) return managedFields === undefined ? object : { ...object, metadata };
  if (equal(managedFields, entries)) return object;
  return { ...object, metadata: { ...metadata, managedFields: entries } };
};

const isReset = (entries: unknown): boolean =>
  Array.isArray(entries) && (entries.length === 0 || (entries.length === 1 && equal(entries[0], {})));

/**
 * The managers to start from. A client may rewrite the entries, or reset them with `[]` or `[{}]`; whoever leaves
 * them out or garbles them keeps the stored ones. Subresources cannot change them.
 */
const startingManagers = ({ live, next, subresource }: TrackedUpdate): Manager[] => {
  const stored = live?.metadata.managedFields;
  const sent: unknown = next.metadata.managedFields;
  if (subresource !== '' || sent === undefined || sent === null || equal(sent, stored))
    return storedManagers(stored);
  if (isReset(sent)) return [];
  try {
    return parseManagers(sent);
  } catch {
    return storedManagers(stored);
  }
};

/**
 * Brings `metadata.managedFields` of an object about to be stored up to date: the writer owns what it added or
 * changed, others lose it, and removed fields belong to nobody. Returns `next` itself when its entries are already
 * right. An object stored without managed fields is not tracked until it is first applied, and neither is one whose
 * keyed lists hold items without keys: its entries are dropped, as the real server does.
 */
export const trackUpdate = (update: TrackedUpdate): KubeObject => {
  const { live, next } = update;
  const managers = startingManagers(update);
  if (live && managers.length === 0) return withManagedFields(next, []);
  try {
    return withManagedFields(next, encodeManagers(managersAfter(update, managers)));
  } catch (error) {
    if (error instanceof ListItemError) return withManagedFields(next, []);
    throw error;
  }
};

const managersAfter = (update: TrackedUpdate, managers: readonly Manager[]): Manager[] => {
  const type = objectType(update.schema, update.resolve);
  const found = compare(type, update.live ?? update.empty ?? {}, update.next);
  const change = {
    added: trackedFields(found.added, update),
    modified: trackedFields(found.modified, update),
    removed: trackedFields(found.removed, update),
  };
  const self = identityOfWriter(update, 'Update');
  const before = managers.map((manager) => ({ ...manager, set: reconcile(type, manager.set) }));
  const others = afterChange(before, change, self);
  const taken = union(change.added, change.modified);
  if (isEmpty(taken)) return others;
  const own = identityOf(self);
  const previous = others.find((manager) => identityOf(manager) === own);
  const current: Manager = {
    ...self,
    time: timestamp(update.now),
    set: previous ? union(previous.set, taken) : taken,
  };
  return capUpdaters([...others.filter((manager) => manager !== previous), current]);
};
