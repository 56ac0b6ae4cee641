import type { GoMethod } from '../functions/go-function.ts';

/** What Go calls the kind of a type: it decides how a value is tested, compared, walked and printed. */
export type GoKind =
  'bool' | 'string' | 'int' | 'uint' | 'float' | 'slice' | 'map' | 'struct' | 'func' | 'nil';

/** The underlying value of a map: own enumerable properties, or a Map for keys that are not strings. */
export type GoMapData<V = unknown> = Readonly<Record<string, V>> | ReadonlyMap<string | number, V>;

/** Methods by name; a function where one takes a value of the type itself. */
export type Methods<T> =
  Readonly<Record<string, GoMethod>> | ((self: GoType<T>) => Readonly<Record<string, GoMethod>>);

interface GoTypeShape<T> {
  readonly name: string;
  readonly kind: GoKind;
  readonly methods?: Methods<T>;
  readonly fields?: readonly string[];
  readonly zero?: unknown;
}

/**
 * A Go type with a name. Everything a template may reach of a value is listed here, field by field and method by
 * method: nothing of a JavaScript object's prototype can be named from a template.
 *
 * Plain JavaScript values need none: strings, booleans, arrays (`[]interface {}`), objects
 * (`map[string]interface {}`), whole numbers (`int`) and other numbers (`float64`) stand for themselves.
 */
export class GoType<T = unknown> {
  /** As `%T` and error messages write it, for instance `template.KV`. */
  readonly name: string;
  readonly kind: GoKind;
  readonly methods: ReadonlyMap<string, GoMethod>;
  /** The fields of a struct, in the order in which they are printed. */
  readonly fields: readonly string[];
  /** What a map answers for a key that it lacks, to `index` and where the set says `missingKey: 'zero'`. */
  readonly zero: unknown;
  readonly #fields: ReadonlySet<string>;

  constructor(shape: GoTypeShape<T>) {
    this.name = shape.name;
    this.kind = shape.kind;
    this.fields = shape.fields ?? [];
    this.zero = shape.zero ?? null;
    this.#fields = new Set(this.fields);
    const { methods = {} } = shape;
    this.methods = new Map(Object.entries(typeof methods === 'function' ? methods(this) : methods));
  }

  /** A value of this type. */
  of(value: T): GoValue<T> {
    return new GoValue(this, value);
  }

  hasField(name: string): boolean {
    return this.#fields.has(name);
  }
}

/** A value together with its Go type. */
export class GoValue<T = unknown> {
  readonly type: GoType<T>;
  readonly value: T;

  constructor(type: GoType<T>, value: T) {
    this.type = type;
    this.value = value;
  }
}

/** The parts of a type that are the same for every kind. */
export interface NamedShape<T> {
  readonly name: string;
  /** Go finds a method before a field or a key of the same name. */
  readonly methods?: Methods<T>;
}

/** A struct: `fields` are all that a template sees of the object; a getter is called when its field is asked for. */
export const structType = <T extends object>(
  shape: NamedShape<T> & { readonly fields: readonly (keyof T & string)[] },
): GoType<T> => new GoType<T>({ ...shape, kind: 'struct' });

/** A map; `zero` is what it answers for keys that it lacks, `''` for Go's `map[string]string`. */
export const mapType = <V = unknown>(
  shape: NamedShape<GoMapData<V>> & { readonly zero?: V },
): GoType<GoMapData<V>> => new GoType<GoMapData<V>>({ ...shape, kind: 'map' });

/** A slice with a name, usually for its methods. */
export const sliceType = <E = unknown>(shape: NamedShape<readonly E[]>): GoType<readonly E[]> =>
  new GoType<readonly E[]>({ ...shape, kind: 'slice' });

/** A string, number or boolean with a name, usually for its methods. */
export const scalarType = <T extends string | number | bigint | boolean>(
  shape: NamedShape<T> & { readonly kind: 'bool' | 'string' | 'int' | 'uint' | 'float' },
): GoType<T> => new GoType<T>(shape);

/** Go's float64, for numbers that happen to be whole: `3.0`. */
export const float64 = scalarType<number>({ name: 'float64', kind: 'float' });

/** Text that is HTML already: the html mode of a {@link TemplateSet} writes it as it is. Go's `template.HTML`. */
export const safeHtml = scalarType<string>({ name: 'template.HTML', kind: 'string' });
