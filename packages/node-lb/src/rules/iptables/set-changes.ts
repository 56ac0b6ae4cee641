import { elementDifferences, mapChanges } from '../element-changes.ts';
import type { Difference } from '../rule-set.ts';
import type { IpSet, IpSets } from './ip-sets.ts';

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

/** Inputs of `ipset restore`, in the order in which they may be run around the change of the chains. */
export interface SetScripts {
  /** Makes sets and adds what must be true before traffic is steered anew. */
  readonly before: string;
  /** Steers traffic anew, then takes away what no longer is. */
  readonly after: string;
  /** Names of sets that no rule asks any more. */
  readonly unused: readonly string[];
}

/**
 * What to run to bring what is found to what is wanted. An ipset transaction does not exist, so each port goes from one
 * right state to the next by the order alone: its limits are there before it is open, a new way before the old one goes.
 * That is also why elements are added and deleted one by one, and sets are not swapped: a swap of one set would come
 * before or after the swap of another one, for all ports at once.
 */
export function setScripts(wanted: IpSets, found: IpSets, steering: readonly string[]): SetScripts {
  const before: string[] = [];
  const steer: string[] = [];
  const unsteer: string[] = [];
  const after: string[] = [];
  const names = [...wanted.keys()];
  const inOrder = [
    ...names.filter((name) => !steering.includes(name)).reverse(),
    ...steering.filter((name) => wanted.has(name)),
  ];
  for (const name of inOrder) {
    const { header, elements } = wanted.get(name)!;
    const existing = found.get(name);
    // A set of the same name and another type cannot be taken over; ipset refuses to make it and says so.
    if (existing?.header !== header) before.push(`create ${name} ${header} maxelem ${maxElements}\n`);
    const { added, removed } = mapChanges(elements, (existing ?? noSet).elements);
    const isSteering = steering.includes(name);
    const adding = isSteering ? steer : before;
    const removing = isSteering ? unsteer : after;
    for (const [element] of added) adding.push(`add ${name} ${element}\n`);
    for (const [element] of removed) removing.push(`del ${name} ${element}\n`);
  }
  // Limits end before what they allow: the other way round nobody would be allowed for a moment.
  after.reverse();
  return {
    before: before.join(''),
    after: [...steer, ...unsteer, ...after].join(''),
    unused: [...found.keys()].filter((name) => !wanted.has(name)),
  };
}
