import { families } from '../families.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import type { Link } from '../link.ts';
import { OWNER_MARK } from '../owner.ts';
import { elementProtocol, serves } from '../port-elements.ts';
import { match, meta, payload, type Rule } from './nft-expression.ts';
import type { NftChain, NftSet, NftTable } from './nft-table.ts';

/**
 * What turns connections round in the bounce namespace: one map for each family from a port to a cluster IP, and a
 * masquerade, so that they come to the node's kube-proxy as new ones. A port that is not in the map is answered by the
 * namespace itself, which has no listener, with a reset or as unreachable; what is for another address is refused and
 * not sent back to the node, where it would come again.
 */
export function innerTable(plan: NodePlan, link: Link): NftTable {
  const sets = new Map<string, NftSet>();
  const prerouting: Rule[] = [];
  for (const { family, ip, version } of families) {
    sets.set(`clusterip${version}`, {
      type: 'inet_proto . inet_service',
      value: `ip${version === 4 ? 'v4' : 'v6'}_addr . inet_service`,
      interval: false,
      elements: new Map(
        plan.ports.flatMap((exposed) => {
          const { target, port } = exposed;
          if (target.kind !== 'cluster' || !serves(exposed, family)) return [];
          return [[`${elementProtocol(exposed)} . ${port}`, `${target.clusterIPs[family]} . ${port}`]];
        }),
      ),
    });
    prerouting.push([
      match(meta('iifname'), link.innerEnd),
      match(payload(ip, 'daddr'), link.innerAddress[family]),
      { counter: null },
      {
        dnat: {
          family: ip,
          addr: {
            map: { key: { concat: [meta('l4proto'), payload('th', 'dport')] }, data: `@clusterip${version}` },
          },
        },
      },
    ]);
  }
  const isOurs = match({ ct: { key: 'status' } }, 'dnat', 'in');
  const chains = new Map<string, NftChain>([
    [OWNER_MARK, { rules: [] }],
    ['prerouting', { hook: { type: 'nat', hook: 'prerouting', priority: -100 }, rules: prerouting }],
    [
      'forward',
      {
        hook: { type: 'filter', hook: 'forward', priority: 0 },
        rules: [
          [isOurs, { accept: null }],
          [match(meta('l4proto'), 'tcp'), { reject: { type: 'tcp reset' } }],
          [{ reject: { type: 'icmpx', expr: 'port-unreachable' } }],
        ],
      },
    ],
    [
      'postrouting',
      {
        hook: { type: 'nat', hook: 'postrouting', priority: 100 },
        rules: [[match(meta('oifname'), link.innerEnd), isOurs, { masquerade: null }]],
      },
    ],
  ]);
  return { sets, chains };
}
