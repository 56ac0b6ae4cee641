import type { NodePlan } from '../../plan/node-plan.ts';
import { families, type FamilyWords } from '../families.ts';
import type { Link } from '../link.ts';
import { OWNER_MARK } from '../owner.ts';
import {
  elementProtocol,
  localAddresses,
  localEndpoints,
  portElements,
  serves,
  type Element,
  type ElementSet,
} from '../port-elements.ts';
import { match, meta, payload, type Expression, type Rule } from './nft-expression.ts';
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
    for (const [name, chain] of localChains(plan, words)) chains.set(name, chain);
  }
  const toNode = match({ fib: { result: 'type', flags: ['daddr'] } }, 'local');
  const jumps: Rule[] = [[toNode, { jump: { target: 'exposed' } }]];
  chains
    .set('ranges', {
      hook: { type: 'filter', hook: 'prerouting', priority: -300 },
      rules: families.map(rangeRule),
    })
    .set('exposed', { rules: families.flatMap((words) => exposedRules(words, link)) })
    .set('prerouting', { hook: { type: 'nat', hook: 'prerouting', priority: -110 }, rules: jumps })
    .set('output', { hook: { type: 'nat', hook: 'output', priority: -110 }, rules: jumps })
    .set('postrouting', {
      hook: { type: 'nat', hook: 'postrouting', priority: 90 },
      rules: families.flatMap((words) => masqueradeRules(words, link)),
    });
  return { sets, chains };
}

/** A port of an address, as the rules look it up. */
function portOf({ ip }: FamilyWords, source = false): Expression {
  const key = [payload(ip, 'daddr'), meta('l4proto'), payload('th', 'dport')];
  return { concat: source ? [...key, payload(ip, 'saddr')] : key };
}

function rangeRule(words: FamilyWords): Rule {
  return [
    match(portOf(words), `@limited${words.version}`),
    match(portOf(words, true), `@allowed${words.version}`, '!='),
    { counter: null },
    { drop: null },
  ];
}

function exposedRules(words: FamilyWords, link: Link): Rule[] {
  return [
    [
      match(portOf(words), `@cluster${words.version}`),
      { counter: null },
      { dnat: { family: words.ip, addr: link.innerAddress[words.family] } },
    ],
    [{ vmap: { key: portOf(words), data: `@local${words.version}` } }],
  ];
}

/** By the link's own address, never by a mark: the marks of others are not ours to set. */
function masqueradeRules(words: FamilyWords, link: Link): Rule[] {
  return [
    [
      match(meta('oifname'), link.hostEnd, '!='),
      match(payload(words.ip, 'saddr'), link.innerAddress[words.family]),
      { masquerade: null },
    ],
    [
      match({ ct: { key: 'status' } }, 'dnat', 'in'),
      match({ ct: { key: `${words.ip} daddr`, dir: 'original' } }, `@addresses${words.version}`),
      match(portOf(words, true), `@hairpin${words.version}`),
      { masquerade: null },
    ],
  ];
}

function familySets(plan: NodePlan, words: FamilyWords): [string, NftSet][] {
  const address = `ipv${words.version}_addr`;
  const port = `${address} . inet_proto . inet_service`;
  const elements = portElements(plan, words.family);
  const set = (name: ElementSet, type: string, interval = false): [string, NftSet] => [
    name,
    { type, interval, elements: new Map(elements[name].map((element) => [elementText(element), ''])) },
  ];
  const local = elements.local.map(
    (element) => [elementText(element), `goto ${localChain(words, element.protocol, element.port)}`] as const,
  );
  const addresses = localAddresses(plan, words.family).map((each) => [each, ''] as const);
  return [
    set('cluster', port),
    set('limited', port),
    set('allowed', `${port} . ${address}`, true),
    set('hairpin', `${port} . ${address}`),
    ['local', { type: port, value: 'verdict', interval: false, elements: new Map(local) }],
    ['addresses', { type: address, interval: false, elements: new Map(addresses) }],
  ];
}

function elementText({ address, protocol, port, source }: Element): string {
  const text = `${address} . ${protocol} . ${port}`;
  return source === undefined ? text : `${text} . ${source}`;
}

/** One chain for each port of the policy Local: an even spread over the endpoints. */
function localChains(plan: NodePlan, words: FamilyWords): [string, NftChain][] {
  return plan.ports.flatMap((exposed) => {
    if (exposed.target.kind !== 'local' || !serves(exposed, words.family)) return [];
    const endpoints = localEndpoints(exposed, words.family);
    const [first] = endpoints;
    const protocol = elementProtocol(exposed);
    const spread: Expression = {
      map: {
        key: { numgen: { mode: 'random', mod: endpoints.length, offset: 0 } },
        data: { set: endpoints.map(({ address, port }, index) => [index, { concat: [address, port] }]) },
      },
    };
    const dnat =
      endpoints.length === 1 && first
        ? { family: words.ip, addr: first.address, port: first.port }
        : { family: words.ip, addr: spread };
    const rules: Rule[] = [[match(meta('l4proto'), protocol), { dnat }]];
    return [[localChain(words, protocol, exposed.port), { rules }]];
  });
}

function localChain({ version }: FamilyWords, protocol: Element['protocol'], port: number): string {
  return `local${version}-${protocol}-${port}`;
}
