/** What the generator needs to know of an OpenAPI v3 schema. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  enum?: string[];
  nullable?: boolean;
  required?: string[];
  [extension: string]: unknown;
}

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const struct = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const mapOf = (additionalProperties: Schema): Schema => ({ type: 'object', additionalProperties });
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
const setOf = (items: Schema): Schema => listOf(items, { 'x-kubernetes-list-type': 'set' });
const keyedList = (keys: string[], properties: Record<string, Schema>, required: string[] = keys): Schema =>
  listOf(struct(properties, { required }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
  });
const free: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A schema with every kind of list, map, default and scalar that ownership and pruning tell apart. */
export const randomSchema: Schema = struct({
  spec: struct({
    text,
    count: { type: 'integer', default: 7, minimum: 0, maximum: 50 },
    ratio: { type: 'number' },
    on: { type: 'boolean' },
    choice: { type: 'string', enum: ['a', 'b'] },
    either: { 'x-kubernetes-int-or-string': true },
    maybe: { type: 'string', nullable: true },
    maybeDefault: { type: 'string', nullable: true, default: 'd' },
    atomicList: listOf(text),
    maybeList: listOf({ ...text, nullable: true }, { nullable: true }),
    lists: listOf(listOf(integer)),
    set: setOf(text),
    numbers: setOf(integer),
    byName: keyedList(['name'], {
      name: text,
      value: { ...text, default: 'v' },
      inner: keyedList(['id'], { id: integer, note: text }),
      tags: setOf(text),
    }),
    ports: keyedList(
      ['port', 'protocol'],
      { port: integer, protocol: { type: 'string', default: 'TCP' }, label: text },
      ['port'],
    ),
    atomicMap: struct({ a: text, b: text, c: text }, { 'x-kubernetes-map-type': 'atomic' }),
    texts: mapOf(text),
    structs: mapOf(struct({ x: text, y: { ...integer, default: 1 } })),
    listsByName: mapOf(setOf(text)),
    nested: struct({
      first: text,
      second: struct({ third: text, fourth: { ...text, default: 'f' } }, { default: {} }),
      many: mapOf(integer),
    }),
    maybeNested: struct({ a: text, b: integer }, { nullable: true }),
    free,
    mixed: struct({ known: text, deep: struct({ n: integer }) }, { ...free }),
  }),
  status: struct({
    phase: text,
    replicas: integer,
    conditions: keyedList(['type'], { type: text, status: text, reason: text }),
  }),
});

/** Where the schema's scale subresource finds its numbers. */
export const randomScale = {
  specReplicasPath: '.spec.count',
  statusReplicasPath: '.status.replicas',
};
