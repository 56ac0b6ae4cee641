import { isDeepStrictEqual } from 'node:util';
import { mapChanges } from '../element-changes.ts';
import type { Difference } from '../../plan/rule-set.ts';
import { tableNames, type FoundJump, type Jump, type OwnTable, type OwnTables } from './own-tables.ts';

/**
 * Our jumps are put first; the second place is as good. Calico puts its own first again and again, and whoever fights
 * for the first place with it loses the time of both.
 */
const lastGoodPosition = 2;

const noTable: OwnTable<never> = { chains: new Map(), jumps: [] };

/** Inputs of iptables-restore --noflush. */
export interface TableScripts {
  /** Makes the rules that limit ports, which are those before connection tracking. */
  readonly limiting: string;
  /** Makes what else is missing. */
  readonly making: string;
  /** Takes away what is too much. */
  readonly clearing: string;
}

/** How the tables differ, in words that begin with the program's name. */
export function tablesDifferences(
  program: string,
  wanted: OwnTables,
  found: OwnTables<Jump | FoundJump>,
): Difference[] {
  return tableNames.flatMap((name) => {
    const want = wanted.get(name) ?? noTable;
    const have = found.get(name) ?? noTable;
    const { changed, gone } = chainChanges(want, have);
    const { missing, tooMany } = jumpChanges(want.jumps, have.jumps);
    const where = `of ${program} table ${name}`;
    return [
      ...changed.map(([chain, rules]) => {
        const existing = have.chains.get(chain);
        if (!existing) return `chain ${chain} ${where} is missing`;
        return existing.length === 0 && rules.length > 0
          ? `chain ${chain} ${where} is empty`
          : `chain ${chain} ${where} has other rules`;
      }),
      ...gone.map((chain) => `chain ${chain} ${where} should not be there`),
      ...missing.map(({ chain, rule }) => `chain ${chain} ${where} lacks "${rule}" at its beginning`),
      ...tooMany.map(
        ({ chain, rule }) => `chain ${chain} ${where} has "${rule}" too many or at the wrong place`,
      ),
    ];
  });
}

/** What to run to bring what is found to what is wanted; empty texts when they are equal. */
export function tableScripts(wanted: OwnTables, found: OwnTables<Jump | FoundJump>): TableScripts {
  const limiting: string[] = [];
  const making: string[] = [];
  const clearing: string[] = [];
  for (const name of tableNames) {
    const want = wanted.get(name) ?? noTable;
    const have = found.get(name) ?? noTable;
    const { changed, gone } = chainChanges(want, have);
    const { missing, tooMany } = jumpChanges(want.jumps, have.jumps);
    // A jump that moves is taken out and put in within one transaction; one that goes for good goes with its chain.
    const moved = missing.length > 0 ? tooMany : [];
    const left = missing.length > 0 ? [] : tooMany;
    (name === 'raw' ? limiting : making).push(
      ...inTable(name, [
        ...changed.map(([chain]) => `:${chain} - [0:0]`),
        ...changed.flatMap(([chain, rules]) => rules.map((rule) => `-A ${chain} ${rule}`)),
        ...moved.map(({ chain, rule }) => `-D ${chain} ${rule}`),
        ...missing.map(({ chain, rule }) => `-I ${chain} 1 ${rule}`),
      ]),
    );
    clearing.push(
      ...inTable(name, [
        ...left.map(({ chain, rule }) => `-D ${chain} ${rule}`),
        ...gone.map((chain) => `-F ${chain}`),
        ...gone.map((chain) => `-X ${chain}`),
      ]),
    );
  }
  return { limiting: limiting.join(''), making: making.join(''), clearing: clearing.join('') };
}

function inTable(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`*${name}`, ...lines, 'COMMIT'].map((line) => `${line}\n`);
}

function chainChanges(wanted: OwnTable, found: OwnTable) {
  const { added, removed } = mapChanges(wanted.chains, found.chains, isDeepStrictEqual);
  return {
    changed: added,
    gone: removed.flatMap(([chain]) => (wanted.chains.has(chain) ? [] : [chain])),
  };
}

/** A jump is right when it is there once and near the beginning; else all of its copies go and one comes. */
function jumpChanges(wanted: readonly Jump[], found: readonly (Jump | FoundJump)[]) {
  const right = wanted.filter((jump) => {
    const copies = found.filter((each) => isSame(jump, each));
    return (
      copies.length === 1 &&
      copies.every((copy) => !('position' in copy) || copy.position <= lastGoodPosition)
    );
  });
  const isRight = (jump: Jump): boolean => right.some((each) => isSame(jump, each));
  return {
    missing: wanted.filter((jump) => !isRight(jump)),
    tooMany: found.filter((jump) => !isRight(jump)),
  };
}

function isSame(one: Jump, other: Jump): boolean {
  return one.chain === other.chain && one.rule === other.rule;
}
