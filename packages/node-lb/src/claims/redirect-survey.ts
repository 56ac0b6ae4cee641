import { NodeLbError } from '../errors.ts';
import type { Commands } from '../host/commands.ts';
import { redirectsOf, type ForeignRedirect } from './foreign-redirect.ts';
import { parseIptablesNat } from './iptables-nat.ts';
import { natTables, parseNftNat } from './nft-nat.ts';

/** kube-proxy's own tables are large, and the API says what is in them. */
const unread = ['ip kube-proxy', 'ip6 kube-proxy'];
/** Listings with more than this, or that take longer, are failures. */
const limits = { maxOutputBytes: 128 * 1024 * 1024, timeoutMs: 15_000 };

/**
 * The ports of the node that rules of others lead elsewhere, as both backends of iptables and nft have them. Programs
 * that are not installed have no rules. Takes tens of milliseconds, more on a node with many rules.
 *
 * Throws `NodeLbError` `ProgramFailed` when rules cannot be read, and the signal's reason when it aborts.
 */
export async function foreignRedirects(commands: Commands, signal: AbortSignal): Promise<ForeignRedirect[]> {
  const read = new RuleReader(commands, signal);
  const redirects: ForeignRedirect[] = [];
  const understood = new Set(unread);
  for (const [family, program, table] of [
    ['IPv4', 'iptables', 'ip nat'],
    ['IPv6', 'ip6tables', 'ip6 nat'],
  ] as const) {
    // Asked for the nat table by name, the legacy program would make one where there is none.
    const legacy = await read.print(`${program}-legacy-save`);
    const nft = await read.print(`${program}-nft-save`, '-t', 'nat');
    const either =
      legacy === undefined && nft === undefined ? await read.print(`${program}-save`) : undefined;
    for (const text of [legacy, nft, either]) {
      if (text !== undefined) redirects.push(...redirectsOf(parseIptablesNat(text, family), 'table nat'));
    }
    // What nft itself wrote into a table of that name, iptables does not read.
    if (nft !== undefined && !nft.includes('is incompatible')) understood.add(table);
  }
  const chains = await read.print('nft', '-j', 'list', 'chains');
  for (const { family, name } of chains === undefined ? [] : natTables(chains)) {
    if (understood.has(`${family} ${name}`)) continue;
    const listing = await read.print('nft', '-j', 'list', 'table', family, name);
    if (listing !== undefined) redirects.push(...redirectsOf(parseNftNat(listing), name));
  }
  return redirects;
}

class RuleReader {
  readonly #commands: Commands;
  readonly #signal: AbortSignal;

  constructor(commands: Commands, signal: AbortSignal) {
    this.#commands = commands;
    this.#signal = signal;
  }

  /** What the program printed; undefined when it is not installed. */
  async print(program: string, ...args: string[]): Promise<string | undefined> {
    try {
      const { stdout } = await this.#commands.run(program, args, { ...limits, signal: this.#signal });
      return stdout;
    } catch (error) {
      if (error instanceof NodeLbError && error.code === 'ProgramMissing') return undefined;
      throw error;
    }
  }
}
