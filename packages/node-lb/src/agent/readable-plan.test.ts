import { expect, test } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import type { ExposedPort } from '../plan/node-plan.ts';
import { readablePlan } from './readable-plan.ts';

const front: ExposedPort = {
  protocol: 'TCP',
  port: 80,
  claim: 'worker-1.tcp.80',
  service: 'shop/front',
  addresses: { IPv4: ['192.0.2.4'], IPv6: ['2001:db8::4'] },
  sourceRanges: { IPv4: undefined, IPv6: ['fd00::/8', 'fe80::/10'] },
  target: { kind: 'cluster', clusterIPs: { IPv4: '10.96.0.9', IPv6: 'fd00:10::9' } },
};
const dns: ExposedPort = {
  ...front,
  protocol: 'UDP',
  port: 53,
  service: 'net/dns',
  sourceRanges: { IPv4: [], IPv6: undefined },
  target: {
    kind: 'local',
    endpoints: {
      IPv4: [
        { address: '10.1.0.7', port: 5353 },
        { address: '10.1.0.8', port: 5353 },
      ],
      IPv6: [],
    },
  },
};

test('shows where the rules are, and the way of a packet to each port', () => {
  expect(readablePlan({ ports: [front, dns] }, defaultLink, 'iptables-nft')).toBe(`\
2 ports, rules of the node in iptables-nft
bounce = network namespace armillary behind armillary0, 169.254.77.2 and fd77:6c62::2

tcp  192.0.2.4:80      -> bounce -> 10.96.0.9:80                   (shop/front), from everybody
tcp  [2001:db8::4]:80  -> bounce -> [fd00:10::9]:80                (shop/front), from fd00::/8, fe80::/10
udp  192.0.2.4:53      -> 10.1.0.7:5353 or 10.1.0.8:5353           (net/dns), from nobody
udp  [2001:db8::4]:53  -> nowhere: no ready IPv6 endpoint is here  (net/dns), from everybody
`);
});

test('an empty plan is one, too; a family that the Service lacks leads nowhere', () => {
  expect(readablePlan({ ports: [] }, defaultLink, 'nftables')).toMatch(
    /^0 ports, .* nftables\nbounce = .*\n$/,
  );
  const single = {
    ...front,
    target: { kind: 'cluster' as const, clusterIPs: { IPv4: '10.96.0.9', IPv6: undefined } },
  };
  expect(readablePlan({ ports: [single] }, defaultLink, 'nftables')).toContain(
    'nowhere: the Service has no IPv6 address',
  );
});
