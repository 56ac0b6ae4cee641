// Longer than other files because it is data: one question after the other.
import type { JsonSchema } from '../index.ts';

/**
 * One question to a real API server: is a schema acceptable, and what becomes of an object under it. The answers are
 * recorded by scripts/record-kubernetes.ts.
 */
export interface KubernetesCase {
  name: string;
  /** The schema of `spec`, or with `root` that of the whole object. */
  schema: JsonSchema;
  root?: true;
  status?: true;
  /** The object's `spec`, or with `root` its fields beside the type and metadata. */
  object?: unknown;
  /** What the object is changed to after it was created. */
  update?: unknown;
}

/** What the server answered. */
export interface KubernetesAnswer {
  /** The definition was refused. */
  schemaCauses?: { reason: string; message: string; field: string }[];
  /** The object, or its update, was refused. */
  causes?: { reason: string; message: string; field: string }[];
  /** The message of a refusal without causes. */
  message?: string;
  /** What was stored in the end. */
  stored?: unknown;
  /** Warnings about unknown fields. */
  unknown?: string[];
}

const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const rule = (text: string, more: object = {}): JsonSchema => ({
  'x-kubernetes-validations': [{ rule: text, ...more }],
});
const string: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const list = (items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'array', items, ...more });
const map = (values: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  additionalProperties: values,
  ...more,
});
const preserve: JsonSchema = { 'x-kubernetes-preserve-unknown-fields': true };

