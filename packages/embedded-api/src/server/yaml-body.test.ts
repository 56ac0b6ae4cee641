import { describe, expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { decodeYamlText } from './yaml-body.ts';

const codeOf = (text: string): number | undefined => {
  try {
    decodeYamlText(text);
    return undefined;
  } catch (error) {
    return error instanceof StatusError ? error.status.code : Number.NaN;
  }
};

test('keys that occur twice are named with their paths, and the last one counts', () => {
  const { value, duplicates } = decodeYamlText('a: 1\na: 2\nb:\n- c: {d: 1, d: 3}\n1: x\n');
  expect(value).toEqual({ a: 2, b: [{ c: { d: 3 } }], 1: 'x' });
  expect(duplicates).toEqual(['a', 'b[0].c.d']);
});

test('__proto__ is data', () => {
  const { value } = decodeYamlText('data: {__proto__: {polluted: yes}}');
  expect(JSON.stringify(value)).toBe('{"data":{"__proto__":{"polluted":"yes"}}}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('what would keep everybody waiting is refused', () => {
  test.each([
    ['long texts', 413, `a: "${'x'.repeat(600_000)}"`],
    ['many aliases', 400, `a: &a 1\nb: [${Array.from({ length: 2000 }, () => '*a').join()}]`],
    [
      'aliases of aliases',
      400,
      `a: &a [x,x,x,x]\n${
        'bcdefgh'.split('').reduce(
          ({ text, last }, name) => ({
            text: `${text}${name}: &${name} [*${last},*${last},*${last},*${last}]\n`,
            last: name,
          }),
          { text: '', last: 'a' },
        ).text
      }`,
    ],
    ['deep nesting', 400, `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ])('%s', (_, code, text) => expect(codeOf(text)).toBe(code));
});

test('as many keys as a large object has are no problem', () => {
  const text = Array.from({ length: 10_000 }, (_, index) => `key${index}: value`).join('\n');
  expect(Object.keys(decodeYamlText(text).value as object)).toHaveLength(10_000);
});
