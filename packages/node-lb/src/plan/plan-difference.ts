import { portText } from '../address/port-range.ts';
import type { ExposedPort, NodePlan } from './node-plan.ts';

/** What is another in one plan than in the one before it. */
export interface PlanDifference {
  readonly added: readonly ExposedPort[];
  readonly removed: readonly ExposedPort[];
  /** The same port, but anything else differs: the Service, addresses, ranges or the target. */
  readonly changed: readonly { readonly before: ExposedPort; readonly after: ExposedPort }[];
}

/** What happened between two plans of one node. */
export function planDifference(before: NodePlan, after: NodePlan): PlanDifference {
  const old = new Map(before.ports.map((port) => [portText(port), port]));
  const added: ExposedPort[] = [];
  const changed: { before: ExposedPort; after: ExposedPort }[] = [];
  for (const port of after.ports) {
    const key = portText(port);
    const was = old.get(key);
    old.delete(key);
    if (!was) added.push(port);
    else if (JSON.stringify(was) !== JSON.stringify(port)) changed.push({ before: was, after: port });
  }
  return { added, removed: [...old.values()], changed };
}
