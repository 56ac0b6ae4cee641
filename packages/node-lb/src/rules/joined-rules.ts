import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import type { Difference, RuleSet } from './rule-set.ts';

/** The two places of a node's rules. */
export interface JoinedRulesOptions {
  readonly host: RuleSet;
  readonly inner: RuleSet;
}

/**
 * The rules of a node and of its bounce namespace as one. Both are written at the same time where that cannot be seen;
 * a port that goes on is never sent into the namespace before it is known there, nor forgotten there before it is sent
 * elsewhere.
 */
export function joinedRules({ host, inner }: JoinedRulesOptions): RuleSet {
  let last: NodePlan = { ports: [] };
  return {
    apply: async (plan, signal) => {
      const before = new Map(last.ports.map((port) => [portKey(port), port]));
      const keys = new Set(plan.ports.filter(isCluster).map(portKey));
      const leaving = last.ports.filter((port) => isCluster(port) && !keys.has(portKey(port)));
      const isTurned = plan.ports.some((port) => {
        const was = before.get(portKey(port));
        return was !== undefined && isCluster(port) && !isCluster(was);
      });
      const staying = plan.ports.filter((port) => !leaving.some((left) => portKey(left) === portKey(port)));
      const meanwhile = leaving.length === 0 ? plan : { ports: [...staying, ...leaving] };
      const ahead = inner.apply(meanwhile, signal);
      if (isTurned) await ahead;
      const done = await settled([ahead, host.apply(plan, signal)]);
      done.push(await inner.apply(plan, signal));
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

function portKey({ protocol, port }: ExposedPort): string {
  return `${protocol} ${port}`;
}

function isCluster({ target }: ExposedPort): boolean {
  return target.kind === 'cluster';
}

/** Waits for all before it fails, so that nothing goes on behind the caller's back. */
async function settled<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
