import { describe, expect, test } from 'vitest';
import {
  aliyunNumber,
  canonicalNumber,
  chineseUnlessTold,
  internationalNumber,
  plainNumber,
} from './phone-number.ts';

describe('one number is known by one name', () => {
  test.each([
    ['13800138000', '+8613800138000'],
    ['8613800138000', '+8613800138000'],
    ['0086 138-0013-8000', '+8613800138000'],
    ['+86 (138) 0013.8000', '+8613800138000'],
    ['+1 310 555 0100', '+13105550100'],
    ['3105550100', '3105550100'],
  ])('%s', (text, expected) => {
    expect(canonicalNumber(text)).toBe(expected);
  });
});

test('what is between digits is left out', () => {
  expect(plainNumber(' 138-0013 8000 ')).toBe('13800138000');
});

describe('a number as each provider wants it', () => {
  test.each([
    ['13800138000', '+8613800138000', '13800138000'],
    ['+8613800138000', '+8613800138000', '13800138000'],
    ['8613800138000', '+8613800138000', '13800138000'],
    ['+85291234567', '+85291234567', '85291234567'],
    ['0085291234567', '+85291234567', '85291234567'],
  ])('%s', (text, withCountry, aliyun) => {
    expect(chineseUnlessTold(text)).toBe(withCountry);
    expect(aliyunNumber(text)).toBe(aliyun);
  });

  test.each(['', 'ops', '+0123456789', '+1', '13800138000,13900139000', '+123456789012345678'])(
    '%o is none',
    (text) => {
      expect(() => chineseUnlessTold(text)).toThrow(expect.objectContaining({ fault: 'permanent' }));
    },
  );

  test('AWS gets only numbers with their country', () => {
    expect(internationalNumber('+1 (310) 555-0100')).toBe('+13105550100');
    expect(() => internationalNumber('13800138000')).toThrow('AWS needs + and the country');
  });
});
