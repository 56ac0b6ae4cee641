import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Family } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import type { Commands } from './commands.ts';
import { programJson } from './program-json.ts';

/** The ways in which iptables is kept in the kernel. */
export type IptablesBackend = 'iptables-nft' | 'iptables-legacy';

/** A table of iptables, by the names of its chains. */
interface IptablesTable {
  readonly backend: IptablesBackend;
  readonly family: Family;
  /** `filter`, `nat`, `mangle` … */
  readonly table: string;
  /** Of the legacy backend only in `nat` and `mangle`. */
  readonly chains: ReadonlySet<string>;
}

const NftChain = Type.Object({
  family: Type.String(),
  table: Type.String(),
  name: Type.String(),
  hook: Type.Optional(Type.String()),
  policy: Type.Optional(Type.String()),
});
/** A chain of nftables that iptables did not make. */
export type NftChain = Static<typeof NftChain>;

/** Who has which chains in a network. Rules are not read, so this is cheap on any node. */
export interface Netfilter {
  readonly iptables: readonly IptablesTable[];
  readonly nft: readonly NftChain[];
}

const NftList = Type.Object({ nftables: Type.Array(Type.Object({ chain: Type.Optional(NftChain) })) });
const iptablesNames = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);
const iptablesBase = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);
const nftFamilies: Readonly<Record<string, Family>> = { ip: 'IPv4', ip6: 'IPv6' };

/**
 * Reads who has which chains. A legacy table is looked at only where the kernel has it already: asking for one makes it.
 *
 * @throws {NodeLbError} `ProgramMissing` without nft, or without iptables-legacy on a node that has legacy tables.
 */
export async function readNetfilter(commands: Commands, signal: AbortSignal): Promise<Netfilter> {
  const [chains, legacy] = await Promise.all([nftChains(commands, signal), legacyTables(commands, signal)]);
  const byTable = Map.groupBy(chains.filter(isIptables), ({ family, table }) => `${family} ${table}`);
  const tables = [...byTable.values()].map((own): IptablesTable => ({
    backend: 'iptables-nft',
    family: nftFamilies[own[0]!.family]!,
    table: own[0]!.table,
    chains: new Set(own.map(({ name }) => name)),
  }));
  return { iptables: [...tables, ...legacy], nft: chains.filter((chain) => !isIptables(chain)) };
}

/** A table that people wrote for nft may be called as one of iptables, but its chains at hooks hardly are. */
function isIptables({ family, table, name, hook }: NftChain): boolean {
  if (!(family in nftFamilies) || !iptablesNames.has(table)) return false;
  return hook === undefined || iptablesBase.has(name);
}

async function nftChains(commands: Commands, signal: AbortSignal): Promise<NftChain[]> {
  const { stdout } = await commands.run('nft', ['-j', 'list', 'chains'], { signal });
  const list = stdout.trim() === '' ? { nftables: [] } : programJson('nft', stdout);
  if (!Value.Check(NftList, list)) {
    throw new NodeLbError(
      'ProgramFailed',
      'nft listed its chains in a form that is not known; is it older than 1.0?',
    );
  }
  return list.nftables.flatMap(({ chain }) => (chain ? [chain] : []));
}

const legacyFiles = [
  ['IPv4', '/proc/net/ip_tables_names', 'iptables-legacy-save'],
  ['IPv6', '/proc/net/ip6_tables_names', 'ip6tables-legacy-save'],
] as const;

async function legacyTables(commands: Commands, signal: AbortSignal): Promise<IptablesTable[]> {
  const files = legacyFiles.map(([, file]) => file);
  const { stdout } = await commands.run('grep', ['-sH', '.', ...files], { signal, acceptable: [1, 2] });
  const lines = stdout.trim().split('\n');
  const reading = legacyFiles.flatMap(([family, file, program]) =>
    lines
      .filter((line) => line.startsWith(`${file}:`))
      .map((line) => line.slice(file.length + 1))
      .filter((table) => iptablesNames.has(table))
      .map(async (table): Promise<IptablesTable> => {
        const isMarked = table === 'nat' || table === 'mangle';
        const saved = isMarked ? await commands.run(program, ['-t', table], { signal }) : undefined;
        const names = saved?.stdout.matchAll(/^:(\S+)/gm).map(([, name]) => name!) ?? [];
        return { backend: 'iptables-legacy', family, table, chains: new Set(names) };
      }),
  );
  return Promise.all(reading);
}
