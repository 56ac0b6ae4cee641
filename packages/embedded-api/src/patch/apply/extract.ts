import { isObject } from '../json-value.ts';
import { leaf, nodeOf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import { itemsByElement } from './list-item.ts';
import { fieldElement } from './path-element.ts';

/**
 * The fields that a configuration speaks about: its leaves, list items and map entries. Fields that the schema
 * declares are not members for merely leading to others.
 * @throws ListItemError
 */
export const extractSet = (type: FieldType, value: unknown): FieldSet => {
  const result: MutableFieldSet = {};
  const parts = granular(type, value);
  if (parts.form === 'map') {
    for (const [name, entry] of Object.entries(parts.value)) {
      const node = nodeOf(
        !parts.type.declares(name) || isBare(entry) || isLeaf(fieldTypeIn(parts.type, name), entry),
        extractSet(fieldTypeIn(parts.type, name), entry),
      );
      if (node) result[fieldElement(name)] = node;
    }
  } else if (parts.form === 'list') {
    for (const [element, items] of itemsByElement(parts.type, parts.value))
      // Items that share an element cannot be told apart, so they are owned whole.
      result[element] =
        items.length > 1 ? leaf : (nodeOf(true, extractSet(parts.type.element, items[0])) ?? leaf);
  }
  return result;
};

const isBare = (value: unknown): boolean =>
  value === null || (isObject(value) && Object.keys(value).length === 0);

const isLeaf = (type: FieldType, value: unknown): boolean => granular(type, value).form === 'leaf';
