import { serves } from '../plan/served-family.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { planDifference } from '../plan/plan-difference.ts';
import { families } from './families.ts';

/** The same part of two plans. */
export interface ChangingPart {
  readonly before: NodePlan;
  readonly after: NodePlan;
}

/**
 * The part of two plans in which they differ, with all that may share rules with it; undefined when they are equal. What
 * is left out of both is open ports of the policy Cluster that stay. Such a port is by itself, but for one thing: a
 * family has rules as long as any port uses it, for which one that stays is enough. So rules made of the two parts differ
 * as those of the two plans do, and one port more costs the same beside ten thousand.
 */
export function changingPart(before: NodePlan, after: NodePlan): ChangingPart | undefined {
  const { added, removed, changed } = planDifference(before, after);
  if (added.length + removed.length + changed.length === 0) return undefined;
  const gone = new Set([...removed, ...changed.map((change) => change.before)]);
  const come = new Set([...added, ...changed.map((change) => change.after)]);
  const witnesses = families.flatMap(
    ({ family }) =>
      after.ports.find((port) => !come.has(port) && isByItself(port) && serves(port, family)) ?? [],
  );
  const part = ({ ports }: NodePlan, moved: ReadonlySet<ExposedPort>): NodePlan => ({
    ports: [...ports.filter((port) => moved.has(port) || !isByItself(port)), ...witnesses],
  });
  return { before: part(before, gone), after: part(after, come) };
}

function isByItself({ target, sourceRanges }: ExposedPort): boolean {
  return target.kind === 'cluster' && sourceRanges.IPv4 === undefined && sourceRanges.IPv6 === undefined;
}