const values: KubernetesCase[] = [
  { name: 'string for integer', schema: object({ x: integer }), object: { x: 'a' } },
  { name: 'float for integer', schema: object({ x: integer }), object: { x: 1.5 } },
  { name: 'integer for number', schema: object({ x: { type: 'number' } }), object: { x: 1 } },
  { name: 'null for string', schema: object({ x: string }), object: { x: null } },
  { name: 'null for nullable', schema: object({ x: { ...string, nullable: true } }), object: { x: null } },
  { name: 'null in a list', schema: object({ x: list(string) }), object: { x: [null] } },
  { name: 'null in a map', schema: object({ x: map(string) }), object: { x: { a: null } } },
  { name: 'object for list', schema: object({ x: list(string) }), object: { x: {} } },
  {
    name: 'boolean for int-or-string',
    schema: object({ x: { 'x-kubernetes-int-or-string': true } }),
    object: { x: true },
  },
  {
    name: 'string for int-or-string',
    schema: object({ x: { 'x-kubernetes-int-or-string': true } }),
    object: { x: '80%' },
  },
  {
    name: 'bounds',
    schema: object({ a: { ...integer, maximum: 10 }, b: { ...integer, minimum: 5 } }),
    object: { a: 11, b: 4 },
  },
  {
    name: 'exclusive bounds',
    schema: object({
      a: { ...integer, maximum: 10, exclusiveMaximum: true },
      b: { type: 'number', minimum: 0.5, exclusiveMinimum: true },
    }),
    object: { a: 10, b: 0.5 },
  },
  { name: 'multiple', schema: object({ a: { ...integer, multipleOf: 5 } }), object: { a: 7 } },
  {
    name: 'lengths',
    schema: object({
      a: { ...string, maxLength: 2 },
      b: { ...string, minLength: 3 },
      c: { ...string, maxLength: 1 },
    }),
    object: { a: 'abc', b: 'é', c: 'ab' },
  },
  { name: 'length in characters', schema: object({ a: { ...string, maxLength: 2 } }), object: { a: 'éé' } },
  { name: 'pattern', schema: object({ a: { ...string, pattern: '^[a-z]+$' } }), object: { a: 'A"\n' } },
  {
    name: 'enum',
    schema: object({ a: { ...string, enum: ['x', 'y'] }, b: { ...integer, enum: [1, 2] } }),
    object: { a: 'z', b: 3 },
  },
  {
    name: 'required',
    schema: object({ a: string, b: object({ c: string }, { required: ['c'] }) }, { required: ['a'] }),
    object: { b: {} },
  },
  {
    name: 'items',
    schema: object({ a: list(integer, { minItems: 1 }), b: list(integer, { maxItems: 1 }) }),
    object: { a: [], b: [1, 2] },
  },
  {
    name: 'paths in lists',
    schema: object({ a: list(object({ n: integer }, { required: ['n'] })) }),
    object: { a: [{ n: 1 }, { n: 'x' }, {}] },
  },
  { name: 'paths in maps', schema: object({ a: map(integer) }), object: { a: { 'k.x': 'v' } } },
  {
    name: 'properties',
    schema: object({ a: map(string, { maxProperties: 1 }), b: map(string, { minProperties: 1 }) }),
    object: { a: { x: '1', y: '2' }, b: {} },
  },
  {
    name: 'anyOf',
    schema: object({ a: string, b: string }, { anyOf: [{ required: ['a'] }, { required: ['b'] }] }),
    object: {},
  },
  {
    name: 'oneOf both',
    schema: object({ a: string, b: string }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
    object: { a: '1', b: '2' },
  },
  {
    name: 'oneOf none',
    schema: object({ a: string, b: string }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
    object: {},
  },
  {
    name: 'allOf',
    schema: object({ a: { ...integer, allOf: [{ minimum: 5 }, { maximum: 3 }] } }),
    object: { a: 4 },
  },
  { name: 'not', schema: object({ a: { ...string, not: { enum: ['x'] } } }), object: { a: 'x' } },
  {
    name: 'junctor over fields',
    schema: object(
      { a: object({ n: integer }) },
      {
        anyOf: [
          { properties: { a: { properties: { n: { minimum: 3 } } } } },
          { properties: { a: { properties: { n: { maximum: 1 } } } } },
        ],
      },
    ),
    object: { a: { n: 2 } },
  },
  ...[
    'date',
    'date-time',
    'duration',
    'byte',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'cidr',
    'mac',
    'uuid',
    'uuid3',
    'uuid4',
    'uri',
    'isbn',
    'creditcard',
    'ssn',
    'hexcolor',
    'rgbcolor',
    'bsonobjectid',
    'int32',
    'k8s-short-name',
  ].map((format) => ({
    name: `format ${format}`,
    schema: object({ x: { ...string, format } }),
    object: { x: 'no such thing!' },
  })),
  ...(
    [
      ['date', '2024-02-30'],
      ['date', '2024-02-29'],
      ['date-time', '2024-02-29T12:00:00.5+01:00'],
      ['date-time', '2024-02-29T24:00:00Z'],
      ['date-time', '2024-02-29 12:00:00Z'],
      ['duration', '1h30m'],
      ['duration', '2 hours'],
      ['duration', '1x'],
      ['byte', 'YWJj'],
      ['byte', 'YWJ'],
      ['email', 'a@b.c'],
      ['email', 'Joe <a@b.c>'],
      ['email', 'a@b'],
      ['hostname', 'a.b-c.dev'],
      ['hostname', '-a'],
      ['ipv4', '1.2.3.4'],
      ['ipv4', '01.2.3.4'],
      ['ipv6', '::1'],
      ['ipv6', '1.2.3.4'],
      ['cidr', '10.0.0.0/8'],
      ['cidr', '10.0.0.0/33'],
      ['mac', '01:23:45:67:89:ab'],
      ['mac', '01:23'],
      ['uuid', '123e4567-e89b-12d3-a456-426614174000'],
      ['uuid4', '123e4567-e89b-12d3-a456-426614174000'],
      ['uri', 'https://a.b/c?d#e'],
      ['uri', '/a'],
      ['uri', 'a/b'],
      ['uri', 'mailto:a@b.c'],
      ['uri', 'http://a b'],
      ['isbn', '0321751043'],
      ['isbn', '978-0321751041'],
      ['isbn10', '0321751044'],
      ['creditcard', '4111 1111 1111 1111'],
      ['creditcard', '4111 1111 1111 1112'],
      ['ssn', '123-45-6789'],
      ['hexcolor', '#fff'],
      ['rgbcolor', 'rgb(1, 2, 3)'],
      ['bsonobjectid', '507f1f77bcf86cd799439011'],
    ] as const
  ).map(([format, x]) => ({
    name: `format ${format}: ${x}`,
    schema: object({ x: { ...string, format } }),
    object: { x },
  })),
  { name: 'format of a boolean', schema: object({ x: { ...string, format: 'date' } }), object: { x: true } },
  {
    name: 'set',
    schema: object({ a: list(string, { 'x-kubernetes-list-type': 'set' }) }),
    object: { a: ['x', 'y', 'x', 'x'] },
  },
  {
    name: 'map list',
    schema: object({
      a: list(object({ n: string, p: integer }, { required: ['n'] }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
      }),
    }),
    object: { a: [{ n: 'x' }, { n: 'x', p: 1 }] },
  },
  {
    name: 'map list with two keys',
    schema: object({
      a: list(object({ n: string, p: { ...integer, default: 1 } }, { required: ['n'] }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n', 'p'],
      }),
    }),
    object: { a: [{ n: 'x' }, { n: 'x', p: 1 }, { n: 'x', p: 2 }] },
  },
  {
    name: 'embedded without type',
    schema: object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve } }),
    object: { a: { metadata: { name: '..', labels: { '#': '#' } } } },
  },
  {
    name: 'embedded',
    schema: object({
      a: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: object({ x: string }) },
      },
    }),
    object: { a: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { x: 'a', y: 1 }, z: 1 } },
  },
  {
    name: 'embedded with wrong kind',
    schema: object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve } }),
    object: { a: { apiVersion: 'a/b/c', kind: 'No Kind' } },
  },
];

