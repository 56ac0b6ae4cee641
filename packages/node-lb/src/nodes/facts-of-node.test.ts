import type { Node } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { ADDRESSES_ANNOTATION, PROBLEM_ANNOTATION, PROXY_ANNOTATION } from '../kinds/agent-lease.ts';
import { nodeFactsOf } from './facts-of-node.ts';
import type { SeenLease } from './lease-sightings.ts';

const node = (parts: Partial<Node> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'worker-1' },
  ...parts,
});

const withAddresses = (...addresses: [type: string, address: string][]): Node =>
  node({ status: { addresses: addresses.map(([type, address]) => ({ type, address })) } });

const lease = (annotations: Record<string, string>): SeenLease => ({
  seenAt: 1234,
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { annotations } },
});

const addressesOf = (object: Node, seen?: SeenLease) =>
  nodeFactsOf(object, seen).addresses.map(({ type, address, family }) => `${type} ${family} ${address}`);

describe('addresses', () => {
  test('of both families are taken in canonical form, in the order of the node, names are not', () => {
    const object = withAddresses(
      ['Hostname', 'worker-1'],
      ['InternalIP', '2001:DB8:0:0::1'],
      ['InternalIP', '10.0.0.1'],
      ['ExternalDNS', '10.0.0.9'],
      ['ExternalIP', '::ffff:203.0.113.5'],
    );
    expect(addressesOf(object)).toEqual([
      'InternalIP IPv6 2001:db8::1',
      'InternalIP IPv4 10.0.0.1',
      'ExternalIP IPv4 203.0.113.5',
    ]);
  });

  test('that are none, or at which nobody outside reaches a node, are left out', () => {
    const wrong = ['', 'nonsense', '10.0.0.256', '010.0.0.1', '10.0.0.0/8', 'fe80::1%eth0'];
    const useless = [
      '127.0.0.1',
      '::1',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      'ff02::1',
      '255.255.255.255',
      'fe80::1',
    ];
    const all = [...wrong, ...useless].map((address): [string, string] => ['InternalIP', address]);
    expect(addressesOf(withAddresses(...all))).toEqual([]);
  });

  test('that are said twice count once, with their first type', () => {
    const object = withAddresses(['InternalIP', '10.0.0.1'], ['ExternalIP', '::ffff:10.0.0.1']);
    expect(addressesOf(object)).toEqual(['InternalIP IPv4 10.0.0.1']);
  });

  test('that the agent names come in place of those of the Node, which says their type where it knows them', () => {
    const object = withAddresses(['InternalIP', '10.0.0.1'], ['ExternalIP', '203.0.113.5']);
    const seen = lease({ [ADDRESSES_ANNOTATION]: ' 203.0.113.5 ,FD00::1,, nonsense,203.0.113.5' });
    expect(addressesOf(object, seen)).toEqual(['ExternalIP IPv4 203.0.113.5', 'InternalIP IPv6 fd00::1']);
  });

  test.each(['', ' ', ',', 'nonsense'])('the node has its own when the agent names none: %j', (text) => {
    const seen = lease({ [ADDRESSES_ANNOTATION]: text });
    expect(addressesOf(withAddresses(['InternalIP', '10.0.0.1']), seen)).toEqual([
      'InternalIP IPv4 10.0.0.1',
    ]);
  });

  test('an agent that names thousands is not believed all of them', () => {
    const many = Array.from({ length: 5000 }, (_, n) => `10.1.${n >> 8}.${n & 255}`).join(',');
    expect(addressesOf(node(), lease({ [ADDRESSES_ANNOTATION]: many }))).toHaveLength(64);
  });
});

describe('conditions', () => {
  const conditions = (...list: [type: string, status: 'True' | 'False' | 'Unknown'][]): Node =>
    node({ status: { conditions: list.map(([type, status]) => ({ type, status })) } });

  test('Ready is Unknown until the node has said it', () => {
    expect(nodeFactsOf(node(), undefined).ready).toBe('Unknown');
    expect(nodeFactsOf(conditions(['Ready', 'Unknown']), undefined).ready).toBe('Unknown');
    expect(nodeFactsOf(conditions(['Ready', 'False']), undefined).ready).toBe('False');
    expect(nodeFactsOf(conditions(['Ready', 'True']), undefined).ready).toBe('True');
  });

  test('the network is unavailable only when the condition says so: many networks never set it', () => {
    expect(nodeFactsOf(conditions(['Ready', 'True']), undefined).networkUnavailable).toBe(false);
    expect(nodeFactsOf(conditions(['NetworkUnavailable', 'False']), undefined).networkUnavailable).toBe(
      false,
    );
    expect(nodeFactsOf(conditions(['NetworkUnavailable', 'True']), undefined).networkUnavailable).toBe(true);
  });
});

test('a node that is being deleted, or that the autoscaler is about to remove, is leaving; other taints mean nothing', () => {
  const taint = (key: string) => node({ spec: { taints: [{ key, effect: 'NoSchedule' }] } });
  const leaving = (object: Node) => nodeFactsOf(object, undefined).leaving;
  expect(leaving(node())).toBe(false);
  expect(leaving(node({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))).toBe(true);
  expect(leaving(taint('ToBeDeletedByClusterAutoscaler'))).toBe(true);
  expect(leaving(taint('node.kubernetes.io/unreachable'))).toBe(false);
});

test('a cordoned node is unschedulable', () => {
  expect(nodeFactsOf(node({ spec: { unschedulable: true } }), undefined).unschedulable).toBe(true);
});

describe('the agent', () => {
  test('is undefined where no lease was seen', () => {
    expect(nodeFactsOf(node(), undefined).agent).toBeUndefined();
  });

  test('says how Services are served on the node, and what is wrong', () => {
    const seen = lease({ [PROXY_ANNOTATION]: 'ipvs', [PROBLEM_ANNOTATION]: ' forwarding is off ' });
    expect(nodeFactsOf(node(), seen).agent).toEqual({
      seenAt: 1234,
      proxy: 'ipvs',
      problem: 'forwarding is off',
    });
  });

  test('that says nothing understandable is an agent all the same', () => {
    expect(nodeFactsOf(node(), lease({})).agent).toEqual({ seenAt: 1234, proxy: undefined });
    const odd = lease({ [PROXY_ANNOTATION]: 'userspace', [PROBLEM_ANNOTATION]: '  ' });
    expect(nodeFactsOf(node(), odd).agent).toEqual({ seenAt: 1234, proxy: undefined });
  });

  test('that tells a novel is cut short', () => {
    const seen = lease({ [PROBLEM_ANNOTATION]: 'x'.repeat(100_000) });
    expect(nodeFactsOf(node(), seen).agent?.problem).toHaveLength(300);
  });
});
