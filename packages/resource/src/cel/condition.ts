import { Budget } from './budget.ts';
import { kubernetesEnvironment } from './environment.ts';
import { CelCompileError, compile } from './program.ts';
import { SchemaTypes } from './schema-types.ts';

/** Steps that one evaluation may take, as for one validation rule. */
const stepsPerCall = 1_000_000;

/** Tells whether a condition holds for JSON values, given by variable. Throws what the expression fails with. */
export type Condition = (values: Readonly<Record<string, unknown>>) => boolean;

/**
 * Compiles a condition over JSON of which nothing is known beforehand, such as the match conditions of admission
 * webhooks. Every one of `variables` must be given when it is evaluated.
 *
 * @throws {CelCompileError} also when it cannot be a boolean.
 */
export function compileCondition(expression: string, variables: readonly string[]): Condition {
  const environment = kubernetesEnvironment();
  for (const variable of variables) environment.registerVariable(variable, 'dyn');
  const program = compile(environment, expression);
  if (program.type !== 'bool' && program.type !== 'dyn') throw new CelCompileError('must evaluate to bool');
  const types = new SchemaTypes(environment);
  return (values) => {
    const converted = variables
      .filter((variable) => program.uses(variable))
      .map((variable) => [variable, types.valueOf(values[variable] ?? null, undefined)]);
    const result = program.evaluate(Object.fromEntries(converted), new Budget(stepsPerCall));
    if (typeof result !== 'boolean') throw new Error(`must evaluate to bool: ${expression}`);
    return result;
  };
}
