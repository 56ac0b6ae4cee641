import type { Cause } from './cause.ts';
import type { JsonSchema } from './schema/json-schema.ts';
export class ResourceSchema {
  readonly schema: JsonSchema;
  constructor(schema: JsonSchema) {
    this.schema = schema;
  }
  validate(_object: unknown, _old?: unknown): Cause[] {
    return [];
  }
  default(_object: unknown): void {}
}
