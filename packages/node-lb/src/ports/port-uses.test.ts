import { describe, expect, test } from 'vitest';
import type { PortClaim } from '../kinds/port-claim.ts';
import { randomNumbers } from '../testing/random-numbers.ts';
import { loadBalancerService } from '../request/testing/service.ts';
import { portUsesOfClaim } from './claim-port-uses.ts';
import { portUsesOfNode } from './node-port-uses.ts';
import type { PortUse } from './port-use.ts';
import { PortUses } from './port-uses.ts';
import { portUsesOfService } from './service-port-uses.ts';

const worker = { name: 'worker-1', addresses: [{ address: '192.0.2.1' }, { address: '2001:db8::1' }] };
const other = { name: 'worker-2', addresses: [{ address: '192.0.2.2' }] };
const http = { protocol: 'TCP', port: 80 } as const;

/** A use of TCP port 80 with this owner. */
function use(owner: string, place: Partial<PortUse> = {}): PortUse {
  return { ...http, kind: 'HostPort', owner, ...place };
}

/** Who has TCP port 80 of a node. */
const ownersAt = (uses: PortUses, node = worker, except?: string) =>
  uses.at(node, http, except).map(({ owner }) => owner);

describe('where a use is in the way', () => {
  test('without a node, on all of them', () => {
    const uses = new PortUses();
    uses.set('a', [use('a')]);
    expect(ownersAt(uses)).toEqual(['a']);
    expect(ownersAt(uses, other)).toEqual(['a']);
  });

  test('with a node, there alone', () => {
    const uses = new PortUses();
    uses.set('a', [use('a', { node: 'worker-1' })]);
    expect(ownersAt(uses)).toEqual(['a']);
    expect(ownersAt(uses, other)).toEqual([]);
  });

  test('with an address, on the node that has it; with one of no node, nowhere', () => {
    const uses = new PortUses();
    uses.set('a', [use('a', { address: '2001:db8::1' }), use('b', { address: '198.51.100.7' })]);
    expect(ownersAt(uses)).toEqual(['a']);
    expect(ownersAt(uses, other)).toEqual([]);
  });

  test('an address that moves to another node takes its uses along', () => {
    const uses = new PortUses();
    uses.set('a', [use('a', { address: '192.0.2.1' })]);
    expect(ownersAt(uses, { name: 'worker-9', addresses: [{ address: '192.0.2.1' }] })).toEqual(['a']);
  });

  test('with a node and an address, only where that address shall be served', () => {
    const uses = new PortUses();
    uses.set('a', [use('a', { node: 'worker-1', address: '10.0.0.9' })]);
    uses.set('b', [use('b', { node: 'worker-1', address: '192.0.2.1' })]);
    expect(ownersAt(uses)).toEqual(['b']);
  });

  test('of the same protocol and number only', () => {
    const uses = new PortUses();
    uses.set('a', [use('a')]);
    expect(uses.at(worker, { protocol: 'UDP', port: 80 })).toEqual([]);
    expect(uses.at(worker, { protocol: 'TCP', port: 8080 })).toEqual([]);
  });

  test('one node’s name is not the address of another', () => {
    const uses = new PortUses();
    uses.set('a', [use('a', { address: '192.0.2.1' })]);
    expect(ownersAt(uses, { name: '192.0.2.1', addresses: [] })).toEqual([]);
  });
});

test('a Service is not in its own way', () => {
  const uses = new PortUses();
  uses.set('a', [use('a', { serviceUid: 'uid-1' })]);
  uses.set('b', [use('b', { serviceUid: 'uid-2' })]);
  uses.set('c', [use('c')]);
  expect(ownersAt(uses, worker, 'uid-1')).toEqual(['b', 'c']);
  expect(ownersAt(uses)).toEqual(['a', 'b', 'c']);
});

describe('keeping up', () => {
  test('an object’s uses replace those it had', () => {
    const uses = new PortUses();
    uses.set('pod/a', [use('a'), use('a', { port: 81 })]);
    uses.set('pod/a', [use('a', { port: 82 })]);
    expect(ownersAt(uses)).toEqual([]);
    expect(uses.at(worker, { protocol: 'TCP', port: 82 })).toHaveLength(1);
  });

  test('what one object gives up stays with others that have it, too', () => {
    const uses = new PortUses();
    uses.set('a', [use('a')]);
    uses.set('b', [use('b')]);
    uses.delete('a');
    expect(ownersAt(uses)).toEqual(['b']);
    uses.delete('b');
    uses.delete('b');
    expect(ownersAt(uses)).toEqual([]);
  });

  test('whether something became free is said', () => {
    const uses = new PortUses();
    expect(uses.set('a', [use('a')])).toBe(false);
    expect(uses.set('a', [use('a')])).toBe(false);
    expect(uses.set('a', [use('a'), use('a', { port: 81 })])).toBe(false);
    expect(uses.set('a', [use('a')])).toBe(true);
    expect(uses.set('a', [use('a', { node: 'worker-1' })])).toBe(true);
    expect(uses.delete('a')).toBe(true);
    expect(uses.delete('a')).toBe(false);
  });
});

