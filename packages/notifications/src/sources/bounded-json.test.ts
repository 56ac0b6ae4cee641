import { expect, test } from 'vitest';
import { parseBoundedJson } from './bounded-json.ts';

const parse = (text: string): unknown => parseBoundedJson(Buffer.from(text));

test('JSON is what it is', () => {
  for (const value of [null, 1, '', 'ä"\\', [], {}, { a: [{ b: '[[{{' }] }]) {
    expect(parse(JSON.stringify(value))).toEqual(value);
  }
});

test('twenty levels are enough, and one more is too many', () => {
  expect(parse(`${'['.repeat(20)}${']'.repeat(20)}`)).toBeDefined();
  expect(() => parse(`${'['.repeat(21)}${']'.repeat(21)}`)).toThrow('nested deeper than 20');
  expect(() => parse(`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`)).toThrow('nested deeper than 20');
});

test('brackets in strings are no levels', () => {
  const text = `"${'['.repeat(100)}\\"${'{'.repeat(100)}\\\\"`;
  expect(parse(`[${text},[]]`)).toEqual([JSON.parse(text), []]);
});

test('a megabyte of quotes, backslashes or brackets is refused as quickly as anything else', () => {
  for (const text of ['"\\"', '"', '\\', '[]', '{"']) {
    expect(() => parse(text.repeat(1_000_000 / text.length))).toThrow(SyntaxError);
  }
});

test('what is no JSON is refused without being repeated', () => {
  for (const text of ['', '{"token":"very-secret"', 'very-secret', '\u0000']) {
    expect(() => parse(text)).toThrow(/^it is no JSON$/u);
  }
});

test('keys that would replace a prototype are left out', () => {
  const parsed = parse('{"__proto__":{"a":1},"b":{"__proto__":2,"c":3}}');
  expect(Object.keys(parsed as object)).toEqual(['b']);
  expect(parsed).toEqual({ b: { c: 3 } });
});
