import { equal } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import { emptySet, isEmpty, leaf, nodeOf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import { itemsByElement } from './list-item.ts';
import { fieldElement } from './path-element.ts';
import type { PathElement } from './path-element.ts';

/** What changed between two objects. No field is in more than one of the sets. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** A node with everything in `value`, containers included. */
const whole = (type: FieldType, value: unknown): FieldSet => {
  const parts = granular(type, value);
  const result: MutableFieldSet = {};
  if (parts.form === 'map') {
    for (const [name, entry] of Object.entries(parts.value))
      result[fieldElement(name)] = whole(fieldTypeIn(parts.type, name), entry);
  } else if (parts.form === 'list') {
    for (const [element, items] of itemsByElement(parts.type, parts.value))
      result[element] = items.length > 1 ? leaf : whole(parts.type.element, items[0]);
  }
  return nodeOf(true, result) ?? leaf;
};

const kinds = ['added', 'modified', 'removed'] as const;

/** What changed at one place: nodes of the three sets. Absent where nothing did. */
type Change = Partial<Record<(typeof kinds)[number], FieldSet>>;
type ChangeBelow = Partial<Record<(typeof kinds)[number], MutableFieldSet>>;

const record = (changes: ChangeBelow, element: PathElement, change: Change): void => {
  for (const kind of kinds) {
    const node = change[kind];
    if (node) (changes[kind] ??= {})[element] = node;
  }
};

const valueChange = (type: FieldType, left: unknown, right: unknown): Change => {
  if (left === right) return {};
  const from = granular(type, left);
  const to = granular(type, right);
  if (from.form === 'map' && to.form === 'map') return mapChange(from.type, from.value, to.value);
  if (from.form === 'list' && to.form === 'list') return listChange(from.type, from.value, to.value);
  if (from.form === 'leaf' && to.form === 'leaf') return equal(left, right) ? {} : { modified: leaf };
  // A scalar became a map or the like: the field is modified, and its parts come or go.
  const change: Change = { modified: leaf };
  const gone = from.form === 'leaf' ? emptySet : parts(type, left);
  const come = to.form === 'leaf' ? emptySet : parts(type, right);
  if (!isEmpty(gone)) change.removed = gone;
  if (!isEmpty(come)) change.added = come;
  return change;
};

/** The node of everything below a value; the value itself is left to `modified`. */
const parts = (type: FieldType, value: unknown): FieldSet => {
  const { '.': _, ...children } = whole(type, value);
  return children;
};

const mapChange = (type: MapType, left: JsonObject, right: JsonObject): Change => {
  const changes: ChangeBelow = {};
  for (const name of Object.keys(left)) {
    const fieldType = fieldTypeIn(type, name);
    const change = Object.hasOwn(right, name)
      ? valueChange(fieldType, left[name], right[name])
      : { removed: whole(fieldType, left[name]) };
    record(changes, fieldElement(name), change);
  }
  for (const name of Object.keys(right))
    if (!Object.hasOwn(left, name))
      record(changes, fieldElement(name), { added: whole(fieldTypeIn(type, name), right[name]) });
  return changes;
};

const listChange = (type: ListType, left: readonly unknown[], right: readonly unknown[]): Change => {
  const changes: ChangeBelow = {};
  const before = itemsByElement(type, left);
  const after = itemsByElement(type, right);
  for (const [element, items] of before)
    record(changes, element, itemChange(type, items, after.get(element) ?? []));
  for (const [element, items] of after)
    if (!before.has(element)) record(changes, element, itemChange(type, [], items));
  return changes;
};

/** Items with the same path element: one on either side is compared, several are one thing owned whole. */
const itemChange = (type: ListType, left: readonly unknown[], right: readonly unknown[]): Change => {
  if (left.length === 1 && right.length === 1) return valueChange(type.element, left[0], right[0]);
  if (left.length > 1 && right.length > 1) return equal(left, right) ? {} : { modified: leaf };
  const item = (items: readonly unknown[]): FieldSet =>
    items.length > 1 ? leaf : whole(type.element, items[0]);
  return {
    ...(left.length > 0 ? { removed: item(left) } : {}),
    ...(right.length > 0 ? { added: item(right) } : {}),
  };
};

/**
 * Which fields of `right` are new, different or gone compared with `left`, two objects. Values that both share by
 * reference are not looked into.
 * @throws ListItemError
 */
export const compare = (type: FieldType, left: unknown, right: unknown): Comparison => {
  const { added = emptySet, modified = emptySet, removed = emptySet } = valueChange(type, left, right);
  return { added, modified, removed };
};
