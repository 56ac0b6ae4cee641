import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { innerRules } from './inner-rules.ts';
import { defaultLink } from '../plan/link.ts';
import type { RuleSet } from '../plan/rule-set.ts';
import { canTryRules } from './testing/available.ts';
import { clusterPort, planOf } from './testing/plans.ts';
import { changedPlan, randomNumbers, randomPlan } from './testing/random-plan.ts';
import { hostBackends, RuleSpace } from './testing/rule-space.ts';

const { signal } = new AbortController();
const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

const kinds: readonly (readonly [string, (space: RuleSpace) => RuleSet])[] = [
  ...hostBackends.map((backend) => [backend, (space: RuleSpace) => space.hostRules(backend)] as const),
  [
    'nftables with iptables letting pass',
    (space) => space.hostRules('nftables', { forwardBackends: ['iptables-nft', 'iptables-legacy'] }),
  ],
  ['the bounce namespace', ({ commands }) => innerRules({ commands, link: defaultLink })],
];

describe.skipIf(!canTryRules('installed plans')).each(kinds)('plans installed in %s', (_, rulesIn) => {
  let space: RuleSpace;
  beforeAll(async () => (space = await RuleSpace.create()));
  afterAll(() => space.remove());

  test.each(seeds)(
    'are read back as they were wanted, whatever they are and were before, seed %i',
    async (seed) => {
      const random = randomNumbers(seed);
      let plan = randomPlan(random, 12);
      const rules = rulesIn(space);
      await rules.apply(plan, signal);
      for (let change = 0; change < 4; change++) {
        expect(await rulesIn(space).verify(plan, signal)).toEqual([]);
        plan = change % 2 === 1 ? randomPlan(random, 12) : changedPlan(plan, random);
        await rules.apply(plan, signal);
      }
      expect(await rulesIn(space).verify(plan, signal)).toEqual([]);
      expect(await rulesIn(space).apply(plan, signal)).toEqual({ changed: false });
      expect(await rules.apply(plan, signal)).toEqual({ changed: false });
    },
  );

  test('are brought from any state to any other one without what came between', async () => {
    const random = randomNumbers(77);
    const plan = randomPlan(random, 12);
    const rules = rulesIn(space);
    for (let change = 0; change < 12; change++) await rules.apply(randomPlan(random, 12), signal);
    await rules.apply(plan, signal);
    const churned = await space.everything();
    await rules.remove(signal);
    await rules.apply(plan, signal);
    const sorted = (text: string) => text.split('\n').sort();
    expect(sorted(churned)).toEqual(sorted(await space.everything()));
  });

  test('do not matter in which order calls come: they wait for each other', async () => {
    const rules = rulesIn(space);
    const plans = [1, 2, 3, 4].map((count) =>
      planOf(...Array.from({ length: count }, (__, index) => clusterPort(index + 1))),
    );
    await Promise.all(plans.map((plan) => rules.apply(plan, signal)));
    expect(await rulesIn(space).verify(plans.at(-1)!, signal)).toEqual([]);
  });

  test('leave nothing when removed', async () => {
    const rules = rulesIn(space);
    await rules.apply(randomPlan(randomNumbers(5), 12), signal);
    await rules.remove(signal);
    expect(await space.everything()).not.toMatch(/armillary/i);
    await rules.remove(signal);
  });
});
