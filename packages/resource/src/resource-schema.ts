import type { Cause } from './cause.ts';
import { invalid } from './cause.ts';
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
  validate(object: unknown, _old?: unknown): Cause[] {
    if (!isObject(object)) return [invalid('<nil>', object, 'must be an object')];
    return [
      ...validateSchema(object, this.schema),
      ...validateEmbeddedResources(object, this.schema),
      ...validateListTypes(object, this.schema),
    ];
  }
}
