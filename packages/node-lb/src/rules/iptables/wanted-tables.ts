import { serves } from '../../plan/served-family.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import type { FamilyWords } from '../families.ts';
import type { Link } from '../../plan/link.ts';
import { oncePerPort } from '../once-per-port.ts';
import { OWNER_MARK, type RuleNames } from '../owner.ts';
import {
  hasRanges,
  protocolWord,
  localAddresses,
  localEndpoints,
  type ElementSet,
  type ProtocolWord,
} from '../port-elements.ts';
import type { Jump, OwnTable, OwnTables } from './own-tables.ts';

/** What a backend does: everything, or only let pass what another one brought on its way. */
export type BackendRole = 'all' | 'forward';

const owned = `-m comment --comment ${OWNER_MARK}`;

/**
 * The rules of one family. Ports are in ipsets, so that their number costs nothing; only Local has chains of its own,
 * found by 256 ports at a time. Always the node's address is asked for, never only the port: where kube-proxy works with
 * IPVS every cluster IP is an address of the node.
 */
export function wantedTables(
  plan: NodePlan,
  words: FamilyWords,
  role: BackendRole,
  names: RuleNames,
  link: Link,
): OwnTables {
  const world: World = { plan, words, names, link };
  const filter = ['filter', table(world, [['FORWARD', '', 'FWD']], [['FWD', forwardRules(world)]])] as const;
  if (role === 'forward') return new Map([filter]);
  const raw = [
    'raw',
    table(world, [['PREROUTING', '', 'RANGES']], [['RANGES', [rangeRule(world)]]]),
  ] as const;
  return new Map([
    // Every packet would pass there, those of others too.
    ...(hasRanges(plan, words.family) ? [raw] : []),
    ['nat', table(world, natJumps, natChains(world))],
    filter,
  ]);
}

interface World {
  readonly plan: NodePlan;
  readonly words: FamilyWords;
  readonly names: RuleNames;
  readonly link: Link;
}

type Chain = readonly [name: string, rules: readonly string[]];
type JumpWords = readonly [chain: string, condition: string, target: string];

const natJumps: readonly JumpWords[] = [
  ['PREROUTING', '-m addrtype --dst-type LOCAL ', 'DNAT'],
  ['OUTPUT', '-m addrtype --dst-type LOCAL ', 'DNAT'],
  ['POSTROUTING', '', 'MASQ'],
];

function table({ names }: World, jumps: readonly JumpWords[], chains: readonly Chain[]): OwnTable {
  return {
    chains: new Map(chains.map(([name, rules]) => [names.chain(name), rules])),
    jumps: jumps.map(([chain, condition, target]): Jump => ({
      chain,
      rule: `${condition}${owned} -j ${names.chain(target)}`,
    })),
  };
}

function natChains(world: World): Chain[] {
  const { words, names, link } = world;
  const inner = link.innerAddress[words.family];
  const length = words.version === 4 ? 32 : 128;
  return [
    [
      'DNAT',
      [
        `${inSet(world, 'cluster', 'dst,dst')} ${owned} -j DNAT --to-destination ${inner}`,
        `${inSet(world, 'local', 'dst,dst')} ${owned} -j ${names.chain('L')}`,
      ],
    ],
    [
      'MASQ',
      [
        `-s ${inner}/${length} ! -o ${link.hostEnd} ${owned} -j MASQUERADE`,
        ...localAddresses(world.plan, words.family).map(
          (address) =>
            `${dnatedFrom(address)} ${inSet(world, 'hairpin', 'dst,dst,src')} ${owned} -j MASQUERADE`,
        ),
      ],
    ],
    ...localChains(world),
  ];
}

function forwardRules(world: World): string[] {
  const { hostEnd } = world.link;
  return [
    `-o ${hostEnd} -m conntrack --ctstate DNAT ${owned} -j ACCEPT`,
    // Only what kube-proxy took: what it refuses is for its rules to refuse, which come after these.
    `-i ${hostEnd} -m conntrack --ctstate DNAT ${owned} -j ACCEPT`,
    // Neighbours and pods may send to the namespace itself, by way of the node: that would be past the source ranges.
    `-o ${hostEnd} -m conntrack --ctstate NEW ${owned} -j DROP`,
    ...localAddresses(world.plan, world.words.family).flatMap((address) =>
      ['dst,dst', 'src,src'].map(
        (side) => `${dnatedFrom(address)} ${inSet(world, 'endpoints', side)} ${owned} -j ACCEPT`,
      ),
    ),
  ];
}

function rangeRule(world: World): string {
  const limited = inSet(world, 'limited', 'dst,dst');
  return `${limited} -m set ! --match-set ${world.names.set('allowed', world.words.family)} dst,dst,src ${owned} -j DROP`;
}

function inSet({ names, words }: World, set: ElementSet, sides: string): string {
  return `-m set --match-set ${names.set(set, words.family)} ${sides}`;
}

/** Connections to this address of the node that went elsewhere, in both directions. */
function dnatedFrom(address: string): string {
  return `-m conntrack --ctstate DNAT --ctorigdst ${address}`;
}

/** Ports of one chain of chains. */
const bucketSize = 256;

/** The chain L, one chain for each bucket of ports, and one for each port. */
function localChains({ plan, words, names }: World): Chain[] {
  const buckets = new Map<string, { rule: string; ports: string[] }>();
  const chains: Chain[] = [];
  for (const exposed of plan.ports) {
    if (exposed.target.kind !== 'local' || !serves(exposed, words.family)) continue;
    const protocol = protocolWord(exposed);
    const first = exposed.port - (exposed.port % bucketSize);
    const bucket = `L-${protocol.toUpperCase()}-B${first / bucketSize}`;
    const chain = `L-${protocol.toUpperCase()}-${exposed.port}`;
    const ports = `${Math.max(first, 1)}:${first + bucketSize - 1}`;
    const { ports: rules } = getOrAdd(buckets, bucket, () => ({
      rule: toPort(protocol, ports, names.chain(bucket)),
      ports: [],
    }));
    rules.push(toPort(protocol, String(exposed.port), names.chain(chain)));
    chains.push([chain, spreadRules(exposed, words.family)]);
  }
  return [
    ['L', [...buckets.values()].map(({ rule }) => rule)],
    ...[...buckets].map(([bucket, { ports }]): Chain => [bucket, ports]),
    ...chains,
  ];
}

function toPort(protocol: ProtocolWord, ports: string, chain: string): string {
  return `-p ${protocol} -m ${protocol} --dport ${ports} ${owned} -j ${chain}`;
}

/** An even spread: the first of n takes one of n, the next one of those left, the last all. */
const spreadRules = oncePerPort((exposed, family): string[] => {
  const endpoints = localEndpoints(exposed, family);
  const protocol = protocolWord(exposed);
  return endpoints.map(({ address, port }, index) => {
    const left = endpoints.length - index;
    const chance = left === 1 ? '' : `-m statistic --mode random --probability ${probabilityText(1 / left)} `;
    const to = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return `-p ${protocol} ${chance}${owned} -j DNAT --to-destination ${to}`;
  });
});

/** As iptables-save prints it, that is as the kernel holds it: in parts of 2^31. */
function probabilityText(probability: number): string {
  return (Math.round(probability * 2 ** 31) / 2 ** 31).toFixed(11);
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
