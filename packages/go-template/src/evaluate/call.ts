import { isEngineLimit, OverBudget } from '../budget.ts';
import type { ParameterType } from '../functions/go-function.ts';
import type { Node } from '../syntax/node.ts';
import { TemplateError } from '../template-error.ts';
import { isTrue } from '../values/value-kind.ts';
import { argumentValue, checked, type Argument, type Frame } from './argument.ts';
import type { Run } from './run.ts';

/** Stands for "no value came down the pipeline". */
export const none = Symbol('none');

/** A function or method to be called, and what its errors are reported with. */
export interface Callee {
  readonly name: string;
  /** Where "error calling …" is reported. */
  readonly node: Node;
  readonly fixed: readonly ParameterType[];
  readonly variadic: ParameterType | undefined;
  readonly invoke: (values: unknown[]) => unknown;
}

function checkCount(run: Run, callee: Callee, given: number, piped: boolean): void {
  const { fixed, variadic, name } = callee;
  const count = piped ? given + 1 : given;
  if (variadic === undefined && count !== fixed.length) {
    run.fail(`wrong number of args for ${name}: want ${fixed.length} got ${count}`);
  }
  if (count < fixed.length) {
    run.fail(`wrong number of args for ${name}: want at least ${fixed.length} got ${given}`);
  }
}

/** Calls a function with its arguments and, last, what came down the pipeline. */
export function call(
  run: Run,
  frame: Frame,
  dot: unknown,
  callee: Callee,
  words: readonly Argument[],
  final: unknown,
): unknown {
  const { fixed, variadic } = callee;
  checkCount(run, callee, words.length, final !== none);
  const typeAt = (index: number): ParameterType => fixed[index] ?? variadic ?? 'any';
  const values = words.map((word, index) => argumentValue(run, frame, dot, word, typeAt(index)));
  if (final !== none) values.push(checked(run, final, typeAt(values.length)));
  const result = invoke(run, callee, values);
  if (typeof result === 'string') run.made(result);
  run.checkTime();
  return result;
}

function invoke(run: Run, callee: Callee, values: unknown[]): unknown {
  try {
    return callee.invoke(values);
  } catch (error) {
    // What ends all of the execution, perhaps from a template that the function has executed.
    if (isEngineLimit(error) || (error instanceof TemplateError && error.code === 'budget')) throw error;
    run.at(callee.node);
    if (error instanceof OverBudget) run.exhausted(error.message, error);
    const message = error instanceof Error ? error.message : String(error);
    return run.fail(`error calling ${callee.name}: ${message}`, error);
  }
}

/** `and` and `or`: the first argument that decides, or the last one. Those behind it are not evaluated. */
export function callShortCircuit(
  run: Run,
  frame: Frame,
  dot: unknown,
  callee: Callee,
  words: readonly Argument[],
  final: unknown,
): unknown {
  checkCount(run, callee, words.length, final !== none);
  const decides = callee.name === 'or';
  let value: unknown;
  for (const word of words) {
    value = argumentValue(run, frame, dot, word, 'any');
    if (isTrue(value) === decides) return value;
  }
  return final === none ? value : final;
}
