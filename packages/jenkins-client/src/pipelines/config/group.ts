import { Reading, type Field, type FormObject, type Patching } from './field.ts';
import type { XmlElement } from '../../xml/element.ts';

/** The fields of an object, one for each of its keys. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/**
 * Children that Jenkins keeps for itself, which nobody misses in a specification: with the text or class that they have
 * as long as nobody set them, or `null` for any.
 */
export type Bookkeeping = Readonly<Record<string, string | null>>;

function isBookkeeping(element: XmlElement, bookkeeping: Bookkeeping): boolean {
  if (!Object.hasOwn(bookkeeping, element.name)) return false;
  const expected = bookkeeping[element.name];
  if (expected === null || element.attribute('class') === expected) return true;
  return element.elements.length === 0 && element.text.trim() === expected;
}

/** Several settings that share one holder, as an object. */
export class Group<T extends object> implements Field<T> {
  private readonly fields: readonly (readonly [keyof T & string, Field<unknown>])[];
  readonly defaults: Partial<T>;
  private readonly bookkeeping: Bookkeeping;

  constructor(fields: Fields<T>, defaults: Partial<T>, bookkeeping: Bookkeeping) {
    this.fields = Object.entries(fields) as [keyof T & string, Field<unknown>][];
    this.defaults = defaults;
    this.bookkeeping = bookkeeping;
  }

  /** The names of the settings. */
  get keys(): readonly string[] {
    return this.fields.map(([key]) => key);
  }

  /** Absent keys are sent with their defaults: a form replaces all that is stored. */
  encode(value: T, form: FormObject): void {
    for (const [key, field] of this.fields) field.encode(this.valueOf(value, key), form);
  }

  /** Without the keys whose value is the default. */
  read(holder: XmlElement | undefined, reading: Reading): T {
    const all = this.readAll(holder, reading);
    const kept = Object.entries(all).filter(([key, value]) => !isSame(value, this.defaults[key as keyof T]));
    return Object.fromEntries(kept) as T;
  }

  /** With every key, those excepted that have no value at all. */
  readAll(holder: XmlElement | undefined, reading: Reading): T {
    const result: Partial<Record<string, unknown>> = {};
    for (const element of holder?.elements ?? []) {
      if (isBookkeeping(element, this.bookkeeping)) reading.manageAll(element);
    }
    for (const [key, field] of this.fields) {
      reading.path.push(key);
      const value = field.read(holder, reading);
      reading.path.pop();
      if (value !== undefined) result[key] = value;
    }
    return result as T;
  }

  /** Absent keys get their defaults. In a new thing, all of them are spelled out. */
  patch(holder: XmlElement, value: T, patching: Patching): void {
    const isNew = holder.elements.length === 0;
    for (const [key, field] of this.fields) {
      const wanted = this.valueOf(value, key);
      if (isNew || !readsAs(field, holder, wanted)) field.patch(holder, wanted, patching);
    }
  }

  /** Changes the keys that are present and leaves the others as they are. */
  patchGiven(holder: XmlElement, value: Partial<T>, patching: Patching): void {
    for (const [key, field] of this.fields) {
      const wanted = value[key];
      if (wanted !== undefined && !readsAs(field, holder, wanted)) field.patch(holder, wanted, patching);
    }
  }

  /** `null` is a value of its own: it takes a setting away whose default is another. */
  private valueOf(value: T, key: keyof T): unknown {
    return value[key] === undefined ? this.defaults[key] : value[key];
  }
}

/** Whether a setting reads as wanted already: then it is not touched, in whatever form it is stored. */
function readsAs<T>(field: Field<T>, holder: XmlElement, wanted: T): boolean {
  return isSame(field.read(holder, new Reading()), wanted);
}

/** Several settings that share one holder, as an object whose absent keys stand for defaults. */
export function group<T extends object>(
  fields: Fields<T>,
  defaults: Partial<T> = {},
  bookkeeping: Bookkeeping = {},
): Group<T> {
  return new Group(fields, defaults, bookkeeping);
}

/** Whether two values of a specification are equal, in depth. Keys that are undefined count as absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
    isSame(left[key], right[key]),
  );
}
