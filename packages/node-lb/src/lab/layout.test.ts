import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { canonicalAddress } from '../address/address.ts';
import { families } from '../address/protocol.ts';
import { layoutOf } from './layout.ts';

const layout = layoutOf({
  maker: { pid: 4711, startTicks: 1 },
  serial: 0,
  subnet: 200,
  nodes: [
    { backends: 1, callers: 1 },
    { backends: 2, callers: 0 },
    { backends: 0, callers: 0 },
  ],
});

describe('the layout of a lab', () => {
  test('has as many nodes and pods as it was told, each with a name and addresses of its own', () => {
    expect(layout.nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(layout.pods.map(({ name }) => name)).toEqual([
      'backend-1-1',
      'caller-1-1',
      'backend-2-1',
      'backend-2-2',
    ]);
    const hosts = [layout.client, ...layout.nodes, ...layout.pods];
    for (const of of [
      hosts.map(({ namespace }) => namespace),
      layout.nodes.map(({ link }) => link.namespace),
      ...families.map((family) => [
        ...hosts.map(({ addresses }) => addresses[family]),
        ...layout.nodes.map(({ podGateway }) => podGateway[family]),
        layout.switchAddress[family],
      ]),
    ]) {
      expect(new Set(of).size).toBe(of.length);
    }
  });

  test('keeps everybody in the network they belong to', () => {
    for (const family of families) {
      const isIn = (address: string, network: string): boolean => {
        const [base, length] = ipaddr.parseCIDR(network);
        return ipaddr.parse(address).match(base, length);
      };
      for (const node of [...layout.nodes, layout.client]) {
        expect(isIn(node.addresses[family], layout.network[family])).toBe(true);
      }
      for (const pod of layout.pods) {
        const node = layout.nodes.find(({ name }) => name === pod.node);
        expect(isIn(pod.addresses[family], node?.podNetwork[family] ?? '')).toBe(true);
        expect(isIn(pod.addresses[family], layout.clusterCidr[family])).toBe(true);
        expect(isIn(pod.addresses[family], layout.network[family])).toBe(false);
      }
    }
  });

  test('writes each address as the kernel does, also those with zeros in them', () => {
    const nodes = [{ backends: 1, callers: 1 }];
    for (const subnet of [0, 1, 254]) {
      const {
        client,
        nodes: made,
        pods,
      } = layoutOf({ maker: { pid: 1, startTicks: 1 }, serial: 0, subnet, nodes });
      for (const { addresses } of [client, ...made, ...pods]) {
        expect(families.map((family) => canonicalAddress(addresses[family]))).toEqual(
          families.map((family) => addresses[family]),
        );
      }
    }
  });

  test('is refused without nodes, and where addresses would not do', () => {
    const maker = { pid: 1, startTicks: 1 };
    for (const nodes of [
      [],
      Array.from({ length: 201 }, () => ({ backends: 0, callers: 0 })),
      [{ backends: 201, callers: 0 }],
    ]) {
      expect(() => layoutOf({ maker, serial: 0, subnet: 0, nodes })).toThrow(/1 to 200 nodes/);
    }
  });
});
