import { equal, field, isObject } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';

/**
 * One step of a field's path in its serialised form: `f:NAME` a field, `k:{"name":"web"}` an item of a keyed list,
 * `v:"x"` an item of a set, `i:0` a position. Canonical: the keys of `k:` are sorted and no blanks are used.
 * Source: sigs.k8s.io/structured-merge-diff, fieldpath.
 */
export type PathElement = string;

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`;

/** `fields` in the order of their names. */
export const keyElement = (fields: JsonObject): PathElement => `k:${JSON.stringify(fields)}`;

/** The field name of an `f:` element, else undefined. */
export const fieldName = (element: PathElement): string | undefined =>
  element.startsWith('f:') ? element.slice(2) : undefined;

const sorted = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Brings an element that a client sent into canonical form. Undefined for kinds of elements a later version may
 * know, which are to be dropped.
 * @throws Error when it cannot be parsed.
 */
export const parseElement = (text: string): PathElement | undefined => {
  if (text.length < 2) throw new Error(`key must be 2 characters long: ${text}`);
  if (text[1] !== ':') throw new Error(`missing colon: ${text}`);
  const content = text.slice(2);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(content));
    case 'i':
      if (!/^-?\d+$/.test(content)) throw new Error(`invalid index: ${text}`);
      return `i:${Number(content)}`;
    case 'k': {
      const fields: unknown = JSON.parse(content);
      if (!isObject(fields)) throw new Error(`not a set of keys: ${text}`);
      return keyElement(sorted(fields));
    }
    default:
      return undefined;
  }
};

const content = (element: PathElement): unknown => JSON.parse(element.slice(2));

/** As error texts show it: `.spec`, `[name="web"]`, `[="x"]`, `[0]`. */
export const formatElement = (element: PathElement): string => {
  switch (element[0]) {
    case 'f':
      return `.${element.slice(2)}`;
    case 'k':
      return `[${Object.entries(content(element) as JsonObject)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${element.slice(2)}]`;
    default:
      return `[${element.slice(2)}]`;
  }
};

export const formatPath = (path: readonly PathElement[]): string => path.map(formatElement).join('');

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Numbers before strings before the rest, each in its own order. */
const compareValues = (a: unknown, b: unknown): number => {
  if (equal(a, b)) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  return compareText(String(a), String(b));
};

const kinds = 'fkvi';

/** The order in which field sets are walked: fields, keyed items, set items, positions. */
export const compareElements = (a: PathElement, b: PathElement): number => {
  if (a[0] !== b[0]) return kinds.indexOf(a[0] ?? '') - kinds.indexOf(b[0] ?? '');
  if (a.startsWith('f:')) return compareText(a, b);
  const left = content(a);
  const right = content(b);
  if (!isObject(left) || !isObject(right)) return compareValues(left, right);
  for (const name of Object.keys(left)) {
    const order = compareValues(left[name], field(right, name));
    if (order !== 0) return order;
  }
  return 0;
};
