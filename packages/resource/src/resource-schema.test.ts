import { describe, expect, test } from 'vitest';
import { checkSchema, ResourceSchema } from './index.ts';
import type { JsonSchema } from './index.ts';

const specOf = (spec: JsonSchema): ResourceSchema =>
  new ResourceSchema({ type: 'object', properties: { spec } });

describe('hostile input', () => {
  test('a pattern that makes backtracking matchers hang is answered at once', () => {
    const schema = specOf({ type: 'string', pattern: '^(a+)+$' });
    expect(schema.validate({ spec: `${'a'.repeat(20_000)}!` })).toHaveLength(1);
  });

  test('a schema of the wrong form is refused, not read', () => {
    for (const schema of [
      null,
      1,
      'x',
      [],
      { properties: [] },
      { properties: { a: 1 } },
      { items: [] },
      { enum: 'x' },
    ]) {
      expect(checkSchema(schema, 'schema', { status: false })).not.toEqual([]);
    }
    const rules = { type: 'object', 'x-kubernetes-validations': 'self' };
    expect(checkSchema(rules, 'schema', { status: false })).not.toEqual([]);
  });

  test('names of JavaScript object parts are ordinary names', () => {
    const schema = specOf({ type: 'object', properties: { a: { type: 'string' } } });
    const object = JSON.parse(
      '{"spec": {"constructor": 1, "__proto__": {"x": 1}, "toString": 2, "a": "b"}}',
    ) as {
      spec: object;
    };
    expect(schema.prune(object)).toEqual(['spec.__proto__', 'spec.constructor', 'spec.toString']);
    expect(object).toEqual({ spec: { a: 'b' } });
    expect(schema.validate(object)).toEqual([]);
  });

  test('what is no object is refused', () => {
    for (const value of [undefined, null, 1, 'x', []])
      expect(specOf({ type: 'object' }).validate(value)).toHaveLength(1);
  });

  test('rules over a long list end with a failure, not with the process', () => {
    const list: JsonSchema = { type: 'array', items: { type: 'integer' } };
    const rule = 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))';
    const schema = specOf({ ...list, 'x-kubernetes-validations': [{ rule }] });
    const [cause] = schema.validate({ spec: Array.from({ length: 2000 }, (_, i) => i) });
    expect(cause?.message).toContain('cost');
  });
});

test.each([
  ['"a-b-c".replace("-", "+") == "a+b+c"', 'abc'],
  ['"a-b-c".replace("-", "+", 1) == "a+b-c"', 'abc'],
  ['"a-b-c".replace("-", "", 0) == "a-b-c"', 'abc'],
  ['"%s: %s, %s".format([self, [1, 2], {"b": 1, "a": 2}]) == "abc: [1, 2], {a: 2, b: 1}"', 'abc'],
  ['"%s %s".format([duration("1m1.5s"), b"x"]) == "61.5s x"', 'abc'],
  ['url(self).getQuery() == {"a": ["1", "2"], "b": [""]}', 'http://x/?a=1&b=&a=2'],
])('%s', (rule, spec) => {
  expect(specOf({ type: 'string', 'x-kubernetes-validations': [{ rule }] }).validate({ spec })).toEqual([]);
});