const pruning: KubernetesCase[] = [
  {
    name: 'unknown fields',
    schema: object({ a: list(object({ b: string })), m: map(object({ b: string })) }),
    object: { a: [{ b: 'x', c: 1 }], m: { k: { d: 1 } }, z: { y: 1 } },
  },
  {
    name: 'preserved',
    schema: object({ a: { type: 'object', ...preserve, properties: { b: object({ c: string }) } } }),
    object: { a: { b: { c: 'x', d: 1 }, e: { f: 1 } } },
  },
  {
    name: 'preserved list',
    schema: object({ a: { ...list(object({ b: string })), ...preserve } }),
    object: { a: [{ b: 'x', c: 1 }] },
  },
  {
    name: 'additionalProperties true',
    schema: object({ a: { type: 'object', additionalProperties: true } }),
    object: { a: { b: 1, c: { d: 1 } } },
  },
  {
    name: 'preserved with additionalProperties true',
    schema: object({ a: { type: 'object', additionalProperties: true, ...preserve } }),
    object: { a: { b: 1, c: { d: 1 } } },
  },
  {
    name: 'preserved map',
    schema: object({ a: { ...map(object({ b: string })), ...preserve } }),
    object: { a: { k: { b: 'x', c: 1 } } },
  },
  {
    name: 'defaults',
    schema: object({
      a: { ...integer, default: 1 },
      b: object({ c: { ...string, default: 'x' } }, { default: {} }),
      d: object({ e: { ...string, default: 'y' } }),
    }),
    object: { d: {} },
  },
  {
    name: 'default for null',
    schema: object({ a: { ...integer, default: 1 }, b: { ...integer, default: 1, nullable: true } }),
    object: { a: null, b: null },
  },
  {
    name: 'defaults in lists and maps',
    schema: object({
      a: list(object({ b: { ...integer, default: 2 } })),
      m: map(object({ b: { ...integer, default: 2 } })),
    }),
    object: { a: [{}, { b: 1 }], m: { k: {} } },
  },
  {
    name: 'item default for null',
    schema: object({ a: list({ ...integer, default: 3 }) }),
    object: { a: [null, 1] },
  },
];

