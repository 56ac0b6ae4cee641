import { families, type Family } from '../address/protocol.ts';
import type { Commands } from '../host/commands.ts';
import type { LabLayout, LabNode } from './layout.ts';

/** The backends of iptables. */
export type IptablesBackend = 'nft' | 'legacy';

/** The program that restores rules of a family, such as `ip6tables-legacy-restore`. */
export function restoreProgram(family: Family, backend: IptablesBackend): string {
  return `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${backend}-restore`;
}

/**
 * Gives a node what container runtimes, CNI plugins and a kubelet give it: a FORWARD policy of DROP that lets pods
 * through, masquerading for what pods send out of the cluster, and the kubelet's marks, by which others see the backend.
 */
export async function installNodeFirewall(
  layout: LabLayout,
  node: LabNode,
  backend: IptablesBackend,
  commands: Commands,
): Promise<void> {
  await Promise.all(
    families.map((family) =>
      commands.inside(node.namespace).run(restoreProgram(family, backend), ['--noflush', '-w', '5'], {
        input: nodeFirewall(layout, node, family),
      }),
    ),
  );
}

function nodeFirewall(layout: LabLayout, node: LabNode, family: Family): string {
  const cluster = layout.clusterCidr[family];
  return `*mangle
:KUBE-IPTABLES-HINT - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
COMMIT
*nat
:KUBE-MARK-DROP - [0:0]
-A KUBE-MARK-DROP -j MARK --or-mark 0x8000
-A POSTROUTING -s ${node.podNetwork[family]} ! -d ${cluster} -m comment --comment "pods of this node, leaving" -j MASQUERADE
COMMIT
*filter
:FORWARD DROP [0:0]
-A FORWARD -s ${cluster} -m comment --comment "pods" -j ACCEPT
-A FORWARD -d ${cluster} -m comment --comment "pods" -j ACCEPT
COMMIT
`;
}
