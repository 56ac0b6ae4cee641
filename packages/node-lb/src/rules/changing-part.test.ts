import { serves } from '../plan/served-family.ts';
import { describe, expect, test } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import { changingPart } from './changing-part.ts';
import { families } from './families.ts';
import { wantedSets, type IpSets } from './iptables/ip-sets.ts';
import { addingTimes, setScripts } from './iptables/set-changes.ts';
import { tableScripts } from './iptables/table-changes.ts';
import { wantedTables } from './iptables/wanted-tables.ts';
import { hostTable } from './nft/host-table.ts';
import { innerTable } from './nft/inner-table.ts';
import { transactions } from './nft/nft-changes.ts';
import { ruleNames } from './owner.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';
import { changedPlan, randomNumbers, randomPlan } from './testing/random-plan.ts';

const names = ruleNames('armillary');
const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

/** All that is written to come from one plan to the other, in every way there is; the order of elements does not matter. */
function written(before: NodePlan, after: NodePlan): unknown {
  const inNft = [hostTable, innerTable].map((table) =>
    transactions(
      new Map([['armillary', table(after, defaultLink)]]),
      new Map([['armillary', table(before, defaultLink)]]),
    ),
  );
  const inIptables = families.flatMap((words) => {
    const isUsed = ({ ports }: NodePlan) => ports.some((port) => serves(port, words.family));
    const tables = (plan: NodePlan) =>
      isUsed(plan) ? wantedTables(plan, words, 'all', names, defaultLink) : new Map<never, never>();
    const sets = (plan: NodePlan): IpSets =>
      new Map(isUsed(plan) ? wantedSets(plan, words, names, 'all') : []);
    const timeOf = addingTimes(names);
    return [tableScripts(tables(after), tables(before)), setScripts(sets(after), sets(before), timeOf)];
  });
  return [...inNft, ...inIptables.flatMap((scripts) => Object.values(scripts))].map(
    (script: string | string[]) =>
      typeof script === 'string'
        ? script
            .split(/[\n,]|[{}]/)
            .map((word) => word.trim())
            .sort()
        : script,
  );
}

describe('the changing part of two plans', () => {
  test.each(seeds)('comes to the same as the whole of them, whatever they are, seed %i', (seed) => {
    const random = randomNumbers(seed);
    let before = randomPlan(random, 12);
    for (let change = 0; change < 10; change++) {
      // Some ports stay as they are, some as equal ones, and most of those that stay are by themselves.
      const plain = planOf(clusterPort(2000 + Math.floor(random() * 3)), clusterPort(3000, 'UDP'));
      const others = random() < 0.2 ? randomPlan(random, 12) : changedPlan(before, random);
      const after = planOf(...others.ports.filter(({ port }) => port < 2000 || port > 3000), ...plain.ports);
      const part = changingPart(before, after) ?? { before: { ports: [] }, after: { ports: [] } };
      expect(written(part.before, part.after)).toEqual(written(before, after));
      before = after;
    }
  });

  test('is as small as the change, beside many open ports of the policy Cluster', () => {
    const many = Array.from({ length: 1000 }, (_, index) => clusterPort(index + 1));
    const part = changingPart(planOf(...many), planOf(...many, clusterPort(2000)));
    expect(part?.before.ports.length).toBeLessThanOrEqual(families.length);
    expect(part?.after.ports.length).toBeLessThanOrEqual(families.length + 1);
  });

  test('is none of equal plans, be they the same objects or not', () => {
    const plan = planOf(clusterPort(80), localPort(90));
    expect(changingPart(plan, { ports: [...plan.ports] })).toBeUndefined();
    expect(changingPart(plan, structuredClone(plan))).toBeUndefined();
  });
});
