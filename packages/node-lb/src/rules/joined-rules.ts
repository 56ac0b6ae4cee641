import { delay, systemClock } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { planDifference } from '../plan/plan-difference.ts';
import type { Difference, RuleSet } from '../plan/rule-set.ts';

/** The two places of a node's rules. */
export interface JoinedRulesOptions {
  readonly host: RuleSet;
  readonly inner: RuleSet;
}

/** How long a packet that was sent into the namespace may take to get there, on a machine with no time for it. */
const onTheWayMs = 50;

/**
 * The rules of a node and of its bounce namespace as one. Both are written at the same time where that cannot be seen;
 * a port that goes on is never sent into the namespace before it is known there, nor forgotten there before it is sent
 * elsewhere.
 */
export function joinedRules({ host, inner }: JoinedRulesOptions): RuleSet {
  let last: NodePlan = { ports: [] };
  return {
    apply: async (plan, signal) => {
      const { leaving, isTurned } = wayChanges(last, plan);
      const meanwhile = leaving.length === 0 ? plan : withPorts(plan, leaving);
      const ahead = inner.apply(meanwhile, signal);
      if (isTurned) await ahead;
      const done = await settled([ahead, host.apply(plan, signal)]);
      if (leaving.length > 0) {
        await delay(systemClock, onTheWayMs, signal);
        done.push(await inner.apply(plan, signal));
      }
      last = plan;
      return { changed: done.some(({ changed }) => changed) };
    },
    verify: async (plan, signal): Promise<Difference[]> => {
      const [onHost, inside] = await settled([host.verify(plan, signal), inner.verify(plan, signal)]);
      return [...onHost!, ...inside!.map((difference) => `${difference} (in the bounce namespace)`)];
    },
    remove: async (signal) => {
      await host.remove(signal);
      await inner.remove(signal);
    },
  };
}

/** Ports that no longer go through the namespace, and whether any that goes on does so only now. */
function wayChanges(last: NodePlan, plan: NodePlan): { leaving: ExposedPort[]; isTurned: boolean } {
  const { removed, changed } = planDifference(last, plan);
  const turned = changed.filter(({ before, after }) => isCluster(before) !== isCluster(after));
  const isLeaving = [...removed, ...turned.map(({ before }) => before)];
  return { leaving: isLeaving.filter(isCluster), isTurned: turned.some(({ after }) => isCluster(after)) };
}

function withPorts(plan: NodePlan, ports: readonly ExposedPort[]): NodePlan {
  const keys = new Set(ports.map(portText));
  return { ports: [...plan.ports.filter((port) => !keys.has(portText(port))), ...ports] };
}

function isCluster({ target }: ExposedPort): boolean {
  return target.kind === 'cluster';
}

/** Waits for all before it fails, so that nothing goes on behind the caller's back. */
async function settled<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
