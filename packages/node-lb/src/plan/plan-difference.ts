import { portText } from '../address/port-range.ts';
import type { ExposedPort, NodePlan } from './node-plan.ts';

/** What is another in one plan than in the one before it. */
export interface PlanDifference {
  readonly added: readonly ExposedPort[];
  readonly removed: readonly ExposedPort[];
  /** The same port, but anything else differs: the Service, addresses, ranges or the target. */
  readonly changed: readonly { readonly before: ExposedPort; readonly after: ExposedPort }[];
}

/** What happened between two plans of one node. Ports that are the same objects in both cost next to nothing. */
export function planDifference(before: NodePlan, after: NodePlan): PlanDifference {
  const [from, to] = withoutSameEnds(before.ports, after.ports);
  const old = new Map(from.map((port) => [portText(port), port]));
  const added: ExposedPort[] = [];
  const changed: { before: ExposedPort; after: ExposedPort }[] = [];
  for (const port of to) {
    const key = portText(port);
    const was = old.get(key);
    old.delete(key);
    if (!was) added.push(port);
    else if (!isEqual(was, port)) changed.push({ before: was, after: port });
  }
  return { added, removed: [...old.values()], changed };
}

function isEqual(one: ExposedPort, other: ExposedPort): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Both without what is the same at their beginnings and ends: most changes are of one place. */
function withoutSameEnds<T>(one: readonly T[], other: readonly T[]): [readonly T[], readonly T[]] {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [one.slice(start, one.length - end), other.slice(start, other.length - end)];
}
