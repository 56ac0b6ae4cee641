import { NodeLbError } from '../../errors.ts';
import { isOwnerMark, type RuleNames } from '../owner.ts';
import { tableNames, type FoundJump, type OwnTables, type TableName } from './own-tables.ts';

interface SavedTable {
  readonly chains: Map<string, string[]>;
}

/**
 * What is ours in the output of iptables-save: chains under our prefix, rules that bear an owner mark, and the chains
 * that such rules lead to, whatever their prefix. Rules of others that lead into a chain of ours count as ours, since
 * the chain could not be removed beside them.
 */
export function ownTables(saved: string, names: RuleNames): OwnTables<FoundJump> {
  return new Map([...parseSaved(saved)].map(([name, table]) => [name, ownTable(table, names)]));
}

function ownTable({ chains }: SavedTable, names: RuleNames) {
  const all = [...chains].flatMap(([chain, rules]) =>
    rules.map((rule, index) => ({ chain, rule, position: index + 1 })),
  );
  const targets = new Set(all.flatMap(({ rule }) => (isMarked(rule) ? (jumpTarget(rule) ?? []) : [])));
  const ownChains = new Set(
    [...chains.keys()].filter((chain) => chain.startsWith(names.chainPrefix) || targets.has(chain)),
  );
  const jumps = all.filter(
    ({ chain, rule }) => !ownChains.has(chain) && (isMarked(rule) || ownChains.has(jumpTarget(rule) ?? '')),
  );
  return { chains: new Map([...ownChains].map((chain) => [chain, chains.get(chain)!])), jumps };
}

function isMarked(rule: string): boolean {
  const comment = /--comment (?:"([^"]*)"|(\S+))/.exec(rule);
  return comment !== null && isOwnerMark(comment[1] ?? comment[2] ?? '');
}

/** The chain a rule jumps to; built-in targets come with options of their own and are no chains of the table. */
function jumpTarget(rule: string): string | undefined {
  return /(?:^| )-[jg] (\S+)/.exec(rule)?.[1];
}

/** Every chain of our tables with its rules, without counters. */
function parseSaved(saved: string): Map<TableName, SavedTable> {
  const tables = new Map<TableName, SavedTable>();
  let table: SavedTable | undefined;
  for (const line of saved.split('\n')) {
    if (line.startsWith('# Table `') && line.includes('is incompatible')) throw incompatible(line);
    if (line.startsWith('*')) {
      const name = tableNames.find((each) => line === `*${each}`);
      table = name && { chains: new Map() };
      if (name && table) tables.set(name, table);
    } else if (table && line.startsWith(':')) {
      table.chains.set(line.slice(1, line.indexOf(' ')), []);
    } else if (table && line.startsWith('-A ')) {
      const end = line.indexOf(' ', 3);
      table.chains.get(line.slice(3, end))?.push(line.slice(end + 1));
    }
  }
  return tables;
}

function incompatible(line: string): NodeLbError {
  return new NodeLbError(
    'Unsupported',
    `iptables cannot read what nft wrote into its tables (${line.slice(2)}); remove those rules, or use the backend nftables`,
  );
}
