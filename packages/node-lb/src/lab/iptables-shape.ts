import { createHash } from 'node:crypto';
import type { Family } from '../address/protocol.ts';
import type { ServedEndpoint, ServedPort } from './served-ports.ts';

/** What the rules of one family and node are made from. */
export interface ShapeInput {
  readonly family: Family;
  readonly clusterCidr: string;
  readonly ports: readonly ServedPort[];
}

/** The jumps that a kube-proxy adds to chains which are not its own, where they are missing. */
const jumps = [
  { table: 'nat', chain: 'PREROUTING', match: '', target: 'KUBE-SERVICES' },
  { table: 'nat', chain: 'OUTPUT', match: '', target: 'KUBE-SERVICES' },
  { table: 'nat', chain: 'POSTROUTING', match: '', target: 'KUBE-POSTROUTING' },
  { table: 'filter', chain: 'INPUT', match: '-m conntrack --ctstate NEW ', target: 'KUBE-EXTERNAL-SERVICES' },
  { table: 'filter', chain: 'FORWARD', match: '', target: 'KUBE-FORWARD' },
  { table: 'filter', chain: 'FORWARD', match: '-m conntrack --ctstate NEW ', target: 'KUBE-SERVICES' },
  {
    table: 'filter',
    chain: 'FORWARD',
    match: '-m conntrack --ctstate NEW ',
    target: 'KUBE-EXTERNAL-SERVICES',
  },
  { table: 'filter', chain: 'OUTPUT', match: '-m conntrack --ctstate NEW ', target: 'KUBE-SERVICES' },
] as const;

/** Chains for one Service port each; such a chain that no port has any more is removed in the same transaction. */
const perService = /^:(KUBE-(?:SVC|SEP|EXT)-[0-9A-F]{16}) /gm;

/**
 * What a kube-proxy in iptables mode would give to iptables-restore, in shape: its chains, what they match and where
 * they lead, as its documentation and an iptables-save of any node show them. `installed` is the iptables-save of now:
 * stale chains go in the same transaction, as with the real one, so that a reference to them from outside makes it fail.
 */