const schemas: KubernetesCase[] = [
  { name: 'no type', schema: object({ a: {} }) },
  { name: 'no items', schema: object({ a: { type: 'array' } }) },
  { name: 'unknown type', schema: object({ a: { type: 'text' } }) },
  { name: 'null type', schema: object({ a: { type: 'null' } }) },
  { name: 'unique items', schema: object({ a: list(string, { uniqueItems: true }) }) },
  {
    name: 'properties beside additionalProperties',
    schema: object({ a: { type: 'object', properties: { b: string }, additionalProperties: string } }),
  },
  {
    name: 'type in a junctor',
    schema: object({ a: { ...string, anyOf: [{ type: 'string', description: 'x', default: 'y' }] } }),
  },
  {
    name: 'field only in a junctor',
    schema: object({ a: string }, { anyOf: [{ required: ['b'] }, { properties: { c: { minLength: 1 } } }] }),
  },
  { name: 'bad pattern', schema: object({ a: { ...string, pattern: '(?=a)' } }) },
  {
    name: 'metadata restricted',
    schema: object({ metadata: object({ labels: map(string) }), spec: object({}) }),
    root: true,
  },
  { name: 'root without type', schema: { properties: { spec: object({}) } }, root: true },
  { name: 'root nullable', schema: object({ spec: object({}) }, { nullable: true }), root: true },
  { name: 'root additionalProperties', schema: { type: 'object', additionalProperties: string }, root: true },
  {
    name: 'root restricted with status',
    schema: object({ spec: object({}), status: object({}) }, { anyOf: [{ required: ['spec'] }] }),
    root: true,
    status: true,
  },
  { name: 'default of wrong type', schema: object({ a: { ...integer, default: 'x' } }) },
  {
    name: 'default with unknown fields',
    schema: object({ a: object({ b: string }, { default: { b: 'x', c: 1 } }) }),
  },
  { name: 'default out of bounds', schema: object({ a: { ...integer, minimum: 3, default: 1 } }) },
  {
    name: 'default in metadata',
    schema: object({ metadata: object({ name: { ...string, default: 'x' } }), spec: object({}) }),
    root: true,
  },
  {
    name: 'map list without keys',
    schema: object({ a: list(object({ n: string }), { 'x-kubernetes-list-type': 'map' }) }),
  },
  {
    name: 'map list with optional key',
    schema: object({
      a: list(object({ n: string }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
      }),
    }),
  },
  {
    name: 'map list with unknown key',
    schema: object({
      a: list(object({ n: string }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['q'],
      }),
    }),
  },
  {
    name: 'set of objects',
    schema: object({ a: list(object({ n: string }), { 'x-kubernetes-list-type': 'set' }) }),
  },
  { name: 'list type of a string', schema: object({ a: { ...string, 'x-kubernetes-list-type': 'set' } }) },
  { name: 'unknown list type', schema: object({ a: list(string, { 'x-kubernetes-list-type': 'bag' }) }) },
  { name: 'unknown map type', schema: object({ a: map(string, { 'x-kubernetes-map-type': 'bag' }) }) },
  {
    name: 'preserve false',
    schema: object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false } }),
  },
  {
    name: 'embedded without object',
    schema: object({ a: { ...string, 'x-kubernetes-embedded-resource': true } }),
  },
  {
    name: 'embedded without properties',
    schema: object({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } }),
  },
  {
    name: 'int-or-string with preserve',
    schema: object({ a: { 'x-kubernetes-int-or-string': true, ...preserve } }),
  },
  {
    name: 'int-or-string with anyOf',
    schema: object({
      a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    }),
    object: { a: 1 },
  },
  { name: 'reference', schema: object({ a: { $ref: '#/definitions/x' } as JsonSchema }) },
];

const size = {
  size: integer,
  name: string,
  labels: map(string),
  items: list(object({ name: string, n: integer }), { maxItems: 10 }),
};
const passes = (
  name: string,
  text: string,
  spec: unknown,
  schema: Record<string, JsonSchema> = size,
): KubernetesCase => ({
  name: `rule ${name}`,
  schema: object(schema, rule(text)),
  object: spec,
});

