import { describe, expect, test } from 'vitest';
import { formatQuantity, parseQuantity } from './quantity.ts';

const canonical = (text: string): string | undefined => {
  const quantity = parseQuantity(text);
  return quantity && formatQuantity(quantity);
};

describe('the canonical form of a quantity', () => {
  // Pairs as a real kube-apiserver answers them.
  test.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['1023Ki', '1023Ki'],
    ['512', '512'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['100Ki', '100Ki'],
    ['0.1', '100m'],
    ['0', '0'],
    ['0Gi', '0'],
    ['-1', '-1'],
    ['+1', '1'],
    ['.5', '500m'],
    ['1.', '1'],
    ['1000000', '1M'],
    ['1u', '1u'],
    ['0.1n', '1n'],
  ])('%s is %s', (text, expected) => expect(canonical(text)).toBe(expected));

  test.each(['', 'abc', '1 Gi', '1GiB', '--1', '1e', '١', '1'.repeat(100), '1e9999'])('%s is none', (text) =>
    expect(parseQuantity(text)).toBeUndefined(),
  );

  test('quantities compare exactly, whatever their form', () => {
    expect(parseQuantity('1Gi')?.nano).toBe(parseQuantity('1073741824')?.nano);
    expect(parseQuantity('9007199254740993')?.nano).not.toBe(parseQuantity('9007199254740992')?.nano);
  });
});
