import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { portText } from '../address/port-range.ts';
import type { RuleSet } from '../plan/rule-set.ts';
import { joinedRules } from './joined-rules.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';

const { signal } = new AbortController();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Both places, and a diary of the plans that they are brought to. */
function joined(): { rules: RuleSet; diary: string[] } {
  const diary: string[] = [];
  const place = (name: string): RuleSet => ({
    apply: async ({ ports }) => {
      diary.push(`${name} ${ports.map((port) => `${portText(port)} ${port.target.kind}`).join(', ')}`.trim());
      return { changed: true };
    },
    verify: async () => [],
    remove: async () => {},
  });
  return { rules: joinedRules({ host: place('host'), inner: place('inner') }), diary };
}

test.each([
  ['goes', planOf(), 'host', 'inner'],
  ['becomes Local', planOf(localPort(80)), 'host TCP/80 local', 'inner TCP/80 local'],
] as const)(
  'a port that %s is known in the namespace until what is on its way has come',
  async (_, plan, onHost, inside) => {
    const { rules, diary } = joined();
    await rules.apply(planOf(clusterPort(80)), signal);
    diary.splice(0);
    const applied = rules.apply(plan, signal);
    await vi.advanceTimersByTimeAsync(49);
    expect(diary).toEqual(['inner TCP/80 cluster', onHost]);
    await vi.advanceTimersByTimeAsync(1);
    await applied;
    expect(diary).toEqual(['inner TCP/80 cluster', onHost, inside]);
  },
);

test('a port that comes, or stays, waits for nothing', async () => {
  const { rules, diary } = joined();
  await rules.apply(planOf(clusterPort(80)), signal);
  await rules.apply(planOf(clusterPort(80), clusterPort(81)), signal);
  expect(diary).toHaveLength(4);
});