describe('large hostile input', () => {
  const many = 150_000;

  test('each of very many mistakes is told', () => {
    const integers = { type: 'array', items: { type: 'string' } };
    expect(specOf(integers).validate({ spec: Array.from({ length: many }, () => 1) })).toHaveLength(many);
    const set = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'integer' } };
    const twice = Array.from({ length: 2 * many }, (_, i) => i >> 1);
    expect(specOf({ type: 'object', properties: { set } }).validate({ spec: { set: twice } })).toHaveLength(
      many,
    );
  });

  const names = Array.from({ length: 20_000 }, (_, i) => `name-${i}`);
  const lists: JsonSchema = {
    type: 'object',
    properties: {
      a: { type: 'array', items: { type: 'string' } },
      b: { type: 'array', items: { type: 'string' } },
      text: { type: 'string' },
      object: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' } } } },
    },
  };
  const withRule = (schema: JsonSchema, rule: string): ResourceSchema =>
    specOf({ ...schema, 'x-kubernetes-validations': [{ rule }] });

  test.each(['self.text.replace("a", self.text) == ""', '"%s".format([self.a.map(x, self.b)]) == ""'])(
    '%s: makes no text beyond reason',
    (rule) => {
      const spec = { a: names.slice(0, 2000), b: names.slice(0, 500), text: 'a'.repeat(10_000) };
      const [cause] = withRule(lists, rule).validate({ spec });
      expect(cause?.message).toContain('the string is longer than');
    },
  );

  test('a long query is taken apart in linear time', () => {
    const text = `http://x/?${names.join('&')}`;
    const schema = withRule(lists, 'url(self.text).getQuery().size() == 20000');
    expect(schema.validate({ spec: { text } })).toEqual([]);
  });

  test.each([
    'sets.equivalent(self.a, self.b)',
    'self.a.all(x, x in self.b)',
    'self.a.all(x, self.object == oldSelf.object)',
    'self.a.all(x, !self.text.matches("^(a+)+$"))',
    'self.a.all(x, self.text.find("^(a+)+$") == "")',
  ])('%s: ends with its budget', (rule) => {
    const spec = {
      a: names,
      b: names.toReversed(),
      text: `${'a'.repeat(100_000)}!`,
      object: { list: names },
    };
    const [cause] = withRule(lists, rule).validate({ spec }, { spec: structuredClone(spec) });
    expect(cause?.message).toContain('actual cost limit exceeded');
  });

  test.each<[string, JsonSchema, (name: string) => unknown]>([
    ['strings', { type: 'string' }, (name: string) => name],
    [
      'atomic objects',
      { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { name: { type: 'string' } } },
      (name: string) => ({ name }),
    ],
  ])('a long set of %s equals itself in another order', (_name, items, make) => {
    const set: JsonSchema = { type: 'array', 'x-kubernetes-list-type': 'set', items };
    const schema = withRule(set, 'self == oldSelf');
    const old = names.toReversed().map(make);
    expect(schema.validate({ spec: names.map(make) }, { spec: old })).toEqual([]);
    expect(schema.validate({ spec: [...names.slice(1), 'other'].map(make) }, { spec: old })).toHaveLength(1);
  });
});

test('formats that Kubernetes does not know are ignored, whatever their name', () => {
  for (const format of ['constructor', 'hasOwnProperty', 'toString', '__proto__']) {
    const rules = [{ rule: 'self == "x"' }];
    const schema = specOf({ type: 'string', format, 'x-kubernetes-validations': rules });
    expect(schema.validate({ spec: 'x' }), format).toEqual([]);
  }
});

test('a field named __proto__ gets its default like any other', () => {
  const field = '{"type": "object", "default": {"x": 1}, "properties": {"x": {"type": "integer"}}}';
  const schema = specOf(
    JSON.parse(`{"type": "object", "properties": {"__proto__": ${field}}}`) as JsonSchema,
  );
  const object = { spec: {} };
  schema.default(object);
  expect(JSON.stringify(object)).toBe('{"spec":{"__proto__":{"x":1}}}');
  expect(Object.getPrototypeOf(object.spec)).toBe(Object.prototype);
});

test('a schema nested beyond reason is refused', () => {
  const deep = Array.from({ length: 5000 }).reduce<JsonSchema>((items) => ({ type: 'array', items }), {});
  expect(checkSchema(deep, 'schema', { status: false })).toHaveLength(1);
});

test('a deep object neither loses its defaults nor its paths', () => {
  const leaf: JsonSchema = { type: 'object', properties: { n: { type: 'integer', default: 7, maximum: 9 } } };
  const deep = Array.from({ length: 50 }).reduce<JsonSchema>(
    (inner) => ({ type: 'object', properties: { x: inner } }),
    leaf,
  );
  const schema = specOf(deep);
  const object = Array.from({ length: 50 }).reduce<object>((inner) => ({ x: inner }), {});
  const whole = { spec: object };
  schema.default(whole);
  expect(JSON.stringify(whole)).toContain('"n":7');
  expect(schema.hasDefaults).toBe(true);
});
