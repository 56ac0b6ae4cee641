import { Optional } from '@marcbachmann/cel-js';
import { duplicate, forbidden, invalid, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { isObject } from '../schema/json-schema.ts';
import type { ValidationRule } from '../schema/json-schema.ts';
import { Budget, BudgetError } from './budget.ts';
import { RuleError } from './rule-tree.ts';
import type { CompiledRule, RuleTree } from './rule-tree.ts';

/** Limits as Kubernetes has them for one call and for one object; our steps are close to its cost units. */
const perCall = 1_000_000;
const perObject = 10_000_000;

/**
 * Runs all rules on an object, and with the stored object `old` the transition rules too. Values are compared with
 * the old ones of the same field, map key, or entry of a `map` list. A rule that fails to run counts as failed.
 */
export function validateRules(tree: RuleTree, object: unknown, old: unknown): Cause[] {
  const run = new Run();
  run.node(tree, object, old, '');
  return run.causes;
}

const whole = (path: string): string => path || '<nil>';

class Run {
  readonly causes: Cause[] = [];
  #left = perObject;

  node(tree: RuleTree, value: unknown, old: unknown, path: string): void {
    if (value === null || value === undefined) return;
    if (tree.rules.length > 0) this.#rules(tree, value, old ?? undefined, path);
    if (Array.isArray(value)) this.#list(tree, value, old, path);
    else if (isObject(value)) this.#object(tree, value, old, path);
  }

  #object(tree: RuleTree, object: Record<string, unknown>, old: unknown, path: string): void {
    // An atomic map changes as a whole: its parts have no past of their own.
    const before = isObject(old) && tree.schema['x-kubernetes-map-type'] !== 'atomic' ? old : {};
    for (const key of Object.keys(object)) {
      if (this.#left < 0) return;
      const property = tree.properties.get(key);
      const past = Object.hasOwn(before, key) ? before[key] : undefined;
      if (property) this.node(property, object[key], past, path ? `${path}.${key}` : key);
      else if (tree.additionalProperties && !tree.schema.properties?.[key]) {
        this.node(tree.additionalProperties, object[key], past, `${path}[${key}]`);
      }
    }
  }

  #list(tree: RuleTree, list: unknown[], old: unknown, path: string): void {
    const { items } = tree;
    if (!items) return;
    const keys =
      tree.schema['x-kubernetes-list-type'] === 'map' ? tree.schema['x-kubernetes-list-map-keys'] : undefined;
    const before = new Map(Array.isArray(old) && keys ? old.map((item) => [identity(item, keys), item]) : []);
    list.forEach((item, i) => {
      if (this.#left < 0) return;
      this.node(items, item, keys && before.get(identity(item, keys)), `${path}[${i}]`);
    });
  }

  #rules(tree: RuleTree, value: unknown, old: unknown, path: string): void {
    const self = tree.types.valueOf(value, tree.schema);
    const oldSelf = old === undefined ? undefined : tree.types.valueOf(old, tree.schema);
    for (const rule of tree.rules) {
      if (this.#left < 0) return;
      if (rule instanceof RuleError) {
        this.causes.push(invalid(whole(path), tree.schema.type ?? '', `rule compile error: ${rule.message}`));
        continue;
      }
      const optional = rule.rule.optionalOldSelf === true;
      if (rule.usesOldSelf && oldSelf === undefined && !optional) continue;
      const before = optional ? (oldSelf === undefined ? Optional.none() : Optional.of(oldSelf)) : oldSelf;
      this.#rule(rule, { self, oldSelf: before }, tree, value, path);
    }
  }

  #rule(
    rule: CompiledRule,
    variables: Record<string, unknown>,
    tree: RuleTree,
    value: unknown,
    path: string,
  ): void {
    const text = ruleText(rule.rule);
    const type = tree.schema.type ?? '';
    try {
      if (this.#evaluate(rule.program, variables) === true) return;
    } catch (error) {
      const why = error instanceof Error ? errorText(error) : String(error);
      if (error instanceof BudgetError) {
        const call = `'${why}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
        const all =
          'validation failed due to running out of cost budget, no further validation rules will be run';
        this.causes.push(invalid(whole(path), type, this.#left < 0 ? all : call));
        this.#left = -1;
      } else if (why.startsWith('no such overload')) {
        const rest =
          'call arguments did not match a supported operator, function or macro signature for rule';
        this.causes.push(invalid(whole(path), type, `'${why}': ${rest}: ${text}`));
      } else this.causes.push(invalid(whole(path), type, `${why} evaluating rule: ${text}`));
      return;
    }
    const field = rule.fieldPath ? (path ? `${path}.${rule.fieldPath}` : rule.fieldPath) : whole(path);
    this.causes.push(failure(field, value, this.#message(rule, variables), rule.rule.reason));
  }

  #evaluate(program: CompiledRule['program'], variables: Record<string, unknown>): unknown {
    const budget = new Budget(Math.min(perCall, Math.max(0, this.#left)));
    const granted = budget.left;
    try {
      return program.evaluate(variables, budget);
    } finally {
      this.#left -= granted - Math.max(budget.left, 0);
      if (granted < perCall && budget.left < 0) this.#left = -1;
    }
  }

  #message(rule: CompiledRule, variables: Record<string, unknown>): string {
    const { message } = rule.rule;
    const fallback = message ? message.trim() : `failed rule: ${rule.rule.rule.trim()}`;
    if (!rule.message) return fallback;
    try {
      const text = this.#evaluate(rule.message, variables);
      const trimmed = typeof text === 'string' ? text.trim() : '';
      return trimmed && trimmed.length <= maxMessage && !trimmed.includes('\n') ? trimmed : fallback;
    } catch {
      // A message that cannot be made must not hide what is wrong: the fixed one stands in, as documented.
      return fallback;
    }
  }
}

const maxMessage = 5 * 1024;

const ruleText = ({ message, rule }: ValidationRule): string => (message ? message : rule).trim();

// cel-js shows the place in further lines and begins some texts differently than cel-go.
function errorText(error: Error & { summary?: string }): string {
  const text = error.summary ?? error.message.split('\n')[0] ?? '';
  const index = /index out of bounds, index (-?\d+)/.exec(text);
  if (index) return `index out of bounds: ${index[1]}`;
  return text.startsWith('No such key') ? `n${text.slice(1)}` : text;
}

function failure(field: string, value: unknown, detail: string, reason: ValidationRule['reason']): Cause {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return typeof value === 'object'
        ? { reason, message: 'Duplicate value', field }
        : duplicate(field, value);
    default:
      return typeof value === 'object'
        ? { reason: 'FieldValueInvalid', message: `Invalid value: ${detail}`, field }
        : invalid(field, value, detail);
  }
}

const identity = (item: unknown, keys: string[]): string =>
  JSON.stringify(keys.map((key) => (isObject(item) ? item[key] : undefined) ?? null));
