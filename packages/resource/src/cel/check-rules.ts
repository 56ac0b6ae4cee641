import { invalid, notSupported, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema, ValidationRule } from '../schema/json-schema.ts';
import { propertyPath } from '../schema/structural.ts';
import { RuleError, compileRules } from './rule-tree.ts';
import type { RuleTree } from './rule-tree.ts';

const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];

/** What keeps the rules of a schema from being accepted. The schema must be structural. */
export function checkRules(schema: JsonSchema, path: string): Cause[] {
  const tree = compileRules(schema);
  return tree ? checkTree(tree, path, true) : [];
}

function checkTree(tree: RuleTree, path: string, correlatable: boolean): Cause[] {
  const { schema } = tree;
  const rules = schema['x-kubernetes-validations'] ?? [];
  const at = `${path}.x-kubernetes-validations`;
  const causes = rules.flatMap((rule, i) => [
    ...checkRule(rule, `${at}[${i}]`),
    ...compileCauses(tree.rules[i], rule, `${at}[${i}]`, correlatable),
  ]);
  for (const [name, child] of tree.properties) {
    const granular = schema['x-kubernetes-map-type'] !== 'atomic';
    causes.push(...checkTree(child, propertyPath(path, name), correlatable && granular));
  }
  if (tree.additionalProperties) {
    const granular = schema['x-kubernetes-map-type'] !== 'atomic';
    causes.push(
      ...checkTree(tree.additionalProperties, `${path}.additionalProperties`, correlatable && granular),
    );
  }
  if (tree.items) {
    const keyed = schema['x-kubernetes-list-type'] === 'map';
    causes.push(...checkTree(tree.items, `${path}.items`, correlatable && keyed));
  }
  return causes;
}

function checkRule(rule: ValidationRule, at: string): Cause[] {
  if (!isObject(rule)) return [invalid(at, rule, 'must be an object')];
  const causes: Cause[] = [];
  if (typeof rule.rule !== 'string' || !rule.rule.trim())
    causes.push(required(`${at}.rule`, 'rule is not specified'));
  else if (rule.rule.includes('\n') && !rule.message && !rule.messageExpression) {
    causes.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (rule.message !== undefined && !rule.message.trim()) {
    causes.push(invalid(`${at}.message`, rule.message, 'message must be non-empty if specified'));
  } else if (rule.message?.trim().includes('\n')) {
    causes.push(invalid(`${at}.message`, rule.message, 'message must not contain line breaks'));
  }
  if (rule.messageExpression !== undefined && !rule.messageExpression.trim()) {
    causes.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (rule.reason !== undefined && !reasons.includes(rule.reason)) {
    causes.push(notSupported(`${at}.reason`, rule.reason, reasons));
  }
  return causes;
}

function compileCauses(
  compiled: RuleTree['rules'][number] | undefined,
  rule: ValidationRule,
  at: string,
  correlatable: boolean,
): Cause[] {
  if (compiled instanceof RuleError) {
    const value = compiled.part === 'rule' ? rule : rule[compiled.part];
    return [invalid(`${at}.${compiled.part}`, value, compiled.message)];
  }
  if (!compiled?.usesOldSelf) return [];
  if (!correlatable) {
    const why = 'oldSelf cannot be used on the uncorrelatable portion of the schema';
    return [invalid(`${at}.rule`, rule.rule, why)];
  }
  return [];
}
