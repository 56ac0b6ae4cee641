import type { ClaimConditionType, ClaimReason } from '../kinds/claim-condition.ts';
import type { PortClaim } from '../kinds/port-claim.ts';

/**
 * How far a node's agent is with a claim. `updating`: it serves what the claim said before. `pending`: nothing is known,
 * or nothing is to be done about it here. `refused`: it will not serve it, and nothing is installed. `failing`: it
 * could not bring about what the claim says; what it served before may be there still.
 */
type Progress = 'programmed' | 'updating' | 'pending' | 'refused' | 'failing';

/** What an agent says of a claim. */
export interface ClaimProgress {
  readonly progress: Progress;
  /** Of the condition Programmed; absent while the agent said nothing. */
  readonly reason?: string;
  readonly message?: string;
}

const refusals: ReadonlySet<string> = new Set<ClaimReason>([
  'PortInUse',
  'AddressNotOnNode',
  'UnsupportedProxy',
]);
/** What may pass by itself: a node that starts may have its agent before its kube-proxy. */
const failures: ReadonlySet<string> = new Set<ClaimReason>(['ForwardingOff', 'NoKubeProxy', 'RulesFailed']);

/** Reads the conditions of a claim. A word on an earlier generation counts only when it was good. */
export function progressOf(claim: PortClaim): ClaimProgress {
  const condition = conditionOf(claim, 'Programmed');
  if (!condition) return { progress: 'pending' };
  const { status, reason, message, observedGeneration } = condition;
  const current = observedGeneration === claim.metadata.generation;
  const said = { reason, ...(message === undefined ? {} : { message }) };
  if (status === 'True') return { progress: current ? 'programmed' : 'updating', ...said };
  if (!current || status !== 'False') return { progress: 'pending', ...said };
  if (refusals.has(reason)) return { progress: 'refused', ...said };
  return { progress: failures.has(reason) ? 'failing' : 'pending', ...said };
}

/** Whether the node answers for the claim, be it as the claim was before its last change. */
export function isServed(claim: PortClaim): boolean {
  const { progress } = progressOf(claim);
  return progress === 'programmed' || progress === 'updating';
}

/** Whether the node's probe says that nothing gets through. */
export function isUnreachable(claim: PortClaim): boolean {
  return conditionOf(claim, 'Reachable')?.status === 'False';
}

/** What the probes of these claims say where nothing gets through, in words; undefined when all do, or none can tell. */
export function unreachableWords(claims: readonly PortClaim[]): string | undefined {
  const words = claims
    .filter(isUnreachable)
    .map((claim) => `${claim.metadata.name}: ${conditionOf(claim, 'Reachable')?.message ?? 'no answer'}`);
  return words.length === 0 ? undefined : words.sort().join('; ');
}

function conditionOf(claim: PortClaim, wanted: ClaimConditionType) {
  return claim.status?.conditions?.find(({ type }) => type === wanted);
}
