import { equal } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import { insert, leaf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import type { Granular } from './granular.ts';
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
  for (const _ in result) return { '.': leaf, ...result };
  return leaf;
};

class Walk {
  readonly added: MutableFieldSet = {};
  readonly modified: MutableFieldSet = {};
  readonly removed: MutableFieldSet = {};
  readonly #path: PathElement[] = [];

  value(type: FieldType, left: unknown, right: unknown): void {
    if (left === right) return;
    const from = granular(type, left);
    const to = granular(type, right);
    if (from.form === 'map' && to.form === 'map') this.#map(from.type, from.value, to.value);
    else if (from.form === 'list' && to.form === 'list') this.#list(from.type, from.value, to.value);
    else if (from.form === 'leaf' && to.form === 'leaf') {
      if (!equal(left, right)) insert(this.modified, this.#path, leaf);
    } else this.#changedForm(type, from, to, left, right);
  }

  /** A scalar became a map or the like: the field is modified, and its parts come or go. */
  #changedForm(type: FieldType, from: Granular, to: Granular, left: unknown, right: unknown): void {
    insert(this.modified, this.#path, leaf);
    if (from.form !== 'leaf') this.#parts(this.removed, whole(type, left));
    if (to.form !== 'leaf') this.#parts(this.added, whole(type, right));
  }

  #parts(set: MutableFieldSet, node: FieldSet): void {
    for (const [element, child] of Object.entries(node))
      if (element !== '.') insert(set, [...this.#path, element], child);
  }

  #map(type: MapType, left: JsonObject, right: JsonObject): void {
    for (const name of Object.keys(left)) {
      const has = Object.hasOwn(right, name);
      if (has && left[name] === right[name]) continue;
      this.#path.push(fieldElement(name));
      const fieldType = fieldTypeIn(type, name);
      if (has) this.value(fieldType, left[name], right[name]);
      else insert(this.removed, this.#path, whole(fieldType, left[name]));
      this.#path.pop();
    }
    for (const name of Object.keys(right)) {
      if (Object.hasOwn(left, name)) continue;
      this.#path.push(fieldElement(name));
      insert(this.added, this.#path, whole(fieldTypeIn(type, name), right[name]));
      this.#path.pop();
    }
  }

  #list(type: ListType, left: readonly unknown[], right: readonly unknown[]): void {
    const before = itemsByElement(type, left);
    const after = itemsByElement(type, right);
    for (const [element, items] of before) {
      this.#path.push(element);
      this.#items(type, items, after.get(element) ?? []);
      this.#path.pop();
    }
    for (const [element, items] of after) {
      if (before.has(element)) continue;
      this.#path.push(element);
      this.#items(type, [], items);
      this.#path.pop();
    }
  }

  /** Items with the same path element: one on either side is compared, several are one thing owned whole. */
  #items(type: ListType, left: readonly unknown[], right: readonly unknown[]): void {
    if (left.length === 1 && right.length === 1) return this.value(type.element, left[0], right[0]);
    if (left.length > 1 && right.length > 1) {
      if (!equal(left, right)) insert(this.modified, this.#path, leaf);
      return;
    }
    if (left.length > 0) insert(this.removed, this.#path, this.#item(type, left));
    if (right.length > 0) insert(this.added, this.#path, this.#item(type, right));
  }

  #item(type: ListType, items: readonly unknown[]): FieldSet {
    return items.length > 1 ? leaf : whole(type.element, items[0]);
  }
}

/**
 * Which fields of `right` are new, different or gone compared with `left`. Values that both share by reference are
 * not looked into.
 * @throws ListItemError
 */
export const compare = (type: FieldType, left: unknown, right: unknown): Comparison => {
  const walk = new Walk();
  walk.value(type, left, right);
  return walk;
};
