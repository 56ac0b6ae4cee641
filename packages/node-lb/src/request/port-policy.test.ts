import { describe, expect, test } from 'vitest';
import { parsePortRange } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { NodeLoadBalancerSpec } from '../kinds/node-load-balancer.ts';
import { randomNumbers } from '../testing/random-numbers.ts';
import { checkPolicy } from './port-policy.ts';
import type { Refusal } from './refusal.ts';
import { settingsWith } from './testing/service.ts';

/** A port as lists write it. */
function port(text: string): PortKey {
  const range = parsePortRange(text);
  if (!range) throw new Error(text);
  return { protocol: range.protocol, port: range.from };
}

/** What is said of the ports of a Service. */
function refusals(ports: string[], spec?: NodeLoadBalancerSpec, namespace = 'shop'): Refusal[] {
  const said: Refusal[] = [];
  const service = { namespace, name: 'front', uid: 'uid-1' };
  checkPolicy({ service, ports: ports.map(port) }, settingsWith(spec), (reason, message) => {
    said.push({ reason, message });
    return undefined;
  });
  return said;
}

/** The verdict in short: `allowed`, or the reasons. */
function verdict(...about: Parameters<typeof refusals>): string {
  return (
    refusals(...about)
      .map(({ reason }) => reason)
      .join() || 'allowed'
  );
}

describe('reserved ports', () => {
  test.each([
    '22',
    '53',
    'UDP/53',
    '111',
    '179',
    '2379',
    '2380',
    '6443',
    '9099',
    '10248',
    '10249',
    '10250',
    '10256',
    '10257',
    '10259',
    'UDP/4789',
    'UDP/6081',
    'UDP/7946',
    'UDP/8285',
    'UDP/8472',
    'UDP/51820',
    'UDP/51821',
    'UDP/68',
    'UDP/546',
  ])('%s belongs to the node', (text) => {
    expect(verdict([text])).toBe('Reserved');
  });

  test.each(['1', '21', '23', '80', '443', '2378', '2381', '10247', '10260', 'UDP/22', 'SCTP/22', '65535'])(
    '%s does not',
    (text) => {
      expect(verdict([text])).toBe('allowed');
    },
  );

  test('the settings add to them', () => {
    expect(verdict(['8080'], { reservedPorts: ['8000-8999'] })).toBe('Reserved');
    expect(verdict(['UDP/8080'], { reservedPorts: ['8000-8999'] })).toBe('allowed');
  });

  test('they win over what a namespace is allowed', () => {
    const allow = [{ namespaces: ['*'], ports: ['1-65535'] }];
    expect(verdict(['22'], { allow })).toBe('Reserved');
    expect(verdict(['80'], { allow })).toBe('allowed');
  });

  test('one of them refuses the whole Service, and each is told', () => {
    expect(verdict(['80', '22'])).toBe('Reserved');
    expect(verdict(['22', 'UDP/53', '30000'])).toBe('Reserved,Reserved,NodePortRange');
  });

  test('the words say which port, and what to do', () => {
    expect(refusals(['22'])).toEqual([
      { reason: 'Reserved', message: 'TCP/22 is reserved for the node itself; choose another port' },
    ]);
  });
});

describe('the range of NodePorts', () => {
  test.each(['30000', '32767', 'UDP/31000', 'SCTP/31000'])('%s lies in it', (text) => {
    expect(verdict([text])).toBe('NodePortRange');
  });

  test.each(['29999', '32768'])('%s does not', (text) => {
    expect(verdict([text])).toBe('allowed');
  });

  test('it is where the settings say', () => {
    expect(verdict(['30000'], { nodePortRange: '20000-21000' })).toBe('allowed');
    expect(verdict(['20500'], { nodePortRange: '20000-21000' })).toBe('NodePortRange');
  });
});

describe('allowances', () => {
  const allow = [
    { namespaces: ['web-*', 'front'], ports: ['80', '443', '8000-8999'] },
    { namespaces: ['front', 'dns'], ports: ['UDP/5353'] },
  ];

  test('a port needs an allowance for its namespace, its protocol and its number', () => {
    expect(verdict(['80'], { allow }, 'web-1')).toBe('allowed');
    expect(verdict(['8080'], { allow }, 'web-1')).toBe('allowed');
    expect(verdict(['81'], { allow }, 'web-1')).toBe('NotAllowed');
    expect(verdict(['UDP/80'], { allow }, 'web-1')).toBe('NotAllowed');
    expect(verdict(['80'], { allow }, 'web')).toBe('NotAllowed');
    expect(verdict(['80'], { allow }, 'dns')).toBe('NotAllowed');
  });

  test('every port needs one, not all the same one', () => {
    expect(verdict(['80', 'UDP/5353'], { allow }, 'front')).toBe('allowed');
    expect(verdict(['80', 'UDP/5353'], { allow }, 'web-1')).toBe('NotAllowed');
  });

  test('an empty list allows nobody anything', () => {
    expect(verdict(['80'], { allow: [] })).toBe('NotAllowed');
  });

  test('the words say who may', () => {
    const message = 'namespace dns may not expose TCP/80; spec.allow of the NodeLoadBalancer says who may';
    expect(refusals(['80'], { allow }, 'dns')).toEqual([{ reason: 'NotAllowed', message }]);
  });

  test.each([
    ['*', 'anything', true],
    ['team-*-prod', 'team-a-prod', true],
    ['team-*-prod', 'team--prod', true],
    ['team-*-prod', 'team-prod', false],
    ['*-prod', 'team-prod', true],
    ['*a*b*', 'xaxbx', true],
    ['*a*b*', 'xbxax', false],
    ['*ab*b', 'ab', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['**', 'x', true],
    ['', 'x', false],
    // Not a regular expression: a dot is a dot, and nothing takes ages.
    ['a.c', 'abc', false],
    ['*a'.repeat(30), 'a'.repeat(63), true],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(63), false],
  ])('%j and namespace %j: %s', (pattern, namespace, fits) => {
    const one = [{ namespaces: [pattern], ports: ['80'] }];
    expect(verdict(['80'], { allow: one }, namespace)).toBe(fits ? 'allowed' : 'NotAllowed');
  });

  test('a pattern means what the same regular expression does', () => {
    const random = randomNumbers(5);
    const word = (letters: string, length: number) =>
      Array.from({ length }, () => letters[random(letters.length)]).join('');
    for (let round = 0; round < 3000; round++) {
      const [pattern, namespace] = [word('ab**', random(6)), word('ab', 1 + random(6))];
      const fits = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(namespace);
      const one = [{ namespaces: [pattern], ports: ['80'] }];
      expect(verdict(['80'], { allow: one }, namespace), `${pattern} ${namespace}`).toBe(
        fits ? 'allowed' : 'NotAllowed',
      );
    }
  });
});