test('after any changes it answers as a list of all uses would', () => {
  const random = randomNumbers(11);
  const pick = <T>(...choices: T[]) => choices[random(choices.length)];
  const uses = new PortUses();
  const objects = new Map<string, PortUse[]>();
  const nodes = [worker, other];
  for (let round = 0; round < 2000; round++) {
    const object = `object-${random(12)}`;
    const before = objects.get(object) ?? [];
    const after = Array.from({ length: random(4) }, (_, at) => {
      const [node, address] = [
        pick(undefined, worker.name, other.name),
        pick(undefined, '192.0.2.1', '192.0.2.2'),
      ];
      return use(`${object}-${at}`, {
        port: 80 + random(2),
        serviceUid: `uid-${random(3)}`,
        ...(node && { node }),
        ...(address && { address }),
      });
    });
    objects.set(object, after);
    const same = (a: PortUse, b: PortUse) =>
      a.port === b.port && a.node === b.node && a.address === b.address;
    const freed = before.some((one) => !after.some((now) => same(one, now)));
    expect(uses.set(object, after)).toBe(freed);
    for (const node of nodes) {
      const expected = [...objects.values()]
        .flat()
        .filter(
          (one) =>
            one.port === 80 &&
            one.serviceUid !== 'uid-0' &&
            (one.node === undefined || one.node === node.name) &&
            (one.address === undefined || node.addresses.some(({ address }) => address === one.address)),
        );
      expect(new Set(uses.at(node, http, 'uid-0'))).toEqual(new Set(expected));
    }
  }
});

test('10,000 Services are found again, each at its own port, and leave nothing behind', () => {
  const uses = new PortUses();
  const services = Array.from({ length: 10_000 }, (_, i) =>
    loadBalancerService({
      metadata: { name: `s${i}`, uid: `uid-${i}` },
      spec: { ports: [{ port: 80, nodePort: 20_000 + i }], externalIPs: [`10.0.${i >> 8}.${i & 255}`] },
    }),
  );
  for (const service of services) uses.set(`service/${service.metadata.name}`, portUsesOfService(service));
  for (const at of [0, 4999, 9999]) {
    expect(uses.at(worker, { protocol: 'TCP', port: 20_000 + at })).toMatchObject([
      { owner: `service shop/s${at} (NodePort)` },
    ]);
    const node = { name: 'n', addresses: [{ address: `10.0.${at >> 8}.${at & 255}` }] };
    expect(ownersAt(uses, node)).toEqual([`service shop/s${at} (ExternalIP)`]);
  }
  for (const service of services) uses.delete(`service/${service.metadata.name}`);
  expect(uses.at(worker, { protocol: 'TCP', port: 20_000 })).toEqual([]);
});

test('a claim has its port for its Service until it is gone', () => {
  const claim: PortClaim = {
    apiVersion: 'network.armillary.dev/v1alpha1',
    kind: 'PortClaim',
    metadata: { name: 'worker-1.tcp.80' },
    spec: {
      nodeName: 'worker-1',
      protocol: 'TCP',
      port: 80,
      service: { namespace: 'shop', name: 'front', uid: 'uid-1' },
      addresses: ['192.0.2.1'],
      externalTrafficPolicy: 'Cluster',
      clusterIPs: ['10.96.0.10'],
      withdrawAt: '2026-01-01T00:00:00Z',
    },
  };
  const uses = new PortUses();
  uses.set('claim/worker-1.tcp.80', portUsesOfClaim(claim));
  expect(uses.at(worker, http)).toMatchObject([{ kind: 'Claimed', owner: 'service shop/front' }]);
  expect(uses.at(worker, http, 'uid-1')).toEqual([]);
  expect(uses.at(other, http)).toEqual([]);
  // The namespace behind a node cannot tell its addresses apart: the claim is on all of them.
  expect(uses.at({ ...worker, addresses: [{ address: '10.0.0.9' }] }, http)).toHaveLength(1);
});

test('a kubelet has the port that its node names', () => {
  const node = (Port?: number) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'worker-1' },
    status: Port === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port } } },
  });
  expect(portUsesOfNode(node(10_350))).toEqual([
    { node: 'worker-1', protocol: 'TCP', port: 10_350, kind: 'Kubelet', owner: 'kubelet of worker-1' },
  ]);
  expect(portUsesOfNode(node())).toEqual([]);
  expect(portUsesOfNode(node(0))).toEqual([]);
});
