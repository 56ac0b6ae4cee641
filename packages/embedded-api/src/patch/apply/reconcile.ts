import { isEmpty, leaf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';
import type { FieldType } from './field-type.ts';
import { fieldName } from './path-element.ts';

const isAtomic = ({ map, scalar, list }: FieldType): boolean =>
  map ? map.atomic : !scalar && list?.kind === 'atomic';

const childType = ({ map, list }: FieldType, element: string): FieldType | undefined => {
  const name = fieldName(element);
  return name === undefined ? list?.element : map?.field(name);
};

/**
 * A manager's set, fitted to a schema that changed since it was written: who owned parts of what is now atomic owns
 * the whole. The other way round nothing changes, as in the real server. Returns the same set when it fits.
 */
export const reconcile = (type: FieldType, set: FieldSet): FieldSet => {
  let result: MutableFieldSet | undefined;
  for (const element in set) {
    const node = set[element] as FieldSet;
    if (element === '.' || isEmpty(node)) continue;
    const inside = childType(type, element);
    if (!inside) continue;
    const fitted = isAtomic(inside) ? leaf : reconcile(inside, node);
    if (fitted === node) continue;
    result ??= { ...set };
    result[element] = fitted;
  }
  return result ?? set;
};
