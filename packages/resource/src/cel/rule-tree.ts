import type { Environment } from '@marcbachmann/cel-js';
import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema, ValidationRule } from '../schema/json-schema.ts';
import { kubernetesEnvironment } from './environment.ts';
import { resolveFieldPath } from './field-path.ts';
import { compile } from './program.ts';
import type { Program } from './program.ts';
import { SchemaTypes } from './schema-types.ts';

/** What keeps a rule from running. `part` is the field of the rule that is wrong. */
export class RuleError extends Error {
  readonly code = 'CEL_RULE';
  readonly part: keyof ValidationRule;
  constructor(part: keyof ValidationRule, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuleError';
    this.part = part;
  }
}

/** A rule that may run. */
export interface CompiledRule {
  rule: ValidationRule;
  program: Program;
  /** The rule compares with the value before: it runs on updates only, unless `optionalOldSelf` is set. */
  usesOldSelf: boolean;
  message: Program | undefined;
  /** Relative to the value, `spec.x`; empty for the value itself. */
  fieldPath: string;
}

/** The rules of a schema, in its shape. Parts without rules below them are left out. */
export interface RuleTree {
  /** The schema as rules see it: with type and name, where it is a resource's. */
  schema: JsonSchema;
  types: SchemaTypes;
  rules: (CompiledRule | RuleError)[];
  /** There are rules, but the schema says too little about the value to run them. */
  untyped: boolean;
  properties: Map<string, RuleTree>;
  additionalProperties: RuleTree | undefined;
  items: RuleTree | undefined;
}

/** Compiles all rules of a resource's schema; undefined when it has none. Rules that do not compile become errors. */
export function compileRules(schema: JsonSchema): RuleTree | undefined {
  return hasRules(schema) ? build(schema, true) : undefined;
}

function hasRules(schema: JsonSchema): boolean {
  const { properties = {}, additionalProperties, items } = schema;
  return (
    (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
    Object.values(properties).some(hasRules) ||
    (isObject(additionalProperties) && hasRules(additionalProperties)) ||
    (items !== undefined && hasRules(items))
  );
}

function build(schema: JsonSchema, resource: boolean): RuleTree {
  const environment = kubernetesEnvironment();
  const types = new SchemaTypes(environment);
  const seen = resource ? types.resource(schema) : schema;
  const { properties = {}, additionalProperties, items } = schema;
  const below = (child: JsonSchema): RuleTree =>
    build(child, child['x-kubernetes-embedded-resource'] === true);
  return {
    schema: seen,
    types,
    rules: compileNode(seen, environment, types),
    untyped: (seen['x-kubernetes-validations'] ?? []).length > 0 && types.typeOf(seen) === undefined,
    properties: new Map(
      Object.entries(properties)
        .filter(([, child]) => hasRules(child))
        .map(([name, child]) => [name, below(child)]),
    ),
    additionalProperties:
      isObject(additionalProperties) && hasRules(additionalProperties)
        ? below(additionalProperties)
        : undefined,
    items: items !== undefined && hasRules(items) ? below(items) : undefined,
  };
}

function compileNode(
  schema: JsonSchema,
  environment: Environment,
  types: SchemaTypes,
): (CompiledRule | RuleError)[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const type = types.typeOf(schema.nullable ? { ...schema, nullable: false } : schema);
  if (type === undefined) {
    return rules.map(() => new RuleError('rule', 'rules need a schema that says the type of the value'));
  }
  environment.registerVariable('self', type);
  const plain = environment.clone().registerVariable('oldSelf', type);
  const optional = environment.clone().registerVariable('oldSelf', `optional<${type}>`);
  return rules.map((rule) => {
    try {
      return compileRule(rule, schema, rule.optionalOldSelf ? optional : plain);
    } catch (error) {
      if (error instanceof RuleError) return error;
      return new RuleError('rule', error instanceof Error ? error.message : String(error), { cause: error });
    }
  });
}

function compileRule(rule: ValidationRule, schema: JsonSchema, environment: Environment): CompiledRule {
  const program = compile(environment, rule.rule, { self: schema, oldSelf: schema });
  if (program.type !== 'bool' && program.type !== 'dyn') {
    throw new RuleError('rule', 'cel expression must evaluate to a bool');
  }
  return {
    rule,
    program,
    usesOldSelf: program.uses('oldSelf'),
    message: rule.messageExpression ? compileMessage(rule.messageExpression, environment) : undefined,
    fieldPath: rule.fieldPath ? placeOf(rule.fieldPath, schema) : '',
  };
}

function compileMessage(expression: string, environment: Environment): Program {
  let program: Program;
  try {
    program = compile(environment, expression);
  } catch (error) {
    throw new RuleError('messageExpression', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  if (program.type !== 'string' && program.type !== 'dyn') {
    throw new RuleError('messageExpression', 'messageExpression must evaluate to a string');
  }
  return program;
}

function placeOf(path: string, schema: JsonSchema): string {
  try {
    return resolveFieldPath(path, schema);
  } catch (error) {
    throw new RuleError('fieldPath', 'must be a valid path', { cause: error });
  }
}
