import type { Commands } from '../../host/commands.ts';
import { NodeLbError } from '../../errors.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import { unlessMissing } from '../missing-program.ts';
import type { RulePlace } from '../known-rules.ts';
import { isOwnerMark } from '../owner.ts';
import { tableDifferences, transactions } from './nft-changes.ts';
import { parseChains, parseTable } from './nft-listing.ts';
import type { NftTable, NftTables } from './nft-table.ts';

/**
 * The nft tables of ours in a network namespace. Without a function that makes the wanted one, none is wanted, and a
 * machine without nft has none.
 */
export function nftPlace(
  commands: Commands,
  name: string,
  wantedTable?: (plan: NodePlan) => NftTable,
): RulePlace<NftTables> {
  return {
    nothing: new Map(),
    wanted: (plan) => new Map(wantedTable ? [[name, wantedTable(plan)]] : []),
    differences: tableDifferences,
    read: (signal) => readTables(commands, name, wantedTable !== undefined, signal),
    write: async (wanted, found, signal) => {
      const inputs = transactions(wanted, found);
      for (const input of inputs) await commands.run('nft', ['-f', '-'], { input, signal });
      return inputs.length > 0;
    },
  };
}

/** Reads the table of this name, and all that bear an owner mark: an earlier version may have had another name. */
async function readTables(
  commands: Commands,
  name: string,
  isNeeded: boolean,
  signal: AbortSignal,
): Promise<NftTables> {
  const listing = commands.run('nft', ['-j', 'list', 'chains', 'inet'], { signal });
  const { stdout } = await (isNeeded ? listing : unlessMissing(listing));
  if (stdout === '') return new Map();
  const marked = parseChains(stdout).filter((chain) => isOwnerMark(chain.name));
  const names = new Set([name, ...marked.map(({ table }) => table)]);
  const tables = new Map<string, NftTable>();
  for (const table of names) {
    const listed = await commands.run('nft', ['-j', 'list', 'table', 'inet', table], {
      signal,
      acceptable: [1],
    });
    if (listed.code === 0) tables.set(table, parseTable(listed.stdout));
    else if (!listed.stderr.includes('No such file or directory')) throw unreadable(table, listed.stderr);
  }
  return tables;
}

function unreadable(table: string, stderr: string): NodeLbError {
  return new NodeLbError(
    'ProgramFailed',
    `nft cannot list table inet ${table}: ${stderr.trim().slice(-1000)}`,
  );
}
