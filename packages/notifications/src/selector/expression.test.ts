import { expect, test } from 'vitest';
import { compileExpression } from './expression.ts';

test('finds an expression anywhere in a long text', () => {
  const test = compileExpression('node-[0-9]+$');
  expect(test(`${'x'.repeat(50_000)} node-7`)).toBe(true);
  expect(test('node-')).toBe(false);
});

test('takes a list of hundreds of names', () => {
  const names = Array.from({ length: 400 }, (_, index) => `payments-worker-${index}`);
  const test = compileExpression(`^(?:${names.join('|')})$`);
  expect(test('payments-worker-399')).toBe(true);
  expect(test('payments-worker-400')).toBe(false);
});

test.each([
  ['repeats letters a million times', String.raw`\pL{900}`.repeat(1_000)],
  ['repeats all of itself a thousand times', `(?:${'a'.repeat(9_900)}){1000}`],
  ['is longer than ten thousand characters', 'a'.repeat(10_001)],
])('refuses an expression that %s before it is compiled', (_, text) => {
  expect(() => compileExpression(text)).toThrow(/too large|longer than/);
});

test('looks at no more of a long label than takes a moment', () => {
  // Some 10,000 threads for each of 65,536 characters: a minute, if all of the text were looked at.
  const test = compileExpression(String.raw`(?:\pL?){1000}\pL{1000}\pN?`.repeat(3));
  expect(test('b'.repeat(65_536))).toBe(false);
});
