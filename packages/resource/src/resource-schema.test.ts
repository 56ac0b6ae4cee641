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
