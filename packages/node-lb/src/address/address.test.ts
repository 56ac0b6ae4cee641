import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../testing/random-numbers.ts';
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

test('however an IPv6 address is written, it has one text', () => {
  const random = randomNumbers(3);
  for (let round = 0; round < 500; round++) {
    const groups = Array.from({ length: 8 }, () => (random(2) === 0 ? 0 : random(65_536)));
    const plain = groups.map((group) => group.toString(16));
    const [high = 0, low = 0] = groups.slice(6);
    const dotted = [high >> 8, high & 255, low >> 8, low & 255].join('.');
    const forms = [
      plain.join(':'),
      plain.map((group) => group.padStart(4, '0').toUpperCase()).join(':'),
      [...plain.slice(0, 6), dotted].join(':'),
      // The first run of zeros left out; a single one may be, too.
      plain.join(':').replace(/(?:^|:)0(?::0)*(?::|$)/, '::'),
    ];
    const texts = new Set(forms.map(canonicalAddress));
    expect(texts.size, forms.join(' ')).toBe(1);
    const [text = ''] = texts;
    expect(text).toMatch(/^[0-9a-f:]+$|^\d+\.\d+\.\d+\.\d+$/);
    expect(canonicalAddress(text ?? '')).toBe(text);
  }
});

test('the family shows in the text', () => {
  expect(familyOf('192.0.2.1')).toBe('IPv4');
  expect(familyOf('2001:db8::1')).toBe('IPv6');
});
