const json: unique symbol = Symbol('json');
const fields: unique symbol = Symbol('fields');
const schema: unique symbol = Symbol('schema');

/** A JSON object behind a CEL message; its declared fields are getters of the subclasses, named as CEL writes them. */
export class SchemaObject {
  /** The key of the JSON object. */
  static readonly json: typeof json = json;
  /** The key of the fields that were converted already. */
  static readonly fields: typeof fields = fields;
  /** The key of the schema, on the prototype. */
  static readonly schema: typeof schema = schema;

  readonly [json]: Record<string, unknown>;
  readonly [fields] = new Map<string, unknown>();

  constructor(value: Record<string, unknown>) {
    this[json] = value;
  }
}