const rules: KubernetesCase[] = [
  passes('holds', 'self.size > 2', { size: 3 }),
  passes('fails', 'self.size > 2', { size: 1 }),
  {
    name: 'rule on a scalar',
    schema: object({ size: { ...integer, ...rule('self > 2', { message: 'too small' }) } }),
    object: { size: 1 },
  },
  {
    name: 'rule with message expression',
    schema: object(size, rule('self.size > 2', { messageExpression: '"got " + string(self.size)' })),
    object: { size: 1 },
  },
  {
    name: 'rule with reason and path',
    schema: object(
      size,
      rule('has(self.name)', { reason: 'FieldValueRequired', fieldPath: '.name', message: 'name it' }),
    ),
    object: {},
  },
  {
    name: 'rule with forbidden',
    schema: object(size, rule('!has(self.name)', { reason: 'FieldValueForbidden', fieldPath: '.name' })),
    object: { name: 'x' },
  },
  {
    name: 'rule with duplicate',
    schema: object({ size: { ...integer, ...rule('self > 2', { reason: 'FieldValueDuplicate' }) } }),
    object: { size: 1 },
  },
  {
    name: 'rule on map values',
    schema: object({ m: map({ ...integer, ...rule('self > 2') }) }),
    object: { m: { k: 1 } },
  },
  {
    name: 'rule on items',
    schema: object({ l: list({ ...integer, ...rule('self > 2') }) }),
    object: { l: [3, 1] },
  },
  {
    name: 'rule at the root',
    schema: object({ spec: object(size) }, rule('self.metadata.name.startsWith("x")')),
    root: true,
    object: { spec: {} },
  },
  {
    name: 'rule blocked by a type',
    schema: object({ size: integer }, rule('self.size > 2')),
    object: { size: 'x' },
  },
  {
    name: 'rule beside a bound',
    schema: object({ size: { ...integer, minimum: 5 } }, rule('self.size > 2')),
    object: { size: 1 },
  },
  passes('no such key', 'self.labels["a"] == "b"', { labels: {} }),
  passes('absent field', 'self.name == "b"', {}),
  passes('out of bounds', 'self.items[3].n == 1', { items: [] }),
  passes('division by zero', '1 / self.size == 1', { size: 0 }),
  passes('map macros', 'self.labels.all(k, k.startsWith("a"))', { labels: { b: 'x' } }),
  passes(
    'list macros',
    'self.items.exists_one(i, i.n == 1) && self.items.filter(i, i.n > 0).map(i, i.n) == [1, 2]',
    { items: [{ n: 1 }, { n: 2 }] },
  ),
  passes('two variables', 'self.items.all(i, v, v.n == i)', { items: [{ n: 0 }, { n: 1 }] }),
  passes('optional field', 'self.?name.orValue("x") == "x"', {}),
  passes('format', '"%s-%d".format([self.name, self.size]) == "a-1"', { name: 'a', size: 1 }),
  passes(
    'string functions',
    'self.name.charAt(0) == "a" && self.name.replace("a", "b") == "bbc" && self.name.split("b").size() == 2 && self.name.upperAscii() == "ABC" && self.name.reverse() == "cba"',
    { name: 'abc' },
  ),
  passes(
    'regex',
    'self.name.matches("^a.c$") && self.name.find("b") == "b" && self.name.findAll("[a-z]").size() == 3',
    { name: 'abc' },
  ),
  passes(
    'lists',
    '[1, 2, 3].sum() == 6 && [1, 2].isSorted() && [3, 1].max() == 3 && ["a", "b"].indexOf("b") == 1',
    {},
  ),
  passes(
    'urls',
    'isURL("https://a.b:80/c?d=e") && url("https://a.b:80/c?d=e").getHost() == "a.b:80" && url("https://a.b:80/c?d=e").getQuery()["d"] == ["e"]',
    {},
  ),
  passes(
    'quantities',
    'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("500m").add(quantity("500m")) == quantity("1") && isQuantity("1.5") && !isQuantity("x")',
    {},
  ),
  passes(
    'addresses',
    'ip("10.0.0.1").family() == 4 && cidr("10.0.0.0/8").containsIP("10.1.1.1") && !cidr("10.0.0.0/8").containsCIDR("11.0.0.0/9") && ip("::1").isLoopback() && isIP("1.2.3.4") && !isCIDR("1.2.3.4")',
    {},
  ),
  passes(
    'formats',
    '!format.dns1123Label().validate("abc").hasValue() && format.dns1123Label().validate("A_").hasValue()',
    {},
  ),
  passes(
    'sets',
    'sets.contains([1, 2], [1]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 2], [2, 1])',
    {},
  ),
  passes('math', 'math.greatest(1, 2) == 2 && math.least([3, 1]) == 1', {}),
  passes(
    'times',
    'timestamp("2024-01-02T03:04:05Z").getFullYear() == 2024 && duration("1h").getMinutes() == 60',
    {},
  ),
  passes('types', 'type(self.size) == int && type(self.name) == string', { size: 1, name: 'a' }),
  passes(
    'int-or-string',
    'type(self.p) == int ? self.p > 0 : self.p.matches("%$")',
    { p: '10%' },
    { p: { 'x-kubernetes-int-or-string': true } },
  ),
  passes('nullable', 'self.p == null', { p: null }, { p: { ...string, nullable: true } }),
  passes(
    'escaped names',
    'self.a__dash__b == "x" && self.__namespace__ == "y" && self.c__dot__d == "z"',
    { 'a-b': 'x', namespace: 'y', 'c.d': 'z' },
    { 'a-b': string, namespace: string, 'c.d': string },
  ),
  passes(
    'sets compare without order',
    'self.a == self.b',
    { a: ['x', 'y'], b: ['y', 'x'] },
    {
      a: list(string, { 'x-kubernetes-list-type': 'set', maxItems: 5 }),
      b: list(string, { 'x-kubernetes-list-type': 'set', maxItems: 5 }),
    },
  ),
  passes(
    'dates',
    'self.t > timestamp("2020-01-01T00:00:00Z") && self.d == duration("90s")',
    { t: '2024-01-01T00:00:00Z', d: '1m30s' },
    { t: { ...string, format: 'date-time' }, d: { ...string, format: 'duration' } },
  ),
  passes('bytes', 'self.b == b"abc"', { b: 'YWJj' }, { b: { ...string, format: 'byte' } }),
  passes('preserved fields', 'has(self.known)', { known: 'x', other: 1 }, { known: string }),
  {
    name: 'transition',
    schema: object(size, rule('self.size >= oldSelf.size')),
    object: { size: 3 },
    update: { size: 2 },
  },
  {
    name: 'transition on a scalar',
    schema: object({ size: { ...integer, ...rule('self == oldSelf', { message: 'fixed' }) } }),
    object: { size: 3 },
    update: { size: 2 },
  },
  {
    name: 'transition on whole objects',
    schema: object({ o: object({ a: string }, rule('self == oldSelf')) }),
    object: { o: { a: 'x' } },
    update: { o: { a: 'y' } },
  },
  {
    name: 'transition in a map list',
    schema: object({
      l: list(object({ n: string, v: integer }, { required: ['n'], ...rule('self.v >= oldSelf.v') }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
      }),
    }),
    object: {
      l: [
        { n: 'a', v: 1 },
        { n: 'b', v: 5 },
      ],
    },
    update: {
      l: [
        { n: 'b', v: 4 },
        { n: 'c', v: 0 },
        { n: 'a', v: 2 },
      ],
    },
  },
  {
    name: 'transition with optional old value',
    schema: object(size, rule('oldSelf.hasValue() || self.size == 1', { optionalOldSelf: true })),
    object: { size: 2 },
  },
  {
    name: 'transition with optional old value on update',
    schema: object(
      size,
      rule('!oldSelf.hasValue() || oldSelf.value().size <= self.size', { optionalOldSelf: true }),
    ),
    object: { size: 2 },
    update: { size: 1 },
  },
  {
    name: 'uncorrelatable transition',
    schema: object({ l: list({ ...integer, ...rule('self == oldSelf') }) }),
  },
  { name: 'unknown field in a rule', schema: object(size, rule('self.nope == 1')) },
  { name: 'unknown field under has', schema: object(size, rule('has(self.nope)')) },
  { name: 'syntax error in a rule', schema: object(size, rule('self.size >')) },
  { name: 'rule that is no bool', schema: object(size, rule('self.size')) },
  { name: 'rule of mixed types', schema: object(size, rule('self.size == "a"')) },
  { name: 'empty rule', schema: object(size, rule(' ')) },
  { name: 'message with a line break', schema: object(size, rule('true', { message: 'a\nb' })) },
  {
    name: 'message expression that is no string',
    schema: object(size, rule('true', { messageExpression: '1' })),
  },
  { name: 'unknown reason', schema: object(size, rule('true', { reason: 'Whatever' })) },
  { name: 'wrong field path', schema: object(size, rule('true', { fieldPath: '.nope' })) },
  { name: 'field path without dot', schema: object(size, rule('true', { fieldPath: 'name' })) },
  { name: 'rule on a preserved value', schema: object({ a: { ...preserve, ...rule('self == 1') } }) },
  { name: 'heterogeneous list', schema: object(size, rule('[1, "a"].size() == 2')) },
  { name: 'rule in a junctor', schema: object(size, { anyOf: [{ ...rule('true') }] }) },
  {
    name: 'rule in allOf',
    schema: object(size, { allOf: [{ ...rule('self.size > 2') }] }),
    object: { size: 1 },
  },
];

/** All questions. */
export const kubernetesCases: readonly KubernetesCase[] = [...values, ...pruning, ...schemas, ...rules];
