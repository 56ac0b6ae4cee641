import type { KubeObject } from '../objects/kube-object.ts';

/** A change of an object in the cache: added without `before`, deleted without `after`. */
export type Change<T extends KubeObject = KubeObject> =
  { before?: undefined; after: T } | { before: T; after: T } | { before: T; after?: undefined };

/** Says whether a change is worth a reconcile. */
export type Predicate<T extends KubeObject = KubeObject> = (change: Change<T>) => boolean;

/** Additions, deletions, and updates of the specification: those that move `metadata.generation`. */
export function generationChanged(change: Change): boolean {
  if (!change.before || !change.after) return true;
  return change.before.metadata.generation !== change.after.metadata.generation;
}

/** Additions, deletions, and updates that change the labels. */
export function labelsChanged(change: Change): boolean {
  return (
    !change.before ||
    !change.after ||
    !sameEntries(change.before.metadata.labels, change.after.metadata.labels)
  );
}

/** Additions, deletions, and updates that change the annotations. */
export function annotationsChanged(change: Change): boolean {
  if (!change.before || !change.after) return true;
  return !sameEntries(change.before.metadata.annotations, change.after.metadata.annotations);
}

/** One of the predicates is enough. */
export function anyOf<T extends KubeObject>(...predicates: Predicate<T>[]): Predicate<T> {
  return (change) => predicates.some((predicate) => predicate(change));
}

function sameEntries(one: Record<string, string> = {}, other: Record<string, string> = {}): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
