import type { ExposedPort, LocalEndpoint, NodePlan } from '../../plan/node-plan.ts';
import { planOf } from './plans.ts';

/** Numbers that look random and are the same for the same seed: mulberry32, from 0 to below 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nodeAddresses = { IPv4: ['192.0.2.1', '198.51.100.7'], IPv6: ['2001:db8::1', '2001:db8:1::7'] };
const networks = {
  IPv4: ['10.0.0.0/8', '172.16.0.0/12', '172.16.9.0/24', '203.0.113.4/32', '192.168.0.0/17', '0.0.0.0/0'],
  IPv6: ['2001:db8:9::/48', '2001:db8:9:1::/64', 'fd00::/8', 'fd00::5/128', '2001:db8::9/128', '::/0'],
};
/** Networks of which one contains another do not come together in a plan. */
const inside = new Map([
  ['172.16.9.0/24', '172.16.0.0/12'],
  ['2001:db8:9:1::/64', '2001:db8:9::/48'],
  ['fd00::5/128', 'fd00::/8'],
]);

/** A plan with any mix of what a plan may say, of this many ports at most. */
export function randomPlan(random: () => number, atMost: number): NodePlan {
  const ports = new Map<string, ExposedPort>();
  for (let count = Math.floor(random() * (atMost + 1)); count > 0; count--) {
    const port = randomPort(random);
    ports.set(port.claim, port);
  }
  return planOf(...ports.values());
}

/** The plan with one port added, replaced or taken away. */
export function changedPlan({ ports }: NodePlan, random: () => number): NodePlan {
  const port = randomPort(random);
  const others = ports.filter(({ claim }) => claim !== port.claim);
  if (others.length > 0 && random() < 0.4) others.splice(Math.floor(random() * others.length), 1);
  return planOf(...others, ...(random() < 0.8 ? [port] : []));
}

function randomPort(random: () => number): ExposedPort {
  const protocol = pick(['TCP', 'TCP', 'UDP', 'SCTP'] as const, random);
  const port = pick([1, 80, 81, 255, 256, 443, 8080, 65280, 65535], random);
  return {
    protocol,
    port,
    claim: `node.${protocol.toLowerCase()}.${port}`,
    service: 'shop/web',
    addresses: { IPv4: some(nodeAddresses.IPv4, random), IPv6: some(nodeAddresses.IPv6, random) },
    sourceRanges: { IPv4: ranges(networks.IPv4, random), IPv6: ranges(networks.IPv6, random) },
    target:
      random() < 0.5
        ? {
            kind: 'cluster',
            clusterIPs: {
              IPv4: random() < 0.9 ? `10.96.0.${1 + Math.floor(random() * 9)}` : undefined,
              IPv6: random() < 0.9 ? `fd96::${1 + Math.floor(random() * 9)}` : undefined,
            },
          }
        : {
            kind: 'local',
            endpoints: { IPv4: endpoints('10.88.0.', random), IPv6: endpoints('fd88::', random) },
          },
  };
}

function endpoints(prefix: string, random: () => number): LocalEndpoint[] {
  return some([2, 3, 4, 5, 6, 7], random).map((last) => ({ address: `${prefix}${last}`, port: 8080 }));
}

function ranges(from: readonly string[], random: () => number): string[] | undefined {
  if (random() < 0.5) return undefined;
  const chosen = some(from, random);
  if (chosen.some((network) => network.endsWith('/0'))) return chosen.filter((each) => each.endsWith('/0'));
  return chosen.filter((network) => !chosen.includes(inside.get(network) ?? ''));
}

function some<T>(from: readonly T[], random: () => number): T[] {
  return from.filter(() => random() < 0.5);
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from.at(Math.floor(random() * from.length))!;
}
