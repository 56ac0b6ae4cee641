import type { Field } from './field.ts';

/** A setting whose value is written in another way in the specification. */
export function mapped<Outer, Inner>(
  inner: Field<Inner>,
  toInner: (value: Outer) => Inner,
  fromInner: (value: Inner) => Outer,
): Field<Outer> {
  return {
    encode: (value, form) => inner.encode(toInner(value), form),
    read: (holder, reading) => fromInner(inner.read(holder, reading)),
    patch: (holder, value, patching) => inner.patch(holder, toInner(value), patching),
  };
}

/** `null` instead of nothing, so that a specification can take a setting away. */
export function orNull<T>(inner: Field<T | undefined>): Field<T | null> {
  return mapped(
    inner,
    (value) => value ?? undefined,
    (value) => value ?? null,
  );
}

/** A list that may be absent: absent and empty are the same. */
export function optionalList<T>(inner: Field<readonly T[]>): Field<readonly T[] | undefined> {
  return mapped(
    inner,
    (values) => values ?? [],
    (values) => (values.length === 0 ? undefined : values),
  );
}

/** Something that is there or not, as yes and no. */
export function presence(inner: Field<object | undefined>): Field<boolean> {
  return mapped(
    inner,
    (value) => (value ? {} : undefined),
    (value) => value !== undefined,
  );
}
