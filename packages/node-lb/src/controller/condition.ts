import type { Condition } from '@armillary/kube';

/** The conditions that this load balancer writes on a Service. */
type ServiceConditionType =
  /** Nodes answer for it, and the status says which. */
  | 'Programmed'
  /** A port that it asks for belongs to somebody else where it would have been exposed. */
  | 'PortConflict'
  /** It is on fewer nodes than it asks for. */
  | 'NoEligibleNode';

/** A condition as it shall be, without the time. */
export interface WantedCondition {
  readonly type: ServiceConditionType;
  readonly status: 'True' | 'False';
  /** In CamelCase. */
  readonly reason: string;
  readonly message: string;
}

const ours: readonly string[] = [
  'Programmed',
  'PortConflict',
  'NoEligibleNode',
] satisfies ServiceConditionType[];

/** The longest message that the API server takes, in letters. */
const longestMessage = 32_768;

/**
 * The conditions of a Service with ours as they shall be, those of others untouched. A condition keeps the time of its
 * last transition while its status stays.
 */
export function mergeConditions(
  present: readonly Condition[] | undefined,
  wanted: readonly WantedCondition[],
  generation: number | undefined,
  now: number,
): Condition[] {
  const merged = (present ?? []).filter(({ type }) => !ours.includes(type));
  for (const { type, status, reason, message } of wanted) {
    const before = present?.find((condition) => condition.type === type);
    merged.push({
      type,
      status,
      reason,
      message: message.slice(0, longestMessage),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime:
        before?.status === status && before.lastTransitionTime
          ? before.lastTransitionTime
          : `${new Date(now).toISOString().slice(0, 19)}Z`,
    });
  }
  return merged;
}
