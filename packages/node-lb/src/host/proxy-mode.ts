import type { ProxyMode } from '../kinds/agent-lease.ts';
import type { Commands } from './commands.ts';
import type { IpInterface } from './ip-facts.ts';
import type { Netfilter } from './netfilter.ts';

/** The table of kube-proxy's nftables mode, in the families ip and ip6. */
const PROXY_TABLE = 'kube-proxy';

/** The interface on which kube-proxy's IPVS mode puts every cluster IP, and every published address of a Service. */
export const IPVS_INTERFACE = 'kube-ipvs0';

/** Cilium's own interface on a node. */
const CILIUM_INTERFACE = 'cilium_host';

/**
 * How Services are served on the node, by what their proxy keeps in the kernel. In IPVS mode kube-proxy has iptables
 * chains as well, so that comes first. Beside Cilium, rules of kube-proxy mean that kube-proxy does it, unless they are
 * what is left of one that Cilium replaced.
 */
export function proxyModeOf(
  netfilter: Netfilter,
  interfaces: readonly IpInterface[],
  hasVirtualServers: boolean,
): ProxyMode {
  const has = (name: string): boolean => interfaces.some(({ ifname }) => ifname === name);
  if (has(IPVS_INTERFACE)) return 'ipvs';
  if (hasProxyTable(netfilter)) return 'nftables';
  const hasCilium = has(CILIUM_INTERFACE);
  if (hasServiceChains(netfilter) && (!hasCilium || hasCanary(netfilter))) return 'iptables';
  if (hasCilium) return 'cilium';
  // Something else than kube-proxy that serves by IPVS, such as kube-router.
  return hasVirtualServers ? 'ipvs' : 'none';
}

/** Whether kube-proxy keeps its rules in a table of nft. */
export function hasProxyTable({ nft }: Netfilter): boolean {
  return nft.some(({ table, family }) => table === PROXY_TABLE && (family === 'ip' || family === 'ip6'));
}

/** Whether the kernel's IPVS has any virtual server (`/proc/net/ip_vs`). */
export async function hasVirtualServers(commands: Commands, signal: AbortSignal): Promise<boolean> {
  const pattern = '^(TCP|UDP|SCTP|FWM) ';
  const { code } = await commands.run('grep', ['-sqE', pattern, '/proc/net/ip_vs'], {
    signal,
    acceptable: [1, 2],
  });
  return code === 0;
}

/** The empty chain by which a kube-proxy that is at work notices that its rules were flushed. */
function hasCanary({ iptables }: Netfilter): boolean {
  return iptables.some(({ table, chains }) => table === 'mangle' && chains.has('KUBE-PROXY-CANARY'));
}

/** kubelet has chains of its own in nat; this one is kube-proxy's alone. */
function hasServiceChains({ iptables }: Netfilter): boolean {
  return iptables.some(({ table, chains }) => table === 'nat' && chains.has('KUBE-SERVICES'));
}
