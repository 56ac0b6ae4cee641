import { describe, expect, test } from 'vitest';
import { Budget, BudgetError } from './budget.ts';
import { kubernetesEnvironment } from './environment.ts';
import { CelCompileError, compile } from './program.ts';

const environment = kubernetesEnvironment()
  .registerVariable('numbers', 'list<int>')
  .registerVariable('text', 'string');
const evaluate = (expression: string, variables: Record<string, unknown> = {}, steps = 100_000): unknown =>
  compile(environment, expression).evaluate(variables, new Budget(steps));

describe('what is taken over from cel-js', () => {
  const list = Array.from({ length: 200 }, (_, i) => BigInt(i));
  const nested = 'numbers.all(a, numbers.all(b, numbers.all(c, a + b + c >= 0)))';

  test('a loop that takes too many steps is cut off', () => {
    expect(() => evaluate(nested, { numbers: list })).toThrow(BudgetError);
    expect(() => evaluate(`${nested} || true`, { numbers: list })).toThrow(BudgetError);
    expect(() => evaluate(`[1].exists(x, ${nested}) || true`, { numbers: list })).toThrow(BudgetError);
  });

  test('long texts cost more than short ones', () => {
    expect(() =>
      evaluate('numbers.all(a, !text.contains("y"))', { numbers: list, text: 'x'.repeat(1_000_000) }),
    ).toThrow(BudgetError);
    expect(evaluate('numbers.all(a, text.contains("x"))', { numbers: list, text: 'x' })).toBe(true);
  });

  test('expressions match in linear time, with the syntax of RE2', () => {
    expect(evaluate('text.matches("^(a+)+$")', { text: `${'a'.repeat(5000)}!` })).toBe(false);
    expect(() => evaluate('text.matches("(?=a)")', { text: 'a' })).toThrow(
      /invalid or unsupported Perl syntax/,
    );
  });

  test('equality crosses number types and nesting', () => {
    expect(evaluate('dyn(1) == dyn(1.0)')).toBe(true);
    expect(evaluate('[[1, 2], [3]] == [[1, 2], [3]] && [[1]] != [[2]]')).toBe(true);
    expect(evaluate('{"a": [1]} == {"a": [1]} && 2 in [1, 2]')).toBe(true);
  });
});

test.each([
  ['[1, 2].all(i, v, v == i + 1)', true],
  ['[1, 2].exists(i, v, v == i)', false],
  ['{"a": 1, "b": 2}.exists(k, v, k == "b" && v == 2)', true],
  ['[3, 3].existsOne(i, v, i == 1 && v == 3)', true],
  ['[1, 2].transformList(i, v, v * 10 + i) == [10, 21]', true],
  ['[1, 2].transformList(i, v, i > 0, v) == [2]', true],
  ['[[1], [2, 3]].all(i, v, v.exists(j, w, w > i))', true],
  ['[1, 0].exists(i, v, 1 / v == 1)', true],
])('%s', (expression, value) => {
  expect(evaluate(expression)).toBe(value);
});

test('a comprehension with two variables is checked and metered', () => {
  expect(() => compile(environment, '[1].all(i, v, v)')).toThrow(/must return bool/);
  expect(() => compile(environment, '[1].all(1, v, true)')).toThrow(/must be a name/);
  expect(() => compile(environment, 'text.all(i, v, true)')).toThrow(CelCompileError);
  const numbers = Array.from({ length: 400 }, (_, i) => BigInt(i));
  expect(() =>
    evaluate('numbers.all(i, v, numbers.all(j, w, numbers.all(k, x, true)))', { numbers }),
  ).toThrow(BudgetError);
});

test('what does not compile is told with its place', () => {
  expect(() => compile(environment, 'text == 1')).toThrow(
    new CelCompileError(
      "compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(string, int)'\n | text == 1\n | .....^",
    ),
  );
  expect(() => compile(environment, 'nope')).toThrow(/undeclared reference to 'nope'/);
  expect(() => compile(environment, '(')).toThrow(CelCompileError);
});
