import { compareElements, parseElement } from './path-element.ts';
import type { PathElement } from './path-element.ts';

/**
 * A set of fields as a tree, in the very form that `managedFields` stores (`fieldsV1`): a node without children is
 * a member of the set, and so is a node with the child `.`; other nodes only lead to their children. The root
 * stands for the whole object, which nobody owns. Sets are never changed once built and may share nodes.
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** A field set under construction. */
export interface MutableFieldSet extends FieldSet {
  [element: PathElement]: FieldSet;
}

/** A member without children. */
export const leaf: FieldSet = Object.freeze({});

/** The set that owns nothing. */
export const emptySet: FieldSet = Object.freeze({});

export const isEmpty = (set: FieldSet): boolean => {
  for (const element in set) if (element !== '.') return false;
  return true;
};

/** Whether the node of a set is itself in the set. */
export const isMember = (node: FieldSet): boolean => '.' in node || isEmpty(node);

/** A node from its two parts; undefined when it would hold nothing. */
export const nodeOf = (member: boolean, children: FieldSet): FieldSet | undefined => {
  if (isEmpty(children)) return member ? leaf : undefined;
  return member ? { '.': leaf, ...children } : children;
};

const combine = (
  a: FieldSet,
  b: FieldSet,
  pick: (left: FieldSet, right: FieldSet | undefined) => FieldSet | undefined,
): FieldSet => {
  const result: MutableFieldSet = {};
  for (const element in a) {
    if (element === '.') continue;
    const node = pick(a[element] as FieldSet, b[element]);
    if (node) result[element] = node;
  }
  return result;
};

export const union = (a: FieldSet, b: FieldSet): FieldSet => {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const result: MutableFieldSet = combine(a, b, (left, right) =>
    right && right !== left ? nodeOf(isMember(left) || isMember(right), union(left, right)) : left,
  );
  for (const element in b) if (element !== '.') result[element] ??= b[element] as FieldSet;
  return result;
};

/** Members of `a` that are not members of `b`. A child of a member of `b` stays. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  isEmpty(b)
    ? a
    : combine(a, b, (left, right) =>
        right ? nodeOf(isMember(left) && !isMember(right), difference(left, right)) : left,
      );

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  combine(a, b, (left, right) =>
    right ? nodeOf(isMember(left) && isMember(right), intersection(left, right)) : undefined,
  );

/** Every member's path: those of a level in order, then those below, as the real server lists conflicts. */
export const paths = (set: FieldSet, prefix: readonly PathElement[] = []): PathElement[][] => {
  const elements = Object.keys(set)
    .filter((element) => element !== '.')
    .sort(compareElements);
  const own = elements.filter((element) => isMember(set[element] as FieldSet));
  return [
    ...own.map((element) => [...prefix, element]),
    ...elements.flatMap((element) => paths(set[element] as FieldSet, [...prefix, element])),
  ];
};

/**
 * Reads a field set that a client sent.
 * @throws Error when it is malformed.
 */
export const parseFieldSet = (json: unknown): FieldSet => {
  if (json === undefined || json === null) return emptySet;
  if (typeof json !== 'object' || Array.isArray(json)) throw new Error('a field set is an object');
  const result: MutableFieldSet = {};
  for (const [key, value] of Object.entries(json)) {
    const element = key === '.' ? undefined : parseElement(key);
    if (element === undefined) continue;
    const children = parseFieldSet(value);
    result[element] = nodeOf('.' in (value as object) || isEmpty(children), children) ?? leaf;
  }
  return result;
};
