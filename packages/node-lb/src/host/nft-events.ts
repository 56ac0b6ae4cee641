/** Chains that others hang their rules on, and we our jumps. */
const baseChains = new Set(['PREROUTING', 'OUTPUT', 'POSTROUTING', 'FORWARD']);

/**
 * Whether a line of `nft monitor destroy` may mean that rules of ours are gone: something of ours was removed, or a rule
 * in a chain where our jumps are, or events were lost. iptables-nft is told of as well. Elements of sets do not count:
 * they come and go with every change of our own, and whoever flushes a ruleset removes rules, too.
 */
export function isLoss(line: string, prefix: string): boolean {
  if (line.startsWith('#')) return true;
  const [verb, what, family, table, name = ''] = line.split(' ');
  if (verb !== 'delete' || what === 'element') return false;
  if (table === prefix || name.startsWith(`${prefix.toUpperCase()}-`)) return true;
  return (family === 'ip' || family === 'ip6') && baseChains.has(name);
}
