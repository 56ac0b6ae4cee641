import { isFinal, type RunState } from '../engines/run-state.ts';
import type { RunCondition, RunStatus } from '../kinds/pipeline-run.ts';

/**
 * The status that tells a state, or undefined when the present one tells it already.
 * Times of transitions move only with the status of their condition; `now` is RFC 3339 in whole seconds.
 */
export function runStatus(
  state: RunState,
  present: RunStatus | undefined,
  now: string,
): RunStatus | undefined {
  const finished = isFinal(state.phase);
  const succeeded = finished ? (state.phase === 'Succeeded' ? 'True' : 'False') : 'Unknown';
  const { reason, message } = state;
  const startTime = state.startTime ?? present?.startTime;
  const conditions: RunCondition[] = [
    { type: 'Succeeded', status: succeeded, reason, message },
    startTime === undefined
      ? { type: 'Ready', status: 'False', reason, message }
      : { type: 'Ready', status: 'True', reason: 'Started', message: 'The engine took the run.' },
  ];
  const completionTime = finished ? (state.completionTime ?? now) : undefined;
  if (isTold(conditions, state.phase, startTime, finished, present)) return undefined;
  return {
    phase: state.phase,
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
    updateTime: now,
    conditions: conditions.map((condition) => withTimes(condition, present, now)),
  };
}

function isTold(
  conditions: readonly RunCondition[],
  phase: string,
  startTime: string | undefined,
  finished: boolean,
  present: RunStatus | undefined,
): boolean {
  if (present?.phase !== phase || present.startTime !== startTime) return false;
  if (finished !== (present.completionTime !== undefined)) return false;
  return conditions.every((condition) => {
    const old = present.conditions?.find(({ type }) => type === condition.type);
    return (
      old?.status === condition.status && old.reason === condition.reason && old.message === condition.message
    );
  });
}

function withTimes(condition: RunCondition, present: RunStatus | undefined, now: string): RunCondition {
  const old = present?.conditions?.find(({ type }) => type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  return { ...condition, lastProbeTime: now, lastTransitionTime };
}
