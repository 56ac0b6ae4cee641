import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { matchesPattern } from '../schema/pattern.ts';
import { celEqual } from './equality.ts';
import { Budget } from './budget.ts';

/** An expression does not compile; the message shows the place as cel-go does. */
export class CelCompileError extends Error {
  readonly code = 'CEL_COMPILE';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CelCompileError';
  }
}

/** A compiled expression. */
export interface Program {
  /** The CEL type of its value: `bool`, `string`, `list<int>`, ... */
  type: string;
  /** Whether it names a variable. */
  uses(variable: string): boolean;
  /**
   * Its value. Throws what the expression fails with, and `BudgetError` when it takes more steps than the budget has.
   */
  evaluate(variables: Record<string, unknown>, budget: Budget): unknown;
}

/**
 * Compiles and checks an expression.
 *
 * @throws {CelCompileError}
 */
export function compile(environment: Environment, expression: string): Program {
  try {
    meter(environment);
    const parsed = environment.parse(expression);
    const names = identifiers(parsed.ast);
    const checked = parsed.check();
    if (checked.error) throw checked.error;
    meterRoot(parsed.ast as unknown as EvaluatedNode);
    return {
      type: checked.type ?? 'dyn',
      uses: (variable) => names.has(variable),
      evaluate: (variables, budget) =>
        spending(budget, () => {
          const value: unknown = parsed(variables);
          // Logical operators swallow errors of their operands, this one too.
          budget.spend(0);
          return value;
        }),
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CelCompileError(`compilation failed: ${located(expression, error)}`, { cause: error });
  }
}

function located(expression: string, error: Error & { summary?: string; range?: { start: number } }): string {
  const summary = error.summary ?? error.message.split('\n')[0] ?? '';
  const before = expression.slice(0, error.range?.start ?? 0).split('\n');
  const line = before.length;
  const column = (before.at(-1) ?? '').length;
  const text = expression.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column + 1}: ${summary}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

function identifiers(root: ASTNode): Set<string> {
  const names = new Set<string>();
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(walk);
    else if (typeof part === 'object' && part !== null && 'op' in part) {
      const node = part as ASTNode;
      if (node.op === 'id') names.add(node.args);
      else walk(node.args);
    }
  };
  walk(root);
  return names;
}

// cel-js has no cost limit, matches with JavaScript's backtracking expressions, and compares lists by order alone. All
// of its evaluation passes through `run` of the environment's evaluator, which the two functions below take over.
// The package's version is pinned exactly; program.test.ts fails when this stops to hold.

interface EvaluatedNode {
  op: string;
  args: unknown;
  left?: EvaluatedNode;
  right?: EvaluatedNode;
  receiverWithArgs?: EvaluatedNode[];
  evaluate(evaluator: Evaluator, node: EvaluatedNode, context: unknown): unknown;
  setMeta(key: 'evaluate', value: EvaluatedNode['evaluate']): EvaluatedNode;
  readonly meta: { evaluate: EvaluatedNode['evaluate']; macro?: object; alternate?: EvaluatedNode };
}
interface Evaluator {
  run(node: EvaluatedNode, context: unknown): unknown;
}

const metered = new WeakSet<Environment>();
let current: Budget | undefined;

function spending<T>(budget: Budget, work: () => T): T {
  const outer = current;
  current = budget;
  try {
    return work();
  } finally {
    current = outer;
  }
}

function meter(environment: Environment): void {
  if (metered.has(environment)) return;
  metered.add(environment);
  const probe = environment.parse('true');
  (probe.ast as unknown as EvaluatedNode).setMeta('evaluate', (evaluator) => {
    evaluator.run = (node, context) =>
      step(evaluator, node, context, () => node.evaluate(evaluator, node, context));
    return true;
  });
  probe();
}

// The root is evaluated without `run`.
function meterRoot(root: EvaluatedNode): void {
  if (root.meta.macro) return;
  const original = root.meta.evaluate;
  root.setMeta('evaluate', (evaluator, node, context) =>
    step(evaluator, node, context, () => original(evaluator, node, context)),
  );
}

function step(evaluator: Evaluator, node: EvaluatedNode, context: unknown, evaluate: () => unknown): unknown {
  const budget = current;
  budget?.spend(1);
  const value = special(evaluator, node, context) ?? evaluate();
  if (budget && (typeof value === 'string' || Array.isArray(value))) budget.spendOn(value);
  return value;
}

function special(evaluator: Evaluator, node: EvaluatedNode, context: unknown): boolean | undefined {
  const { left, right } = node;
  const run = (operand: EvaluatedNode): unknown => evaluator.run(operand, context);
  if ((node.op === '==' || node.op === '!=') && left && right) {
    return celEqual(run(left), run(right)) === (node.op === '==');
  }
  if (
    node.op === 'rcall' &&
    (node.args as unknown[])[0] === 'matches' &&
    node.receiverWithArgs?.length === 2
  ) {
    const [text, pattern] = node.receiverWithArgs.map(run);
    return matchesPattern(String(pattern), String(text));
  }
  if (node.op === 'in' && left && right) {
    const [value, range] = [run(left), run(right)];
    if (Array.isArray(range)) return range.some((item) => celEqual(item, value));
    return range instanceof Map ? range.has(value) : Object.hasOwn(range as object, String(value));
  }
  return undefined;
}
