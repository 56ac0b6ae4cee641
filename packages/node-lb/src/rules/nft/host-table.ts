import { serves } from '../../plan/served-family.ts';
import { hash } from 'node:crypto';
import type { ExposedPort, NodePlan } from '../../plan/node-plan.ts';
import { families, type FamilyWords } from '../families.ts';
import type { Link } from '../../plan/link.ts';
import { oncePerPort } from '../once-per-port.ts';
import { OWNER_MARK } from '../owner.ts';
import {
  allowedSources,
  hasRanges,
  protocolWord,
  localAddresses,
  localEndpoints,
  portElements,
  type ElementText,
} from '../port-elements.ts';
import { match, meta, payload, rule, type Expression, type Rule } from './nft-expression.ts';
import type { NftChain, NftSet, NftTable } from './nft-table.ts';

/**
 * The node's own rules as one nft table. Hooks have numbers: before kube-proxy's and iptables' NAT (-100, 100), and for
 * the source ranges before connection tracking, so that they also stop what is established.
 */
export function hostTable(plan: NodePlan, link: Link): NftTable {
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>([[OWNER_MARK, { rules: [] }]]);
  for (const words of families) {
    for (const [name, set] of familySets(plan, words)) sets.set(`${name}${words.version}`, set);
    for (const [name, set, chain] of sourceLists(plan, words)) {
      sets.set(name, set);
      chains.set(name, chain);
    }
    for (const [name, chain] of localChains(plan, words)) chains.set(name, chain);
  }
  const toNode = match({ fib: { result: 'type', flags: ['daddr'] } }, 'local');
  const jumps: Rule[] = [rule(toNode, { jump: { target: 'exposed' } })];
  const limiting = families.filter(({ family }) => hasRanges(plan, family));
  if (limiting.length > 0) {
    // Every packet passes there, those of others too.
    chains.set('ranges', {
      hook: { type: 'filter', hook: 'prerouting', priority: -300 },
      rules: limiting.map(rangeRule),
    });
  }
  chains
    .set('exposed', { rules: families.flatMap((words) => exposedRules(words, link)) })
    .set('prerouting', { hook: { type: 'nat', hook: 'prerouting', priority: -110 }, rules: jumps })
    .set('output', { hook: { type: 'nat', hook: 'output', priority: -110 }, rules: jumps })
    .set('forward', { hook: { type: 'filter', hook: 'forward', priority: 0 }, rules: forwardRules(link) })
    .set('postrouting', {
      hook: { type: 'nat', hook: 'postrouting', priority: 90 },
      rules: families.flatMap((words) => masqueradeRules(words, link)),
    });
  return { sets, chains };
}

/** A port of an address, as the rules look it up. */
function portOf({ ip }: FamilyWords): Expression {
  return { concat: [payload(ip, 'daddr'), meta('l4proto'), payload('th', 'dport')] };
}

function rangeRule(words: FamilyWords): Rule {
  return rule({ vmap: { key: portOf(words), data: `@limited${words.version}` } });
}

function exposedRules(words: FamilyWords, link: Link): Rule[] {
  return [
    rule(
      match(portOf(words), `@cluster${words.version}`),
      { counter: null },
      { dnat: { family: words.ip, addr: link.innerAddress[words.family] } },
    ),
    rule({ vmap: { key: portOf(words), data: `@local${words.version}` } }),
  ];
}

/** Neighbours and pods may send to the namespace itself, by way of the node: that would be past the source ranges. */
function forwardRules({ hostEnd }: Link): Rule[] {
  const toNamespace = match(meta('oifname'), hostEnd);
  return [
    rule(toNamespace, match({ ct: { key: 'status' } }, 'dnat', 'in'), { accept: null }),
    rule(toNamespace, match({ ct: { key: 'state' } }, 'new', 'in'), { drop: null }),
  ];
}

