import type { Condition, Verdict } from '@armillary/tekton';
import { seconds } from '../pod/pod-status.ts';

/** The Succeeded condition of a run, which is the only one that Tekton writes. */
export function succeededOf(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({ type }) => type === 'Succeeded');
}

/** Whether a run has ended. */
export function isDone(conditions: readonly Condition[] | undefined): boolean {
  const status = succeededOf(conditions)?.status;
  return status === 'True' || status === 'False';
}

/** The conditions with a verdict in place; the time moves only when something else does. */
export function withVerdict(
  before: readonly Condition[] | undefined,
  verdict: Verdict,
  now: number,
): Condition[] {
  const old = succeededOf(before);
  const same =
    old?.status === verdict.status && old.reason === verdict.reason && old.message === verdict.message;
  const time = (same ? old.lastTransitionTime : undefined) ?? seconds(now);
  return [{ type: 'Succeeded', ...verdict, lastTransitionTime: time }];
}
