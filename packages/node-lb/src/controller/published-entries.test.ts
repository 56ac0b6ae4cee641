import { describe, expect, test } from 'vitest';
import { publicationOf, type Exposure, type PublicationInput } from './published-entries.ts';
import { claim, request, type Said } from './testing/claims.ts';

function exposure(number: number, said: Said, changes: Partial<Exposure> = {}): Exposure {
  return {
    node: `n${number}`,
    claims: [claim(number, said)],
    placed: [`10.0.0.${number}`],
    lost: false,
    ...changes,
  };
}

function published(exposures: Exposure[], changes: Partial<PublicationInput> = {}): string[] {
  const input = {
    request: request(),
    exposures,
    present: [],
    ipMode: true,
    isTaken: () => false,
    ...changes,
  };
  return publicationOf(input).entries.map(({ ip = '' }) => ip);
}

const good = { status: 'True' } as const;
const updating = { status: 'True', generation: 0 } as const;
const told = (...ips: string[]) => ({ present: ips.map((ip) => ({ ip })) });

describe('a node is told', () => {
  test('when its agent has done what the claims say now', () => {
    expect(published([exposure(1, good), exposure(2, {}), exposure(3, updating)])).toEqual(['10.0.0.1']);
  });

  test('still, while a change is under way', () => {
    expect(published([exposure(1, updating), exposure(2, good)], told('10.0.0.1'))).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });

  test('while it is being left, until its successors answer, unless it is lost', () => {
    const leaving = { placed: undefined };
    expect(published([exposure(1, good, leaving), exposure(2, {})], told('10.0.0.1'))).toEqual(['10.0.0.1']);
    expect(published([exposure(1, good, leaving), exposure(2, good)], told('10.0.0.1'))).toEqual([
      '10.0.0.2',
    ]);
    const three = [exposure(1, good, { ...leaving, lost: true }), exposure(2, good), exposure(3, {})];
    expect(published(three, told('10.0.0.1', '10.0.0.2'))).toEqual(['10.0.0.2']);
  });

  test('not while its probe fails and another gets through', () => {
    expect(published([exposure(1, { ...good, reachable: 'False' }), exposure(2, good)])).toEqual([
      '10.0.0.2',
    ]);
    expect(published([exposure(1, { ...good, reachable: 'False' })])).toEqual(['10.0.0.1']);
  });
});

describe('when no node answers', () => {
  test('the last addresses stay, with an error at each port', () => {
    const failed = { status: 'False', reason: 'RulesFailed' } as const;
    const result = publicationOf({
      request: request(),
      exposures: [exposure(1, failed)],
      ...told('10.0.0.1'),
      ipMode: true,
      isTaken: () => false,
    });
    expect(result).toEqual({
      nodes: [],
      entries: [
        {
          ip: '10.0.0.1',
          ipMode: 'Proxy',
          ports: [{ port: 80, protocol: 'TCP', error: 'node.armillary.dev/NotExposed' }],
        },
      ],
    });
  });

  test('but not one at which another Service answers by now: its traffic would come there', () => {
    expect(published([], { ...told('10.0.0.1', '10.0.0.2'), isTaken: (ip) => ip === '10.0.0.1' })).toEqual([
      '10.0.0.2',
    ]);
  });

  test('and nothing is made up', () => {
    expect(published([exposure(1, {})])).toEqual([]);
  });
});

test('the preferred family comes first, whatever the order of nodes, and no ipMode where the server has none', () => {
  const wanted = request({ families: ['IPv6', 'IPv4'] });
  const six = claim(1, good, wanted);
  const both = { ...six, spec: { ...six.spec, addresses: ['10.0.0.1', 'fd00::1'] } };
  const { entries } = publicationOf({
    request: wanted,
    exposures: [{ node: 'n1', claims: [both], placed: ['10.0.0.1', 'fd00::1'], lost: false }],
    present: [],
    ipMode: false,
    isTaken: () => false,
  });
  expect(entries.map(({ ip }) => ip)).toEqual(['fd00::1', '10.0.0.1']);
  expect(entries[0]).not.toHaveProperty('ipMode');
});
