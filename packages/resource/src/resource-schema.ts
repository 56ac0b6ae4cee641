import type { Cause } from './cause.ts';
import { invalid } from './cause.ts';
import { compileRules } from './cel/rule-tree.ts';
import type { RuleTree } from './cel/rule-tree.ts';
import { validateRules } from './cel/validate-rules.ts';
import { applyDefaults, hasDefaults } from './schema/default.ts';
import { validateEmbeddedResources } from './schema/embedded-resource.ts';
import { isObject } from './schema/json-schema.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { validateListTypes } from './schema/list-types.ts';
import { prune } from './schema/prune.ts';
import { validateSchema } from './schema/validate.ts';

/**
 * A structural schema at work on objects: pruning, defaulting and validation as kube-apiserver does them for custom
 * resources. It trusts the schema; `checkSchema` says whether that is right.
 */
export class ResourceSchema {
  /** The schema as given. */
  readonly schema: JsonSchema;
  /** False when `default` would find nothing to fill, so that callers may skip it on hot paths. */
  readonly hasDefaults: boolean;
  /** Compiled at first use: most kinds are never written on one machine. */
  #rules: { tree: RuleTree | undefined } | undefined;

  constructor(schema: JsonSchema) {
    this.schema = schema;
    this.hasDefaults = hasDefaults(schema);
  }

  /** Removes unknown fields in place and returns their paths, sorted: `spec.ports[0].nmae`. */
  prune(object: Record<string, unknown>): string[] {
    return prune(object, this.schema);
  }

  /** Fills defaults in place and drops nulls that are not allowed. */
  default(object: unknown): void {
    applyDefaults(object, this.schema);
  }

  /**
   * Everything the server would refuse, except `metadata`, which is not the schema's. `old` is the stored object on
   * an update; transition rules need it.
   */
  validate(object: unknown, old?: unknown): Cause[] {
    if (!isObject(object)) return [invalid('<nil>', object, 'must be an object')];
    const causes = [
      ...validateSchema(object, this.schema),
      ...validateEmbeddedResources(object, this.schema),
      ...validateListTypes(object, this.schema),
    ];
    this.#rules ??= { tree: compileRules(this.schema) };
    const { tree } = this.#rules;
    if (!tree) return causes;
    // Rules trust the types and bounds of the schema.
    if (causes.some(({ reason }) => blocking.has(reason))) return [...causes, rulesNotChecked];
    return [...causes, ...validateRules(tree, object, old)];
  }
}

const blocking = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const rulesNotChecked = invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);
