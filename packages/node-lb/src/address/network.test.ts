import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { NodeLbError } from '../errors.ts';
import { randomNumbers } from '../testing/random-numbers.ts';
import { familyOf } from './address.ts';
import { canonicalNetworks, networksPerFamily } from './network.ts';

describe('canonicalNetworks', () => {
  test('host bits are cut', () => {
    expect(
      canonicalNetworks(['10.1.2.3/8', '192.0.2.129/25', '2001:db8:ffff::1/33', '192.0.2.7/32']),
    ).toEqual(['10.0.0.0/8', '192.0.2.7/32', '192.0.2.128/25', '2001:db8:8000::/33']);
  });

  test('blanks around an entry do not matter, upper case neither', () => {
    expect(canonicalNetworks([' 10.0.0.0/8 ', '\tFD00::/8'])).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  test('IPv4 comes before IPv6, and each in order of its numbers', () => {
    expect(
      canonicalNetworks(['fd00::/8', '100.0.0.0/8', '9.0.0.0/8', '2001:db8::/32', '10.0.0.0/8']),
    ).toEqual(['9.0.0.0/8', '10.0.0.0/8', '100.0.0.0/8', '2001:db8::/32', 'fd00::/8']);
  });

  test('duplicates and networks within others are dropped, neighbours stay', () => {
    expect(
      canonicalNetworks([
        '10.0.0.0/9',
        '10.1.0.0/16',
        '10.128.0.0/9',
        '10.0.0.0/9',
        '10.1.0.1/32',
        'fd00::/8',
        'fd00::/64',
      ]),
    ).toEqual(['10.0.0.0/9', '10.128.0.0/9', 'fd00::/8']);
  });

  test('an IPv4-mapped network means the IPv4 one, unless it reaches beyond', () => {
    expect(canonicalNetworks(['::ffff:10.1.2.3/104'])).toEqual(['10.0.0.0/8']);
    expect(canonicalNetworks(['::ffff:0:0/96'])).toEqual(['0.0.0.0/0']);
    expect(canonicalNetworks(['::ffff:0:0/95'])).toEqual(['::fffe:0:0/95']);
  });

  test('a /0 swallows its own family alone', () => {
    expect(canonicalNetworks(['10.0.0.0/8', '1.2.3.4/0', 'fd00::/8'])).toEqual(['0.0.0.0/0', 'fd00::/8']);
    expect(canonicalNetworks(['10.0.0.0/8', '::1/0', 'fd00::/8'])).toEqual(['10.0.0.0/8', '::/0']);
  });

  test.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0/8',
    '010.0.0.0/8',
    'fd00::/129',
    'fe80::%eth0/64',
    '/8',
    'office',
    '10.0.0.0/8,192.0.2.0/24',
  ])('%j is no network', (text) => {
    expect(() => canonicalNetworks(['10.0.0.0/8', text])).toThrow(NodeLbError);
    expect(() => canonicalNetworks([text])).toThrow(JSON.stringify(text));
  });

  test('an address alone is told its network', () => {
    expect(() => canonicalNetworks(['192.0.2.1'])).toThrow('write 192.0.2.1/32');
    expect(() => canonicalNetworks(['fd00::1'])).toThrow('write fd00::1/128');
  });

  test('whatever the networks, the same addresses are in them before and after, and none lies within another', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 200; round++) {
      const written = Array.from({ length: 1 + random(12) }, () => randomNetwork(random));
      const canonical = canonicalNetworks(written);
      const [before, after] = [blockList(written), blockList(canonical)];
      for (let probe = 0; probe < 60; probe++) {
        const address = randomAddress(random, probe % 2 === 0);
        const family = familyOf(address) === 'IPv4' ? 'ipv4' : 'ipv6';
        expect(after.check(address, family), `${address} in ${written.join(' ')}`).toBe(
          before.check(address, family),
        );
      }
      for (const network of canonical) {
        const others = blockList(canonical.filter((other) => other !== network));
        const [base = ''] = network.split('/');
        expect(others.check(base, familyOf(base) === 'IPv4' ? 'ipv4' : 'ipv6'), network).toBe(false);
      }
      expect(canonicalNetworks(canonical.toReversed())).toEqual(canonical);
    }
  });
});

describe('networksPerFamily', () => {
  test('no list is everybody', () => {
    expect(networksPerFamily(undefined)).toEqual({ IPv4: undefined, IPv6: undefined });
  });

  test('with networks of one family the other is closed', () => {
    expect(networksPerFamily(['10.0.0.0/8'])).toEqual({ IPv4: ['10.0.0.0/8'], IPv6: [] });
    expect(networksPerFamily(['fd00::/8'])).toEqual({ IPv4: [], IPv6: ['fd00::/8'] });
    expect(networksPerFamily([])).toEqual({ IPv4: [], IPv6: [] });
  });

  test('a /0 is everybody of its family', () => {
    expect(networksPerFamily(['0.0.0.0/0'])).toEqual({ IPv4: undefined, IPv6: [] });
    expect(networksPerFamily(['10.0.0.0/8', '::/0'])).toEqual({ IPv4: ['10.0.0.0/8'], IPv6: undefined });
  });
});

/** Of few numbers, so that networks often meet. */
function randomAddress(random: (below: number) => number, ipv4: boolean): string {
  const few = () => [0, 1, 127, 128, 255][random(5)];
  if (ipv4) return `10.${few()}.${few()}.${few()}`;
  const word = () => [0, 1, 0x7f_ff, 0x80_00, 0xff_ff][random(5)]?.toString(16);
  return `fd00:${word()}:${word()}:0:0:0:${word()}:${word()}`;
}

function randomNetwork(random: (below: number) => number): string {
  const ipv4 = random(2) === 0;
  return `${randomAddress(random, ipv4)}/${ipv4 ? 8 + random(25) : 16 + random(113)}`;
}

/** Node's own reading of networks, to compare with. */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), familyOf(address) === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return list;
}
