import type { Cause } from '@armillary/resource';

/** A kind of this package: what its schema refuses, and the type of its objects. */
interface ValidatedKind<T> {
  readonly _type?: T;
  validate(object: unknown): Cause[];
}

/**
 * What is wrong with an object: first what its schema refuses, and only when that is nothing, what `check` finds, which
 * may trust the types. Objects may come from anywhere.
 */
export function validateObject<T extends { spec?: unknown }>(
  kind: ValidatedKind<T>,
  object: unknown,
  check: (spec: NonNullable<T['spec']>) => Cause[],
): Cause[] {
  const causes = kind.validate(object);
  if (causes.length > 0) return causes;
  const { spec } = object as T;
  return spec === undefined || spec === null ? [] : check(spec);
}