export function iptablesShape(input: ShapeInput, installed: string): string {
  const nat = natRules(input);
  const wanted = new Set(nat.chains);
  const stale = Array.from(installed.matchAll(perService), ([, chain]) => chain ?? '').filter(
    (chain) => !wanted.has(chain),
  );
  return [
    // Canaries: a kube-proxy that misses them knows that somebody flushed the tables.
    '*mangle',
    ':KUBE-PROXY-CANARY - [0:0]',
    'COMMIT',
    '*filter',
    ...declared([
      'KUBE-SERVICES',
      'KUBE-EXTERNAL-SERVICES',
      'KUBE-FORWARD',
      'KUBE-NODEPORTS',
      'KUBE-PROXY-CANARY',
    ]),
    ...missingJumps('filter', installed),
    ...rejections(input),
    // What a pod would take for unknown, and reset by its answer.
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'COMMIT',
    '*nat',
    ...declared([
      'KUBE-SERVICES',
      'KUBE-NODEPORTS',
      'KUBE-POSTROUTING',
      'KUBE-MARK-MASQ',
      'KUBE-PROXY-CANARY',
    ]),
    ...declared([...wanted, ...stale]),
    ...missingJumps('nat', installed),
    '-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    // Without the mark the packet may pass here again, as it does in some tunnels.
    '-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    ...nat.rules,
    // Last, since the addresses of Services come before those of the node.
    '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ...stale.map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}

/** Declaring a chain makes it, or empties it; `--noflush` leaves all others alone. */
function declared(chains: readonly string[]): string[] {
  return chains.map((chain) => `:${chain} - [0:0]`);
}

function missingJumps(table: string, installed: string): string[] {
  const section = installed.split(/^\*/m).find((text) => text.startsWith(table)) ?? '';
  return jumps
    .filter((jump) => jump.table === table)
    .map(({ chain, match, target }) => `${chain} ${match}-j ${target}`)
    .filter((jump) => !section.includes(`-A ${jump}\n`))
    .map((jump) => `-I ${jump}`);
}

/** Clients of a Service without endpoints hear so at once. */
function rejections({ family, ports }: ShapeInput): string[] {
  const answer = family === 'IPv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
  return ports
    .filter((port) => port.endpoints.length === 0)
    .flatMap((port) => [
      `-A KUBE-SERVICES ${destination(port.clusterIP, port)} -j REJECT --reject-with ${answer}`,
      ...port.loadBalancerIPs.map(
        (ip) => `-A KUBE-EXTERNAL-SERVICES ${destination(ip, port)} -j REJECT --reject-with ${answer}`,
      ),
    ]);
}

function natRules({ clusterCidr, ports }: ShapeInput): { chains: string[]; rules: string[] } {
  const chains: string[] = [];
  const rules: string[] = [];
  for (const port of ports.filter(({ endpoints }) => endpoints.length > 0)) {
    const service = chainOf('SVC', port);
    const outside = chainOf('EXT', port);
    chains.push(service, outside);
    rules.push(`-A KUBE-SERVICES ${destination(port.clusterIP, port)} -j ${service}`);
    for (const ip of port.loadBalancerIPs)
      rules.push(`-A KUBE-SERVICES ${destination(ip, port)} -j ${outside}`);
    if (port.nodePort !== undefined) {
      rules.push(
        `-A KUBE-NODEPORTS -p ${port.protocol} -m ${port.protocol} --dport ${port.nodePort} -j ${outside}`,
      );
    }
    rules.push(...outsideRules(outside, service, port, clusterCidr));
    rules.push(`-A ${service} ! -s ${clusterCidr} ${destination(port.clusterIP, port)} -j KUBE-MARK-MASQ`);
    rules.push(...spread(service, port, port.endpoints));
    for (const endpoint of port.endpoints) {
      const chain = chainOf('SEP', port, endpoint);
      const { address } = endpoint;
      const to = address.includes(':') ? `[${address}]:${endpoint.port}` : `${address}:${endpoint.port}`;
      chains.push(chain);
      // A pod that reached itself would answer itself directly, past the translation.
      rules.push(`-A ${chain} -s ${address} -j KUBE-MARK-MASQ`);
      rules.push(`-A ${chain} -p ${port.protocol} -m ${port.protocol} -j DNAT --to-destination ${to}`);
    }
  }
  return { chains, rules };
}

/** What comes to a node port or a published address. */
function outsideRules(chain: string, service: string, port: ServedPort, clusterCidr: string): string[] {
  if (!port.local) return [`-A ${chain} -j KUBE-MARK-MASQ`, `-A ${chain} -j ${service}`];
  return [
    `-A ${chain} -s ${clusterCidr} -j ${service}`,
    `-A ${chain} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
    `-A ${chain} -m addrtype --src-type LOCAL -j ${service}`,
    ...spread(
      chain,
      port,
      port.endpoints.filter(({ here }) => here),
    ),
  ];
}

/** Each of N endpoints with the same chance: 1/N, then 1/(N-1) of what is left, and so on. */
function spread(chain: string, port: ServedPort, endpoints: readonly ServedEndpoint[]): string[] {
  return endpoints.map((endpoint, index) => {
    const left = endpoints.length - index;
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : '';
    return `-A ${chain} ${chance}-j ${chainOf('SEP', port, endpoint)}`;
  });
}

function destination(ip: string, { protocol, port }: ServedPort): string {
  return `-d ${ip} -p ${protocol} -m ${protocol} --dport ${port}`;
}

/** A chain's name has at most 28 letters, so it holds a digest of what the chain is for. */
function chainOf(kind: 'SVC' | 'EXT' | 'SEP', port: ServedPort, endpoint?: ServedEndpoint): string {
  const of = `${port.name} ${port.protocol} ${endpoint ? `${endpoint.address} ${endpoint.port}` : ''}`;
  return `KUBE-${kind}-${createHash('sha256').update(of).digest('hex').slice(0, 16).toUpperCase()}`;
}
