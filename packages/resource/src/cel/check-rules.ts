import { invalid, notSupported, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goJson } from '../go-text.ts';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema, ValidationRule } from '../schema/json-schema.ts';
import { propertyPath } from '../schema/structural.ts';
import { RuleError, compileRules } from './rule-tree.ts';
import type { RuleTree } from './rule-tree.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What keeps the rules of a schema from being accepted. The schema must be structural. */
export function checkRules(schema: JsonSchema, path: string): Cause[] {
  const tree = compileRules(schema);
  return tree ? checkTree(tree, path, '') : [];
}

/** `uncorrelatable` is the place from which on values have no past to be compared with; empty for none. */
function checkTree(tree: RuleTree, path: string, uncorrelatable: string): Cause[] {
  const { schema } = tree;
  const rules = schema['x-kubernetes-validations'] ?? [];
  const at = `${path}.x-kubernetes-validations`;
  if (tree.untyped) return [{ reason: 'InternalError', message: untypedMessage, field: at }];
  const causes = rules.flatMap((rule, i) => [
    ...checkRule(rule, `${at}[${i}]`),
    ...compileCauses(tree.rules[i], rule, `${at}[${i}]`, uncorrelatable),
  ]);
  const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? path : '';
  for (const [name, child] of tree.properties) {
    causes.push(...checkTree(child, propertyPath(path, name), uncorrelatable || atomic));
  }
  if (tree.additionalProperties) {
    const at = `${path}.additionalProperties`;
    causes.push(...checkTree(tree.additionalProperties, at, uncorrelatable || atomic));
  }
  if (tree.items) {
    const keyed = schema['x-kubernetes-list-type'] === 'map';
    causes.push(...checkTree(tree.items, `${path}.items`, uncorrelatable || (keyed ? '' : path)));
  }
  return causes;
}

/** A rule as the Go server prints it: all fields, in their order. */
function ruleJson(rule: ValidationRule): string {
  const {
    message = '',
    messageExpression = '',
    reason = null,
    fieldPath = '',
    optionalOldSelf = null,
  } = rule;
  const fields = [rule.rule, message, messageExpression, reason, fieldPath, optionalOldSelf].map(goJson);
  const names = ['Rule', 'Message', 'MessageExpression', 'Reason', 'FieldPath', 'OptionalOldSelf'];
  return `{${names.map((name, i) => `"${name}":${fields[i]}`).join(',')}}`;
}

const untypedMessage =
  'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

function checkRule(rule: ValidationRule, at: string): Cause[] {
  if (!isObject(rule)) return [invalid(at, rule, 'must be an object')];
  const causes: Cause[] = [];
  if (typeof rule.rule !== 'string' || !rule.rule.trim())
    causes.push(required(`${at}.rule`, 'rule is not specified'));
  else if (rule.rule.includes('\n') && !rule.message && !rule.messageExpression) {
    causes.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (rule.message !== undefined && !rule.message.trim()) {
    causes.push(invalid(`${at}.message`, rule.message, 'must be non-empty if specified'));
  } else if (rule.message?.trim().includes('\n')) {
    causes.push(invalid(`${at}.message`, rule.message, 'must not contain line breaks'));
  }
  if (rule.messageExpression !== undefined && !rule.messageExpression.trim()) {
    causes.push(required(`${at}.messageExpression`, 'must be non-empty if specified'));
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
  uncorrelatable: string,
): Cause[] {
  if (compiled instanceof RuleError) {
    if (!rule.rule.trim()) return [];
    const field = `${at}.${compiled.part}`;
    if (compiled.part === 'fieldPath') return [invalid(field, rule.fieldPath, compiled.message)];
    return [{ ...invalid(field, '', ''), message: `Invalid value: ${ruleJson(rule)}: ${compiled.message}` }];
  }
  if (!compiled?.usesOldSelf) return [];
  if (uncorrelatable) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    return [invalid(`${at}.rule`, rule.rule, why)];
  }
  return [];
}
