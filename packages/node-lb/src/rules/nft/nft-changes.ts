import { isDeepStrictEqual } from 'node:util';
import { elementDifferences, elementText, mapChanges } from '../element-changes.ts';
import { OWNER_MARK } from '../owner.ts';
import type { Difference } from '../../plan/rule-set.ts';
import type { NftChain, NftSet, NftTable, NftTables } from './nft-table.ts';

/** How the tables differ, in words. */
export function tableDifferences(wanted: NftTables, found: NftTables): Difference[] {
  const differences: Difference[] = [];
  for (const [name, table] of wanted) {
    const existing = found.get(name);
    if (existing) differences.push(...differencesWithin(name, table, existing));
    else differences.push(`nft table inet ${name} is missing`);
  }
  for (const name of found.keys()) {
    if (!wanted.has(name)) differences.push(`nft table inet ${name} should not be there`);
  }
  return differences;
}

function differencesWithin(table: string, wanted: NftTable, found: NftTable): Difference[] {
  const differences: Difference[] = [];
  const where = `of nft table inet ${table}`;
  for (const [name, set] of wanted.sets) {
    const existing = found.sets.get(name);
    if (!existing) differences.push(`set ${name} ${where} is missing`);
    else if (!sameSet(set, existing)) differences.push(`set ${name} ${where} has another type`);
    else differences.push(...elementDifferences(`set ${name} ${where}`, set.elements, existing.elements));
  }
  for (const [name, chain] of wanted.chains) {
    const existing = found.chains.get(name);
    if (!existing) differences.push(`chain ${name} ${where} is missing`);
    else if (!sameHook(chain, existing)) differences.push(`chain ${name} ${where} hangs elsewhere`);
    else if (!sameRules(chain, existing)) differences.push(`chain ${name} ${where} has other rules`);
  }
  for (const set of found.sets.keys()) {
    if (!wanted.sets.has(set)) differences.push(`set ${set} ${where} should not be there`);
  }
  for (const chain of found.chains.keys()) {
    if (!wanted.chains.has(chain)) differences.push(`chain ${chain} ${where} should not be there`);
  }
  return differences;
}

/**
 * The texts of the transactions that bring what is found to what is wanted; none when they are equal. It is one, unless
 * an element moves from one set to another, as a port does that is exposed in another way: a packet that asks one set
 * after the other may do so before the transaction in the first and after it in the second, and would find it in neither.
 * So such elements come first, in a transaction in which nothing goes.
 */
export function transactions(wanted: NftTables, found: NftTables): string[] {
  const steps = [wanted];
  if ([...wanted].some(([name, table]) => hasMoves(table, found.get(name)))) {
    steps.unshift(new Map([...wanted].map(([name, table]) => [name, union(table, found.get(name))])));
  }
  let before = found;
  const texts = steps.map((after) => {
    const text = transaction(after, before);
    before = after;
    return text;
  });
  return texts.filter((text) => text !== '');
}

function hasMoves(wanted: NftTable, found: NftTable = noTable): boolean {
  const gone = new Set<string>();
  for (const [name, { elements }] of found.sets) {
    const stay = wanted.sets.get(name)?.elements;
    for (const key of elements.keys()) if (!stay?.has(key)) gone.add(key);
  }
  if (gone.size === 0) return false;
  return [...wanted.sets].some(([name, { elements }]) => {
    const before = found.sets.get(name)?.elements;
    return [...gone].some((key) => elements.has(key) && !before?.has(key));
  });
}

/** What is wanted, and all else that is found in a table of the same frame. */
function union(wanted: NftTable, found: NftTable = noTable): NftTable {
  if (!sameFrame(wanted, found)) return wanted;
  const sets = [...wanted.sets].map(([name, set]): [string, NftSet] => {
    const elements = new Map([...(found.sets.get(name)?.elements ?? []), ...set.elements]);
    return [name, { ...set, elements }];
  });
  return {
    sets: new Map([...found.sets, ...sets]),
    chains: new Map([...found.chains, ...wanted.chains]),
  };
}

