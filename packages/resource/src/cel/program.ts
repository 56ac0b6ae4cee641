import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { charge, chargeFor, spending } from './budget.ts';
import type { Budget } from './budget.ts';
import { celEqual } from './equality.ts';
import { chargedPattern } from './library/regex.ts';
import { escapeName } from './escape.ts';

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
 * Compiles and checks an expression. `schemas` are those of the variables; with them, fields under `has()` are checked.
 *
 * @throws {CelCompileError}
 */
export function compile(
  environment: Environment,
  expression: string,
  schemas: Record<string, JsonSchema> = {},
): Program {
  try {
    meter(environment);
    const parsed = environment.parse(expression);
    const names = identifiers(parsed.ast);
    prepare(parsed.ast as unknown as EvaluatedNode, schemas);
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

interface CelError extends Error {
  code?: string;
  summary?: string;
  range?: { start: number };
  node?: { op?: string; left?: { end: number } };
}

function located(expression: string, error: CelError): string {
  const [text, start] = asCelGo(expression, error);
  const before = expression.slice(0, start).split('\n');
  const column = (before.at(-1) ?? '').length;
  const line = expression.split('\n')[before.length - 1] ?? '';
  return `ERROR: <input>:${before.length}:${column + 1}: ${text}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

// The commonest mistakes are told in cel-go's words, at its places.
function asCelGo(expression: string, error: CelError): [text: string, start: number] {
  const summary = error.summary ?? error.message.split('\n')[0] ?? '';
  const start = error.range?.start ?? 0;
  const field = /^No such key: (.*)$/.exec(summary);
  if (field)
    return [`undefined field '${field[1]}'`, Math.max(0, start - (expression[start] === '.' ? 0 : 1))];
  const variable = /^Unknown variable: (.*)$/.exec(summary);
  if (variable) return [`undeclared reference to '${variable[1]}' (in container '')`, start];
  const overload = /^no such overload: (\S+) (\S+) (\S+)$/.exec(summary);
  if (!overload) return [summary, start];
  const [, left, operator = '', right] = overload;
  const found = expression.indexOf(operator, error.node?.left?.end ?? start);
  const text = `found no matching overload for '_${operator}_' applied to '(${left}, ${right})'`;
  return [text, found < 0 ? start : found];
}

function walk(part: unknown, visit: (node: ASTNode) => void): void {
  if (Array.isArray(part)) part.forEach((child) => walk(child, visit));
  else if (typeof part === 'object' && part !== null && 'op' in part) {
    visit(part as ASTNode);
    walk((part as ASTNode).args, visit);
  }
}

function identifiers(root: ASTNode): Set<string> {
  const names = new Set<string>();
  walk(root, (node) => node.op === 'id' && names.add(node.args));
  return names;
}

/** Makes up for two things in which cel-js' checks differ from cel-go's. */
function prepare(root: EvaluatedNode, schemas: Record<string, JsonSchema>): void {
  walk(root, (node) => {
    if (node.op === 'call' && node.args[0] === 'has')
      checkHas(node.args[1][0], schemas, node.start + 'has('.length);
    if (node.op === 'rcall' && node.args[0] === 'format' && node.args[2][0]?.op === 'list') {
      mixed(node.args[2][0] as unknown as EvaluatedNode);
    }
  });
}

/** cel-js takes any field under `has()`. */
function checkHas(
  field: ASTNode | undefined,
  schemas: Record<string, JsonSchema>,
  start: number,
): JsonSchema | undefined {
  if (field?.op === 'id') return Object.hasOwn(schemas, field.args) ? schemas[field.args] : undefined;
  if (field?.op !== '.') return undefined;
  const parent = checkHas(field.args[0], schemas, start);
  // Maps and values of unknown type have any field.
  if (parent?.type !== 'object' || isObject(parent.additionalProperties) || parent.nullable) return undefined;
  if (parent['x-kubernetes-embedded-resource']) return undefined;
  const name = field.args[1];
  const found = Object.entries(parent.properties ?? {}).find(([property]) => escapeName(property) === name);
  if (!found) {
    throw Object.assign(new Error(`No such key: ${name}`), { range: { start } });
  }
  return found[1];
}

/** The arguments of `format` may be of different types. */
function mixed(list: EvaluatedNode): void {
  list.setMeta('check', (checker, node, context) => {
    for (const item of node.args as EvaluatedNode[]) checker.check(item, context);
    return checker.getType('list<dyn>');
  });
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
  setMeta(
    key: 'check',
    value: (checker: Checker, node: EvaluatedNode, context: unknown) => unknown,
  ): EvaluatedNode;
  readonly meta: { evaluate: EvaluatedNode['evaluate']; macro?: object; alternate?: EvaluatedNode };
}
interface Checker {
  check(node: EvaluatedNode, context: unknown): unknown;
  getType(name: string): unknown;
}
interface Evaluator {
  run(node: EvaluatedNode, context: unknown): unknown;
}

const metered = new WeakSet<Environment>();

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
  charge(1);
  const value = special(evaluator, node, context) ?? evaluate();
  if (typeof value === 'string' || Array.isArray(value)) chargeFor(value);
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
    return chargedPattern(String(text), String(pattern)).matcher(String(text)).find();
  }
  if (node.op === 'in' && left && right) {
    const [value, range] = [run(left), run(right)];
    if (Array.isArray(range)) {
      charge(range.length);
      return range.some((item) => celEqual(item, value));
    }
    return range instanceof Map ? range.has(value) : Object.hasOwn(range as object, String(value));
  }
  return undefined;
}
