import { field } from '../json-value.ts';
import { extractSet } from './extract.ts';
import { isEmpty, isMember, leaf, nodeOf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType, ListType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import { itemsByElement } from './list-item.ts';
import type { PathElement } from './path-element.ts';

type ChildOf = (element: PathElement) => { type: FieldType; value: unknown } | undefined;

/** Leads from a value to its parts by path element; undefined when the value is owned whole. */
const childrenOf = (type: FieldType, value: unknown): ChildOf | undefined => {
  const { map, list, scalar } = type;
  if (map) {
    const parts = granular(type, value);
    const fields = parts.form === 'map' ? parts.value : {};
    return map.atomic
      ? undefined
      : (element) => ({ type: fieldTypeIn(map, element.slice(2)), value: field(fields, element.slice(2)) });
  }
  if (scalar || !list) return () => undefined;
  return list.kind === 'atomic' ? undefined : itemsOf(list, value);
};

const itemsOf = (type: ListType, value: unknown): ChildOf => {
  let items: Map<PathElement, unknown[]> | undefined;
  return (element) => {
    items ??= Array.isArray(value) ? itemsByElement(type, value) : new Map<PathElement, unknown[]>();
    return { type: type.element, value: items.get(element)?.[0] };
  };
};

/**
 * A manager's set, fitted to a schema that changed since it was written: what became atomic is owned whole, what
 * became granular is owned part by part. As in the real server, owning nothing but a map or list item itself counts
 * as the latter. Returns the same set when it fits.
 * @throws ListItemError
 */
export const reconcile = (type: FieldType, set: FieldSet, live: unknown): FieldSet => {
  if (live === undefined || live === null) return set;
  const childOf = childrenOf(type, live);
  if (!childOf) return set;
  let result: MutableFieldSet | undefined;
  for (const element in set) {
    if (element === '.') continue;
    const child = childOf(element);
    if (!child) continue;
    const node = set[element] as FieldSet;
    const fitted = reconcileNode(child.type, node, child.value);
    if (fitted === node) continue;
    result ??= { ...set };
    result[element] = fitted;
  }
  return result ?? set;
};

const reconcileNode = (type: FieldType, node: FieldSet, value: unknown): FieldSet => {
  if (isEmpty(node)) {
    if (typeof value !== 'object' || value === null || granular(type, value).form === 'leaf') return node;
    return nodeOf(true, extractSet(type, value)) ?? node;
  }
  if (!childrenOf(type, value)) return leaf;
  const fitted = reconcile(type, node, value);
  return fitted === node ? node : (nodeOf(isMember(node), fitted) ?? leaf);
};