/** By the link's own address, never by a mark: the marks of others are not ours to set. */
function masqueradeRules(words: FamilyWords, link: Link): Rule[] {
  const portAndSource = [
    payload(words.ip, 'daddr'),
    meta('l4proto'),
    payload('th', 'dport'),
    payload(words.ip, 'saddr'),
  ];
  return [
    rule(
      match(meta('oifname'), link.hostEnd, '!='),
      match(payload(words.ip, 'saddr'), link.innerAddress[words.family]),
      { masquerade: null },
    ),
    rule(
      match({ ct: { key: 'status' } }, 'dnat', 'in'),
      match({ ct: { key: `${words.ip} daddr`, dir: 'original' } }, `@addresses${words.version}`),
      match({ concat: portAndSource }, `@hairpin${words.version}`),
      { masquerade: null },
    ),
  ];
}

function familySets(plan: NodePlan, words: FamilyWords): [string, NftSet][] {
  const { family, version } = words;
  const address = `ipv${version}_addr`;
  const port = `${address} . inet_proto . inet_service`;
  const { cluster, hairpin } = portElements(plan, family, elementText);
  const local = new Map<string, string>();
  const limited = new Map<string, string>();
  for (const exposed of plan.ports) {
    if (!serves(exposed, family)) continue;
    const protocol = protocolWord(exposed);
    const sources = allowedSources(exposed, family);
    for (const each of exposed.addresses[family]) {
      const element = elementText(each, protocol, exposed.port);
      if (sources) limited.set(element, `goto ${sourceList(words, sources)}`);
      if (exposed.target.kind === 'local') local.set(element, `goto ${localChain(words, exposed)}`);
    }
  }
  const addresses = new Map(localAddresses(plan, family).map((each) => [each, '']));
  return [
    ['cluster', { type: port, interval: false, elements: cluster }],
    ['local', { type: port, value: 'verdict', interval: false, elements: local }],
    ['limited', { type: port, value: 'verdict', interval: false, elements: limited }],
    ['hairpin', { type: `${port} . ${address}`, interval: false, elements: hairpin }],
    ['addresses', { type: address, interval: false, elements: addresses }],
  ];
}

/**
 * One chain and set of networks for each list of sources, however many ports have it. A single set of ports with their
 * networks would be a set of concatenated intervals, which the kernel takes seconds to fill with ten thousand ports.
 */
function sourceLists(plan: NodePlan, words: FamilyWords): [string, NftSet, NftChain][] {
  const lists = new Map<string, readonly string[]>();
  for (const exposed of plan.ports) {
    const sources = serves(exposed, words.family) ? allowedSources(exposed, words.family) : undefined;
    if (sources) lists.set(sourceList(words, sources), sources);
  }
  return [...lists].map(([name, sources]) => [
    name,
    {
      type: `ipv${words.version}_addr`,
      interval: true,
      elements: new Map(sources.map((source) => [source, ''])),
    },
    { rules: [rule(match(payload(words.ip, 'saddr'), `@${name}`, '!='), { counter: null }, { drop: null })] },
  ]);
}

/** The same list always has the same name. */
function sourceList({ version }: FamilyWords, sources: readonly string[]): string {
  return `from${version}-${hash('sha256', sources.join()).slice(0, 16)}`;
}

const elementText: ElementText = (address, protocol, port, source) => {
  const text = `${address} . ${protocol} . ${port}`;
  return source === undefined ? text : `${text} . ${source}`;
};

/** One chain for each port of the policy Local. */
function localChains(plan: NodePlan, words: FamilyWords): [string, NftChain][] {
  const local = plan.ports.filter((port) => port.target.kind === 'local' && serves(port, words.family));
  return local.map((port) => [localChain(words, port), spread(port, words.family)]);
}

/** An even spread over the endpoints. */
const spread = oncePerPort((exposed, family): NftChain => {
  const ip = family === 'IPv4' ? 'ip' : 'ip6';
  const endpoints = localEndpoints(exposed, family);
  const [first] = endpoints;
  const choice: Expression = {
    map: {
      key: { numgen: { mode: 'random', mod: endpoints.length, offset: 0 } },
      data: { set: endpoints.map(({ address, port }, index) => [index, { concat: [address, port] }]) },
    },
  };
  const dnat =
    endpoints.length === 1 && first
      ? { family: ip, addr: first.address, port: first.port }
      : { family: ip, addr: choice };
  return { rules: [rule(match(meta('l4proto'), protocolWord(exposed)), { dnat })] };
});

function localChain({ version }: FamilyWords, exposed: ExposedPort): string {
  return `local${version}-${protocolWord(exposed)}-${exposed.port}`;
}
