import type { HostBackendName } from '../plan/rule-set.ts';
import type { Commands } from './commands.ts';
import { hasProxyTable } from './proxy-mode.ts';
import type { IptablesBackend, Netfilter } from './netfilter.ts';

/** Chains by which kubelet and kube-proxy mark the backend they use; they hold no rules (KEP-3178 and before it). */
const marks = ['KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY', 'KUBE-PROXY-CANARY'];
const iptablesBackends = ['iptables-nft', 'iptables-legacy'] as const;

/**
 * The backend that the node's own rules belong in. kube-proxy's nft table comes first, for kubelet leaves its mark in
 * iptables all the same; then the backend with a mark; of two that have one, or none, the one with more rules: a node may
 * have been changed from one to the other. Kernel modules say nothing: either may be built in.
 */
export async function backendOf(
  netfilter: Netfilter,
  commands: Commands,
  signal: AbortSignal,
): Promise<HostBackendName> {
  if (hasProxyTable(netfilter)) return 'nftables';
  const inUse = iptablesBackends.filter((one) => netfilter.iptables.some(({ backend }) => backend === one));
  const marked = inUse.filter((one) => isMarked(netfilter, one));
  const [first, second] = marked.length > 0 ? marked : inUse;
  if (first === undefined) return 'nftables';
  if (second === undefined)
    return marked.length > 0 || (await ruleCount(first, commands, signal)) > 0 ? first : 'nftables';
  const [count, other] = await Promise.all([
    ruleCount(first, commands, signal),
    ruleCount(second, commands, signal),
  ]);
  if (marked.length === 0 && count + other === 0) return 'nftables';
  return other > count ? second : first;
}

/**
 * The backends whose FORWARD chain our traffic must be let through, whatever kube-proxy uses: an accept in one does not
 * overrule a drop in the other. A chain that accepts everything now may drop tomorrow.
 */
export function forwardBackendsOf({ iptables }: Netfilter): IptablesBackend[] {
  return iptablesBackends.filter((one) =>
    iptables.some(
      ({ backend, table, chains }) =>
        backend === one && table === 'filter' && (one === 'iptables-legacy' || chains.has('FORWARD')),
    ),
  );
}

function isMarked({ iptables }: Netfilter, backend: IptablesBackend): boolean {
  return iptables.some((table) => table.backend === backend && marks.some((mark) => table.chains.has(mark)));
}

/** Rules of both families, without our own: they shall not hold us where nobody else is any more. */
async function ruleCount(backend: IptablesBackend, commands: Commands, signal: AbortSignal): Promise<number> {
  const kind = backend.slice('iptables-'.length);
  const saving = ['iptables', 'ip6tables'].map(async (program) => {
    // Fails on tables that nft filled with what iptables cannot say; those are not the backend's rules.
    const { stdout } = await commands.run(`${program}-${kind}-save`, [], { signal, acceptable: [1] });
    return stdout.split('\n').filter((line) => line.startsWith('-A ') && !/armillary/i.test(line)).length;
  });
  return (await Promise.all(saving)).reduce((sum, count) => sum + count, 0);
}
