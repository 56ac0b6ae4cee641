import { expect, test } from 'vitest';
import type { IpRoute } from './ip-facts.ts';
import { uplinkMtu } from './uplink-mtu.ts';

const interfaces = [
  { ifname: 'lo', mtu: 65_536 },
  { ifname: 'eth0', mtu: 1450 },
  { ifname: 'eth1', mtu: 9000 },
  { ifname: 'docker0', mtu: 1500 },
  { ifname: 'wg0', mtu: 576 },
];
const byDefault = (route: Partial<IpRoute>): IpRoute => ({ dst: 'default', ...route });

test.for<[string, IpRoute[], number]>([
  ['is that of the way out', [byDefault({ dev: 'eth0', table: 'main' })], 1450],
  ['is the largest of several', [byDefault({ dev: 'eth0' }), byDefault({ dev: 'eth1' })], 9000],
  ['counts each hop of one route', [byDefault({ nexthops: [{ dev: 'eth0' }, { dev: 'eth1' }] })], 9000],
  [
    'counts no table of somebody else',
    [byDefault({ dev: 'eth0' }), byDefault({ dev: 'eth1', table: '2004' })],
    1450,
  ],
  ['counts no other route', [{ dst: '10.0.0.0/8', dev: 'eth1' }, byDefault({ dev: 'eth0' })], 1450],
  ['counts no route to an error', [byDefault({ type: 'unreachable', dev: 'lo' })], 1500],
  ['is that of Ethernet on a node without a way out', [], 1500],
  ['is never less than IPv6 takes', [byDefault({ dev: 'wg0' })], 1280],
])('the MTU of the uplink %s', ([, routes, mtu]) => {
  expect(uplinkMtu(routes, interfaces)).toBe(mtu);
});

test('the MTU of the uplink is never more than a veth can have', () => {
  const wide = [{ ifname: 'ib0', mtu: 65_536 }];
  expect(uplinkMtu([byDefault({ dev: 'ib0' })], wide)).toBe(65_535);
});
