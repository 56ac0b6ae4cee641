import type { GoType } from '../values/go-type.ts';

/**
 * What a parameter takes, by the name of its Go type: `strings` is `[]string`, `list` is `[]interface {}`, `map` is
 * `map[string]interface {}`, `any` takes everything, nil too. Typed values come to `any`, `list` and `map` as they
 * are; `underlying` unpacks them.
 */
export interface ParameterTypes {
  string: string;
  int: number;
  float: number;
  bool: boolean;
  strings: readonly string[];
  list: readonly unknown[];
  map: Readonly<Record<string, unknown>>;
  any: unknown;
}

/** The name of a kind of parameter. */
export type ParameterKind = keyof ParameterTypes;

/** A kind, the last one perhaps `...kind` for any number of arguments, or a type of one's own. */
export type Parameter = ParameterKind | `...${ParameterKind}` | GoType;

type ArgumentOf<P> = P extends ParameterKind ? ParameterTypes[P] : P extends GoType<infer T> ? T : never;

/** The JavaScript arguments for a list of parameters. Values of a type of one's own come unpacked. */
export type Arguments<P extends readonly Parameter[]> = P extends readonly [infer First, ...infer Rest]
  ? First extends `...${infer Kind extends ParameterKind}`
    ? ParameterTypes[Kind][]
    : [ArgumentOf<First>, ...Arguments<Rest extends readonly Parameter[] ? Rest : []>]
  : [];

/** What stands in a parameter's place when a call is checked. */
export type ParameterType = ParameterKind | GoType;

interface Signature {
  readonly fixed: readonly ParameterType[];
  readonly variadic: ParameterType | undefined;
}

/** A function that templates may call. Made by {@link goFunction}. */
export class GoFunction implements Signature {
  readonly fixed: readonly ParameterType[];
  readonly variadic: ParameterType | undefined;
  /** Called with arguments that have been checked against the parameters. */
  readonly call: (...values: unknown[]) => unknown;

  constructor(signature: Signature, call: (...values: unknown[]) => unknown) {
    this.fixed = signature.fixed;
    this.variadic = signature.variadic;
    this.call = call;
  }
}

/** A method of a {@link GoType}. Made by {@link goMethod}. */
export interface GoMethod extends Signature {
  /** Called with the underlying value of its receiver, then the checked arguments. */
  readonly call: (self: unknown, ...values: unknown[]) => unknown;
}

function signatureOf(parameters: readonly Parameter[]): Signature {
  const last = parameters.at(-1);
  if (typeof last !== 'string' || !last.startsWith('...')) {
    return { fixed: parameters as readonly ParameterType[], variadic: undefined };
  }
  return {
    fixed: parameters.slice(0, -1) as readonly ParameterType[],
    variadic: last.slice(3) as ParameterKind,
  };
}

/**
 * A function for templates. Arguments are checked as Go checks them, with Go's errors, before `call` sees them; an
 * error that it throws becomes Go's `error calling NAME: message`. It must return without waiting.
 *
 * @example `join: goFunction(['string', 'strings'], (separator, parts) => parts.join(separator))`
 * @example `printf: goFunction(['string', '...any'], (format, ...values) => …)`
 */
export const goFunction = <const P extends readonly Parameter[]>(
  parameters: P,
  call: (...values: Arguments<P>) => unknown,
): GoFunction => new GoFunction(signatureOf(parameters), call as (...values: unknown[]) => unknown);

/**
 * A method for {@link structType} and its siblings; the first argument of `call` is the underlying value.
 *
 * @example `Remove: goMethod(['strings'], (labels: Record<string, string>, names) => …)`
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers write the type of what they were given
export const goMethod = <Self, const P extends readonly Parameter[]>(
  parameters: P,
  call: (self: Self, ...values: Arguments<P>) => unknown,
): GoMethod => ({
  ...signatureOf(parameters),
  call: call as (self: unknown, ...values: unknown[]) => unknown,
});
