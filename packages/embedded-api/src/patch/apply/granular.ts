import { isObject } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import { deduced } from './field-type.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';

/** How a value is taken apart for ownership; `leaf` values are owned whole. */
export type Granular =
  | { form: 'map'; type: MapType; value: JsonObject }
  | { form: 'list'; type: ListType; value: readonly unknown[] }
  | { form: 'leaf' };

const wholeLeaf: Granular = { form: 'leaf' };

/** How `value` of type `type` is taken apart. Null counts as an empty map or list where the type is one. */
export const granular = (type: FieldType, value: unknown): Granular => {
  if (Array.isArray(value))
    return type.list && type.list.kind !== 'atomic' ? { form: 'list', type: type.list, value } : wholeLeaf;
  if (isObject(value))
    return type.map && !type.map.atomic ? { form: 'map', type: type.map, value } : wholeLeaf;
  if (value !== null || type.scalar) return wholeLeaf;
  if (type.map && !type.map.atomic) return { form: 'map', type: type.map, value: {} };
  if (type.list && type.list.kind !== 'atomic') return { form: 'list', type: type.list, value: [] };
  return wholeLeaf;
};

/** The type of a field. One that the schema does not know is taken as it comes: pruning is not done here. */
export const fieldTypeIn = (type: MapType, name: string): FieldType => type.field(name) ?? deduced;
