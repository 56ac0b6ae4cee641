import type { ManagedFieldsEntry } from '../../object.ts';
import { isObject } from '../json-value.ts';
import { emptySet, isEmpty, parseFieldSet } from './field-set.ts';
import type { FieldSet } from './field-set.ts';

/** Who a set of fields belongs to. Appliers keep one entry for all versions they applied in. */
export interface ManagerIdentity {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** Empty for the object itself. */
  subresource: string;
}

/** One entry of `metadata.managedFields`, taken apart. */
export interface Manager extends ManagerIdentity {
  /** RFC 3339, whole seconds; of the last change. */
  time?: string;
  set: FieldSet;
}

/** The key under which an entry is kept; sorts as the real server sorts conflicts. */
export const identityOf = (manager: ManagerIdentity): string =>
  JSON.stringify([
    manager.manager,
    manager.operation,
    manager.operation === 'Apply' ? '' : manager.apiVersion,
    manager.subresource,
  ]);

const taken = (entry: ManagedFieldsEntry, set: FieldSet): Manager => ({
  manager: entry.manager ?? '',
  operation: entry.operation ?? 'Update',
  apiVersion: entry.apiVersion ?? '',
  subresource: entry.subresource ?? '',
  ...(entry.time ? { time: entry.time } : {}),
  set,
});

/** The entries of a stored object, which this server wrote itself. */
export const storedManagers = (entries: readonly ManagedFieldsEntry[] | undefined): Manager[] =>
  (entries ?? []).map((entry) => taken(entry, (entry.fieldsV1 ?? emptySet) as FieldSet));

/**
 * The entries a client sent.
 * @throws Error when one of them is malformed; the real server then keeps the stored ones.
 */
export const parseManagers = (entries: unknown): Manager[] => {
  if (!Array.isArray(entries)) throw new Error('managedFields is a list');
  return entries.map((entry: unknown, index) => {
    if (!isObject(entry)) throw new Error(`managedFields entry ${index} is not an object`);
    if (entry['fieldsType'] !== 'FieldsV1')
      throw new Error(`invalid fieldsType in managed fields entry ${index}`);
    const operation = entry['operation'] ?? '';
    if (operation !== 'Apply' && operation !== 'Update')
      throw new Error(`invalid operation in managed fields entry ${index}`);
    for (const name of ['manager', 'apiVersion', 'time', 'subresource'])
      if (typeof (entry[name] ?? '') !== 'string')
        throw new Error(`invalid ${name} in managed fields entry ${index}`);
    return taken(entry, parseFieldSet(entry['fieldsV1']));
  });
};

const secondsOf = (manager: Manager): number => (manager.time ? Date.parse(manager.time) / 1000 : 0);
const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byAge = (a: Manager, b: Manager): number =>
  byText(a.operation, b.operation) ||
  secondsOf(a) - secondsOf(b) ||
  byText(a.manager, b.manager) ||
  byText(a.apiVersion, b.apiVersion) ||
  byText(a.subresource, b.subresource);

/** The wire form, appliers first, then oldest first. Managers that own nothing are left out. */
export const encodeManagers = (managers: Iterable<Manager>): ManagedFieldsEntry[] =>
  [...managers]
    .filter((manager) => !isEmpty(manager.set))
    .sort(byAge)
    .map(({ manager, operation, apiVersion, time, set, subresource }) => ({
      manager,
      operation,
      apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: set as Record<string, unknown>,
      ...(subresource ? { subresource } : {}),
    }));

/** Seconds are what managed fields keep. */
export const timestamp = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;
