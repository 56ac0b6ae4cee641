import { expect, test } from 'vitest';
import { compileCondition } from './condition.ts';
import { CelCompileError } from './program.ts';

const holds = (expression: string, object: unknown, oldObject: unknown = null): boolean =>
  compileCondition(expression, ['object', 'oldObject'])({ object, oldObject });

test('reads JSON of any shape', () => {
  const object = {
    metadata: { name: 'web-1', labels: { app: 'web' } },
    spec: { replicas: 3, ports: [80, 443] },
  };
  expect(holds('object.metadata.name.startsWith("web")', object)).toBe(true);
  expect(holds('"app" in object.metadata.labels && object.metadata.labels["app"] == "db"', object)).toBe(
    false,
  );
  expect(holds('object.spec.replicas > 2 && object.spec.ports.exists(p, p == 443)', object)).toBe(true);
  expect(holds('has(object.spec.missing)', object)).toBe(false);
  expect(holds('oldObject == null', object)).toBe(true);
  expect(holds('object.spec == oldObject.spec', object, structuredClone(object))).toBe(true);
});

test('fails when it reads what is not there', () => {
  expect(() => holds('object.spec.missing == 1', { spec: {} })).toThrow();
  expect(() => holds('object.spec', { spec: {} })).toThrow('must evaluate to bool');
});

test('does not compile what is no condition', () => {
  for (const expression of ['object.', '"text"', 'subject.name == "x"', '1 + 1'])
    expect(() => compileCondition(expression, ['object']), expression).toThrow(CelCompileError);
});

test('ends when it takes too long', () => {
  const list = Array.from({ length: 300 }, (_, i) => i);
  const nested = 'object.all(a, object.all(b, object.all(c, object.all(d, a + b + c + d >= 0))))';
  expect(() => holds(nested, list)).toThrow('cost limit exceeded');
});
