import { spawnSync } from 'node:child_process';

const programs = ['ip', 'nft', 'ipset', 'iptables-nft-restore', 'iptables-legacy-restore', 'python3'];

/** Whether rules can be tried in network namespaces. Says so loudly when not, and throws in CI. */
export function canTryRules(suite: string): boolean {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot && missing.length === 0) return true;
  const need = isRoot ? missing.join(', ') : 'root on Linux';
  const message = `${suite} is NOT RUN: it needs ${need}`;
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`${message}\n`);
  return false;
}
