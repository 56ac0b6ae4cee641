import { describe, expect, test } from 'vitest';
import { canonicalAddress, familyOf } from './address.ts';

describe('canonicalAddress', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['0.0.0.0', '0.0.0.0'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
    expect(canonicalAddress(canonical)).toBe(canonical);
  });

  test.each(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])(
    'an IPv4-mapped address means the IPv4 one: %s',
    (text) => {
      expect(canonicalAddress(text)).toBe('192.0.2.1');
    },
  );

  test('an IPv4-compatible address is no IPv4-mapped one', () => {
    expect(canonicalAddress('::192.0.2.1')).toBe('::c000:201');
  });

  test.each(['fe80::1%eth0', '::ffff:192.0.2.1%1'])(
    'a zone means something on one machine only: %s',
    (text) => {
      expect(canonicalAddress(text)).toBeUndefined();
    },
  );

  test.each([
    '',
    ' 192.0.2.1',
    '192.0.2.1/32',
    '192.0.2.256',
    '192.0.2',
    '1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2001:db8',
    '2001:db8:::1',
    '[::1]',
    'localhost',
    '1.2.3.4'.repeat(1000),
  ])('%j is no address', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

test('the family shows in the text', () => {
  expect(familyOf('192.0.2.1')).toBe('IPv4');
  expect(familyOf('2001:db8::1')).toBe('IPv6');
});
