import { setField } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import { isEmpty, isMember, leaf, nodeOf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, fieldName } from './path-element.ts';

/** The value without the members of `set`. Maps and lists that lose their last part vanish: undefined. */
export const removeItems = (type: FieldType, value: unknown, set: FieldSet): unknown => {
  if (isEmpty(set)) return value;
  const parts = granular(type, value);
  if (parts.form === 'map') {
    if (Object.keys(parts.value).length === 0) return value;
    const result: JsonObject = {};
    for (const [name, entry] of Object.entries(parts.value)) {
      const kept = without(fieldTypeIn(parts.type, name), entry, set[fieldElement(name)]);
      if (kept !== undefined) setField(result, name, kept);
    }
    return Object.keys(result).length > 0 ? result : undefined;
  }
  if (parts.form === 'list') {
    if (parts.value.length === 0) return value;
    const result = parts.value
      .map((item) => without(parts.type.element, item, set[itemElement(parts.type, item)]))
      .filter((item) => item !== undefined);
    return result.length > 0 ? result : undefined;
  }
  return value;
};

const without = (type: FieldType, value: unknown, node: FieldSet | undefined): unknown => {
  if (!node) return value;
  return isMember(node) ? undefined : removeItems(type, value, node);
};

/**
 * The set with every declared field that leads to a member made a member too, so that removing all parts of a
 * struct removes the struct.
 */
export const withParents = (type: FieldType, set: FieldSet): FieldSet => {
  const result: MutableFieldSet = {};
  for (const [element, node] of Object.entries(set)) {
    if (element === '.') continue;
    const name = fieldName(element);
    const inside = name === undefined ? type.list?.element : type.map && fieldTypeIn(type.map, name);
    const member = isMember(node) || (name !== undefined && type.map?.declares(name) === true);
    result[element] = nodeOf(member, inside ? withParents(inside, node) : node) ?? leaf;
  }
  return result;
};
