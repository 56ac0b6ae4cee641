import { describe, expect, test } from 'vitest';
import { compileRegex, regexFunctions, TemplateSet } from './index.ts';

describe('regular expressions', () => {
  test('are compiled once for each of the last 256 patterns', () => {
    const first = compileRegex('first');
    expect(compileRegex('first')).toBe(first);
    for (let index = 0; index < 256; index += 1) compileRegex(`other${index}`);
    expect(compileRegex('first')).not.toBe(first);
  });

  test('that are none give the words of Go', () => {
    expect(() => compileRegex('a(b')).toThrow('error parsing regexp: missing closing ): `a(b`');
    expect(() => compileRegex('(?<=a)b')).toThrow('error parsing regexp');
    expect(() => compileRegex('a**')).toThrow('error parsing regexp');
  });

  test('do not backtrack', () => {
    expect(compileRegex('^(a+)+$').match(`${'a'.repeat(50_000)}b`)).toBe(false);
    expect(compileRegex('(x+x+)+y').replaceAll('x'.repeat(50_000), '')).toHaveLength(50_000);
  });

  test('replace with groups by number and name', () => {
    const regex = compileRegex('(?P<first>[a-z]+) ([a-z]+)');
    expect(regex.replaceAll('ab cd', '$2 ${first}')).toBe('cd ab');
    expect(regex.replaceAll('ab cd', '[$first_] [$3] [$$1] [$] [${x]')).toBe('[] [] [$1] [$] [${x]');
  });

  test('find empty matches between characters, not inside of them', () => {
    expect(compileRegex('').replaceAll('a😀', '-')).toBe('-a-😀-');
  });
});

test('match and reReplaceAll take the pattern first', () => {
  const set = new TemplateSet({ functions: regexFunctions });
  set.parse('a', '{{match "^a" .}} {{. | reReplaceAll "b+" "<$0>"}}');
  expect(set.execute('a', 'abbc')).toBe('true a<bb>c');
});
