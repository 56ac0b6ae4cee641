import { InvalidError } from './errors.ts';
import type { LeafTypes, ListNames, LooseListNames, NullableNames } from './exported-fields.ts';

declare const resultType: unique symbol;

/**
 * What to read of a Jenkins object, as the text of the `tree` parameter, and the type of what comes back.
 *
 * Jenkins leaves out a field that the object's class does not have, without a word: a folder has no `lastBuild`. The
 * types speak of objects that have the field.
 */
export class Selection<T> {
  /** The value of `tree`, such as `name,lastBuild[number]`. */
  readonly tree: string;
  declare readonly [resultType]: T;

  constructor(tree: string) {
    this.tree = tree;
  }
}

/** Part of a list. */
class Range<F extends Fields> {
  readonly fields: F;
  readonly from: number;
  readonly to: number | undefined;

  constructor(fields: F, from: number, to: number | undefined) {
    this.fields = fields;
    this.from = from;
    this.to = to;
  }
}

/** A field whose type this package does not know. */
interface Typed<T> {
  readonly [resultType]: T;
  readonly kind: 'typed';
}

const typed = { kind: 'typed' };

/** Fields to read: `true` for a value, fields for an object or a list of objects, `range` for a part of a list. */
export interface Fields {
  readonly [name: string]: true | Fields | Range<Fields> | Typed<unknown> | Selection<unknown>;
}

/** What comes back for fields. */
export type Selected<F> = { readonly _class?: string } & { readonly [K in keyof F]: SelectedField<K, F[K]> };

type SelectedField<K, V> = V extends true
  ? K extends keyof LeafTypes
    ? LeafTypes[K]
    : unknown
  : V extends Selection<infer T>
    ? Shaped<K, T>
    : V extends Typed<infer T>
      ? T
      : V extends Range<infer F>
        ? Selected<F>[]
        : Shaped<K, Selected<V>>;

type Shaped<K, T> = K extends LooseListNames
  ? Partial<T>[]
  : K extends ListNames
    ? T[]
    : K extends NullableNames
      ? T | null
      : T;

/** What a selection brings. */
export type ResultOf<S> = S extends Selection<infer T> ? T : never;

/**
 * Selects fields; the text for Jenkins and the type of the result come from one place.
 *
 * ```ts
 * const jobs = select({ jobs: range({ name: true, lastBuild: { number: true, result: true } }, 0, 50) });
 * ```
 *
 * Throws InvalidError for a name that is no field name, and for an empty selection, which Jenkins would take for all.
 */
export function select<const F extends Fields>(fields: F): Selection<Selected<F>> {
  return new Selection(treeOf(fields));
}

/** Elements `from` (counted from 0) up to and without `to` of a list; all the rest without `to`. */
export function range<const F extends Fields>(fields: F, from: number, to?: number): Range<F> {
  for (const index of [from, to ?? from]) {
    if (!Number.isSafeInteger(index) || index < 0 || index < from) {
      throw new InvalidError(`{${from},${to ?? ''}} is no range: give whole numbers from 0 on, in order.`);
    }
  }
  return new Range(fields, from, to);
}

/** A field of a plugin, with the type that you know it to have: `select({ buildableTime: field<number>() })`. */
export function field<T>(): Typed<T> {
  return typed as Typed<T>;
}

function isTyped(value: object): value is Typed<unknown> {
  return value === typed;
}

function treeOf(fields: Fields | Selection<unknown>): string {
  if (fields instanceof Selection) return fields.tree;
  const parts = Object.entries(fields).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name)) {
      throw new InvalidError(`"${name}" is no name of a field: letters, digits and underscores make one.`);
    }
    if (value === true || isTyped(value)) return name;
    if (value instanceof Range) return `${name}[${treeOf(value.fields)}]{${value.from},${value.to ?? ''}}`;
    return `${name}[${treeOf(value)}]`;
  });
  if (parts.length === 0) throw new InvalidError('The selection is empty: name at least one field.');
  return parts.join(',');
}
