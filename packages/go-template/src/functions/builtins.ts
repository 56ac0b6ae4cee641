import { sprint, sprintln } from '../format/printer.ts';
import { sprintf } from '../format/sprintf.ts';
import { kindOf, isTrue, typeName } from '../values/value-kind.ts';
import { isEqual, isLess, isLessOrEqual } from './comparison.ts';
import { escapable, escapeHtml, escapeQuery, escapeScript } from './escape.ts';
import { GoFunction, goFunction } from './go-function.ts';
import { indexed, lengthOf, sliced } from './indexing.ts';
import { accept, acceptNil, mismatch, parameterName } from './parameter.ts';

/** Calls a function that is a value. @throws Error with Go's words. */
function callValue(target: unknown, values: readonly unknown[]): unknown {
  if (kindOf(target) === 'nil') throw new Error('call of nil');
  if (!(target instanceof GoFunction)) throw new Error(`non-function of type ${typeName(target)}`);
  const { fixed, variadic } = target;
  const enough = variadic === undefined ? values.length === fixed.length : values.length >= fixed.length;
  if (!enough) {
    const least = variadic === undefined ? '' : 'at least ';
    throw new Error(`wrong number of args: got ${values.length} want ${least}${fixed.length}`);
  }
  const converted = values.map((value, index) => {
    const type = fixed[index] ?? variadic ?? 'any';
    const nil = kindOf(value) === 'nil';
    const argument = nil ? acceptNil(type) : accept(value, type);
    if (argument !== mismatch) return argument;
    const name = parameterName(type);
    const fault = nil
      ? `value is nil; should be of type ${name}`
      : `value has type ${typeName(value)}; should be ${name}`;
    throw new Error(`arg ${index}: ${fault}`);
  });
  return target.call(...converted);
}

/** Go's own functions. `and` and `or` are known to the evaluator, which stops at the first argument that decides. */
export const builtins: Readonly<Record<string, GoFunction>> = {
  and: goFunction(
    ['any', '...any'],
    (first, ...rest) => [first, ...rest].find((value) => !isTrue(value)) ?? rest.at(-1),
  ),
  or: goFunction(['any', '...any'], (first, ...rest) => [first, ...rest].find(isTrue) ?? rest.at(-1)),
  not: goFunction(['any'], (value) => !isTrue(value)),
  call: goFunction(['any', '...any'], (target, ...values) => callValue(target, values)),
  eq: goFunction(['any', '...any'], (value, ...others) => isEqual(value, others)),
  ne: goFunction(['any', 'any'], (a, b) => !isEqual(a, [b])),
  lt: goFunction(['any', 'any'], isLess),
  le: goFunction(['any', 'any'], isLessOrEqual),
  gt: goFunction(['any', 'any'], (a, b) => !isLessOrEqual(a, b)),
  ge: goFunction(['any', 'any'], (a, b) => !isLess(a, b)),
  len: goFunction(['any'], lengthOf),
  index: goFunction(['any', '...any'], (value, ...indexes) => indexed(value, indexes)),
  slice: goFunction(['any', '...any'], (value, ...indexes) => sliced(value, indexes)),
  print: goFunction(['...any'], (...values) => sprint(values)),
  printf: goFunction(['string', '...any'], (format, ...values) => sprintf(format, values)),
  println: goFunction(['...any'], (...values) => sprintln(values)),
  html: goFunction(['...any'], (...values) => escapeHtml(escapable(values))),
  js: goFunction(['...any'], (...values) => escapeScript(escapable(values))),
  urlquery: goFunction(['...any'], (...values) => escapeQuery(escapable(values))),
};