/** The text of one transaction that brings what is found to what is wanted; empty when they are equal. */
function transaction(wanted: NftTables, found: NftTables): string {
  const lines: string[] = [];
  for (const name of found.keys()) {
    if (!wanted.has(name)) lines.push(`delete table inet ${name}`);
  }
  for (const [name, table] of wanted) {
    const existing = found.get(name);
    if (existing && sameFrame(table, existing)) {
      lines.push(...changesWithin(name, table, existing));
    } else {
      if (existing) lines.push(`delete table inet ${name}`);
      lines.push(`add table inet ${name}`, ...changesWithin(name, table, noTable));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

const noTable: NftTable = { sets: new Map(), chains: new Map() };

/** Types and hooks cannot be changed in place. */
function sameFrame(wanted: NftTable, found: NftTable): boolean {
  const sets = [...found.sets].every(([name, set]) => {
    const other = wanted.sets.get(name);
    return other === undefined || sameSet(set, other);
  });
  const chains = [...found.chains].every(([name, chain]) => {
    const other = wanted.chains.get(name);
    return other === undefined || sameHook(chain, other);
  });
  return sets && chains;
}

function sameSet(one: NftSet, other: NftSet): boolean {
  return one.type === other.type && one.value === other.value && one.interval === other.interval;
}

/** What is referred to is added before and deleted after what refers to it: chains, elements, sets. */
function changesWithin(table: string, wanted: NftTable, found: NftTable): string[] {
  const sets = mapChanges(wanted.sets, found.sets, () => true);
  const chains = mapChanges(wanted.chains, found.chains, sameRules);
  const gone = chains.removed.filter(([name]) => !wanted.chains.has(name));
  const elements = [...wanted.sets].map(([name, set]) => ({
    name,
    ...mapChanges(set.elements, found.sets.get(name)?.elements ?? new Map<string, string>()),
  }));
  return [
    ...sets.added.map(([name, set]) => `add ${setText(table, name, set)}`),
    ...chains.added.flatMap(([name, chain]) =>
      found.chains.has(name)
        ? [`flush chain inet ${table} ${name}`]
        : [`add chain inet ${table} ${name}${hookText(chain)}`],
    ),
    ...chains.added.flatMap(([name, { rules }]) =>
      rules.map(({ text }) => `add rule inet ${table} ${name} ${text} comment "${OWNER_MARK}"`),
    ),
    ...gone.map(([name]) => `flush chain inet ${table} ${name}`),
    ...elements.flatMap(({ name, removed }) =>
      elementsText(
        `delete element inet ${table} ${name}`,
        removed.map(([key]) => key),
      ),
    ),
    ...elements.flatMap(({ name, added }) =>
      elementsText(`add element inet ${table} ${name}`, added.map(elementText)),
    ),
    ...sets.removed.map(
      ([name, { value }]) => `delete ${value === undefined ? 'set' : 'map'} inet ${table} ${name}`,
    ),
    ...gone.map(([name]) => `delete chain inet ${table} ${name}`),
  ];
}

function sameHook(one: NftChain, other: NftChain): boolean {
  return isDeepStrictEqual(one.hook, other.hook);
}

function sameRules(one: NftChain, other: NftChain): boolean {
  return (
    one.rules.length === other.rules.length &&
    one.rules.every(({ form }, index) => form === other.rules[index]!.form)
  );
}

function setText(table: string, name: string, { type, value, interval }: NftSet): string {
  const kind = value === undefined ? 'set' : 'map';
  const values = value === undefined ? '' : ` : ${value}`;
  return `${kind} inet ${table} ${name} { type ${type}${values};${interval ? ' flags interval;' : ''} }`;
}

function hookText({ hook }: NftChain): string {
  if (!hook) return '';
  return ` { type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy accept; }`;
}

function elementsText(command: string, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`${command} { ${elements.join(', ')} }`];
}
