import { serves } from '../../plan/served-family.ts';
import { families, type FamilyWords } from '../families.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import type { Link } from '../../plan/link.ts';
import { OWNER_MARK } from '../owner.ts';
import { protocolWord } from '../port-elements.ts';
import { match, meta, payload, rule, type Rule } from './nft-expression.ts';
import type { NftChain, NftSet, NftTable } from './nft-table.ts';

/**
 * What turns connections round in the bounce namespace: one map for each family from a port to a cluster IP, and its own
 * address as the source, so that they come to the node's kube-proxy as new ones. A port that is not in the map is answered by the
 * namespace itself, which has no listener, with a reset or as unreachable; what is for another address is refused and
 * not sent back to the node, where it would come again.
 */
export function innerTable(plan: NodePlan, link: Link): NftTable {
  const isOurs = match({ ct: { key: 'status' } }, 'dnat', 'in');
  const chains = new Map<string, NftChain>([
    [OWNER_MARK, { rules: [] }],
    [
      'prerouting',
      {
        hook: { type: 'nat', hook: 'prerouting', priority: -100 },
        rules: families.map((words) => turnRule(words, link)),
      },
    ],
    [
      'forward',
      {
        hook: { type: 'filter', hook: 'forward', priority: 0 },
        rules: [
          rule(isOurs, { accept: null }),
          rule(match(meta('l4proto'), 'tcp'), { reject: { type: 'tcp reset' } }),
          rule({ reject: { type: 'icmpx', expr: 'port-unreachable' } }),
        ],
      },
    ],
    [
      'postrouting',
      {
        hook: { type: 'nat', hook: 'postrouting', priority: 100 },
        // Not to masquerade: that forgets its connections with the link, which somebody may delete.
        rules: families.map(({ ip, family }) =>
          rule(match(meta('oifname'), link.innerEnd), isOurs, {
            snat: { family: ip, addr: link.innerAddress[family] },
          }),
        ),
      },
    ],
  ]);
  return { sets: new Map(families.map((words) => [mapName(words), clusterIPs(plan, words)])), chains };
}

function turnRule(words: FamilyWords, link: Link): Rule {
  const port = { concat: [meta('l4proto'), payload('th', 'dport')] };
  return rule(
    match(meta('iifname'), link.innerEnd),
    match(payload(words.ip, 'daddr'), link.innerAddress[words.family]),
    { counter: null },
    { dnat: { family: words.ip, addr: { map: { key: port, data: `@${mapName(words)}` } } } },
  );
}

function mapName({ version }: FamilyWords): string {
  return `clusterip${version}`;
}

function clusterIPs(plan: NodePlan, { family, version }: FamilyWords): NftSet {
  const elements = new Map<string, string>();
  for (const exposed of plan.ports) {
    const { target, port } = exposed;
    if (target.kind !== 'cluster' || !serves(exposed, family)) continue;
    elements.set(`${protocolWord(exposed)} . ${port}`, `${target.clusterIPs[family]} . ${port}`);
  }
  const value = `ipv${version}_addr . inet_service`;
  return { type: 'inet_proto . inet_service', value, interval: false, elements };
}
