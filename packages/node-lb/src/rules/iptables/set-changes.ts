import { elementDifferences, mapChanges } from '../element-changes.ts';
import { families } from '../families.ts';
import type { RuleNames } from '../owner.ts';
import type { ElementSet } from '../port-elements.ts';
import type { Difference } from '../../plan/rule-set.ts';
import { numberedElement, type IpSet, type IpSets } from './ip-sets.ts';

/** Most elements of a set. The kernel takes memory for those that are there only. */
const maxElements = 1024 * 1024;
const noSet: IpSet = { header: '', elements: new Map() };

/** How the sets differ, in words. */
export function setDifferences(wanted: IpSets, found: IpSets): Difference[] {
  const differences: Difference[] = [];
  for (const [name, { header, elements }] of wanted) {
    const existing = found.get(name);
    if (!existing) differences.push(`ipset ${name} is missing`);
    else if (existing.header !== header)
      differences.push(`ipset ${name} is a ${existing.header}, not a ${header}`);
    else differences.push(...elementDifferences(`ipset ${name}`, elements, existing.elements));
  }
  for (const name of found.keys()) {
    if (!wanted.has(name)) differences.push(`ipset ${name} should not be there`);
  }
  return differences;
}

/** When elements of a set are added: before the rules that limit ports are made, before all others, or after these. */
type AddingTime = 'limiting' | 'before' | 'after';

/** The time for each set, by its name. */
export function addingTimes(names: RuleNames): (set: string) => AddingTime {
  const of = (sets: readonly ElementSet[], time: AddingTime): [string, AddingTime][] =>
    families.flatMap(({ family }) => sets.map((set): [string, AddingTime] => [names.set(set, family), time]));
  const times = new Map([...of(['limited', 'allowed'], 'limiting'), ...of(['local'], 'after')]);
  return (set) => times.get(set) ?? 'before';
}

/** Inputs of `ipset restore`, around the changes of the chains. */
export interface SetScripts {
  /** Makes sets and adds to those that limit ports. */
  readonly limiting: string;
  /** Adds to all others but those that need new chains. */
  readonly before: string;
  /** Adds to those, then deletes from all. */
  readonly after: string;
  /** Names of sets that no rule asks any more. */
  readonly unused: readonly string[];
}

/**
 * What to run to bring what is found to what is wanted. An ipset transaction does not exist, so each port goes from one
 * right state to the next by the order alone: sets are added to from the last to the first, and deleted from in their own
 * order. That is also why sets are not swapped as a whole: the swap of one would come before or after that of another
 * one, for all ports at once.
 */
export function setScripts(wanted: IpSets, found: IpSets, timeOf: (set: string) => AddingTime): SetScripts {
  const created: string[] = [];
  const adding: Record<AddingTime, string[]> = { limiting: [], before: [], after: [] };
  const deleting: string[] = [];
  for (const [name, { header, elements }] of wanted) {
    const existing = found.get(name);
    // A set of the same name and another type cannot be taken over; ipset refuses to make it and says so.
    if (existing?.header !== header) created.push(`create ${name} ${header} maxelem ${maxElements}\n`);
    const { added, removed } = mapChanges(elements, (existing ?? noSet).elements);
    const lines = added.map(([element]) => `add ${name} ${numberedElement(element)}\n`).join('');
    adding[timeOf(name)].unshift(lines);
    deleting.push(...removed.map(([element]) => `del ${name} ${numberedElement(element)}\n`));
  }
  return {
    limiting: [...created, ...adding.limiting].join(''),
    before: adding.before.join(''),
    after: [...adding.after, ...deleting].join(''),
    unused: [...found.keys()].filter((name) => !wanted.has(name)),
  };
}
