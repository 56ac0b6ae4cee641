import { NodeLbError } from '../errors.ts';
import type { StreamingCommands } from './commands.ts';

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

/**
 * The lines of `nft monitor destroy`. As long as somebody reads them, open connections survive it when others flush all
 * rules. The kernel tracks connections only while some rule asks for their state, and translates what it tracks only
 * while there is a NAT chain; the process that listens owns both, in a table that nobody else can flush and that goes
 * with it. Kernels before 5.12 know no owners; there it only listens.
 *
 * Throws as {@link StreamingCommands.follow} does.
 */
export async function* destroyedInNft(
  commands: StreamingCommands,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<string> {
  const chain = 'chain hold { type nat hook postrouting priority 300; policy accept; ct state new; }';
  const orders = `add table inet ${prefix}-hooks { flags owner; ${chain}; }\nmonitor destroy\n`;
  try {
    yield* commands.follow('nft', ['-i'], signal, orders);
  } catch (error) {
    const isBuiltWithout =
      error instanceof NodeLbError && error.message.includes('not supported in this build');
    if (!isBuiltWithout) throw error;
    yield* commands.follow('nft', ['monitor', 'destroy'], signal);
  }
}
