import type { Condition } from '@armillary/kube';
import type { ClaimConditionType, ClaimReason } from '../kinds/claim-condition.ts';
import type { PortClaim, PortClaimStatus } from '../kinds/port-claim.ts';
import type { Reachability } from '../probe/port-probe.ts';
import type { ClaimVerdict } from './claim-verdict.ts';

/** What a condition says, without when it came to say so. */
interface Finding {
  readonly type: ClaimConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ClaimReason;
  readonly message: string;
}

/**
 * The status of a claim after a verdict. It is equal to the present one, as JSON, when nothing changed. `reachability`
 * is what is known of the port while it is served; `now` is in milliseconds since 1970.
 */
export function claimStatus(
  claim: PortClaim,
  verdict: ClaimVerdict,
  reachability: Reachability | undefined,
  now: number,
): PortClaimStatus {
  const findings: Finding[] = [
    {
      type: 'Programmed',
      status: verdict.programmed ? 'True' : 'False',
      reason: verdict.reason,
      message: verdict.message,
    },
  ];
  if (verdict.programmed && reachability) findings.push({ type: 'Reachable', ...reachability });
  const generation = claim.metadata.generation;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(verdict.addresses.length === 0 ? {} : { addresses: [...verdict.addresses] }),
    ...(verdict.owner === undefined ? {} : { owner: verdict.owner }),
    conditions: findings.map((finding) => conditionOf(finding, claim, now)),
  };
}

function conditionOf(
  { type, status, reason, message }: Finding,
  claim: PortClaim,
  now: number,
): Condition & { lastTransitionTime: string; reason: string } {
  const before = claim.status?.conditions?.find((condition) => condition.type === type);
  const generation = claim.metadata.generation;
  return {
    type,
    status,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime:
      before?.status === status
        ? before.lastTransitionTime
        : new Date(now).toISOString().replace(/\.\d+Z$/u, 'Z'),
    reason,
    message,
  };
}
