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

describe('of a node with addresses of both families', () => {
  const both = ['10.0.0.1', 'fd00::1'];
  const dual = request({ families: ['IPv4', 'IPv6'] });
  const at = (said: Said): Exposure => {
    const made = claim(1, { ...good, ...said }, dual);
    return exposure(1, {}, { claims: [{ ...made, spec: { ...made.spec, addresses: both } }], placed: both });
  };

  test('only those are told at which its agent says that it answers', () => {
    expect(published([at({ addresses: both })], { request: dual })).toEqual(both);
    expect(published([at({ addresses: ['10.0.0.1'] })], { request: dual })).toEqual(['10.0.0.1']);
    expect(published([at({ addresses: [] })], { request: dual })).toEqual([]);
  });

  test('one that ended to answer is withdrawn although the other one stays', () => {
    const before = { request: dual, ...told(...both) };
    expect(published([at({ addresses: ['10.0.0.1'] })], before)).toEqual(['10.0.0.1']);
    expect(published([at({ addresses: ['10.0.0.1'], generation: 0 })], before)).toEqual(['10.0.0.1']);
  });

  test('one that is told because nothing is better has an error where nobody answers', () => {
    // The Service was given to another node, which has not answered yet; the first is lost.
    const leaving = { ...at({ addresses: ['10.0.0.1'] }), placed: undefined, lost: true };
    const { entries, nodes } = publicationOf({
      request: dual,
      exposures: [leaving],
      present: both.map((ip) => ({ ip })),
      ipMode: true,
      isTaken: () => false,
    });
    expect(nodes).toEqual([]);
    expect(entries.map(({ ip, ports }) => [ip, ports?.map(({ error }) => error)])).toEqual([
      ['10.0.0.1', [undefined]],
      ['fd00::1', ['node.armillary.dev/NotExposed']],
    ]);
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
  const addresses = ['10.0.0.1', 'fd00::1'];
  const six = claim(1, { ...good, addresses }, wanted);
  const both = { ...six, spec: { ...six.spec, addresses } };
  const { entries } = publicationOf({
    request: wanted,
    exposures: [{ node: 'n1', claims: [both], placed: addresses, lost: false }],
    present: [],
    ipMode: false,
    isTaken: () => false,
  });
  expect(entries.map(({ ip }) => ip)).toEqual(['fd00::1', '10.0.0.1']);
  expect(entries[0]).not.toHaveProperty('ipMode');
});
