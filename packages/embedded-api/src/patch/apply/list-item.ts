import { field, isObject } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import type { ListType } from './field-type.ts';
import { keyElement, valueElement } from './path-element.ts';
import type { PathElement } from './path-element.ts';

/** A list item that cannot be told apart from the others: its key is missing or it has the wrong shape. */
export class ListItemError extends Error {}

const keyed = (type: ListType, item: unknown): PathElement => {
  if (item === null) throw new ListItemError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new ListItemError('associative list with keys may not have non-map elements');
  const keys: JsonObject = {};
  for (const name of type.keys) {
    const value = field(item, name) ?? type.keyDefaults[name];
    // An item without one of several keys is another item than those that have it.
    if (value !== undefined) keys[name] = value;
  }
  if (Object.keys(keys).length === 0)
    throw new ListItemError(
      `associative list with keys has an element that omits all key fields [${type.keys.map((name) => `"${name}"`).join(' ')}] (and doesn't have default values for any key fields)`,
    );
  return keyElement(keys);
};

/**
 * The path element of an item of a set or keyed list.
 * @throws ListItemError when it has none.
 */
export const itemElement = (type: ListType, item: unknown): PathElement => {
  if (type.kind === 'map') return keyed(type, item);
  if (item === null)
    throw new ListItemError("associative list without keys has an element that's an explicit null");
  if (isObject(item))
    throw new ListItemError("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) throw new ListItemError('not supported: associative list with lists as elements');
  return valueElement(item);
};

/** Items by path element, in the list's order. Where several share an element, all of them are kept. */
export const itemsByElement = (type: ListType, list: readonly unknown[]): Map<PathElement, unknown[]> => {
  const items = new Map<PathElement, unknown[]>();
  for (const item of list) {
    const element = itemElement(type, item);
    const same = items.get(element);
    if (same) same.push(item);
    else items.set(element, [item]);
  }
  return items;
};
