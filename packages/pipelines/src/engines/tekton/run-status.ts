import type { PipelineRun as TektonRun } from '@armillary/tekton';
import type { RunState } from '../run-state.ts';
import type { StageState } from '../stage-state.ts';

/** Mirrors a tekton.dev PipelineRun and its stages. */
export function mirrorRun(run: TektonRun, stages: readonly StageState[]): RunState {
  const { startTime, completionTime } = run.status ?? {};
  const times = {
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
  };
  const condition = run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const reason = condition?.reason ?? 'Pending';
  const namespace = run.metadata.namespace ?? '';
  if (condition?.status === 'True') {
    return { phase: 'Succeeded', reason: 'Succeeded', message: `${countOf(stages)} succeeded.`, ...times };
  }
  if (condition?.status === 'False') {
    if (reason === 'Cancelled' || reason.startsWith('Cancelled') || reason.startsWith('StoppedRun')) {
      return { phase: 'Cancelled', reason: 'Cancelled', message: 'The run was stopped.', ...times };
    }
    return {
      phase: 'Failed',
      reason: 'Failed',
      message: failureMessage(stages, condition.message ?? reason),
      ...times,
    };
  }
  if (startTime === undefined) {
    return {
      phase: 'Pending',
      reason,
      message: condition?.message ?? 'Waiting for the tekton.dev PipelineRun of the same name to start.',
    };
  }
  return { phase: 'Running', reason: 'Running', message: runningMessage(stages, namespace), ...times };
}

function countOf(stages: readonly StageState[]): string {
  const { length } = stages;
  return length === 1 ? '1 stage' : `${length} stages`;
}

function failureMessage(stages: readonly StageState[], otherwise: string): string {
  const failed = stages.find(({ state }) => state === 'Failed');
  return failed === undefined ? otherwise : `Stage "${failed.name}" failed: ${failed.failure ?? otherwise}`;
}

function runningMessage(stages: readonly StageState[], namespace: string): string {
  const running = stages.find(({ state }) => state === 'Running');
  if (running === undefined) return 'Between two stages.';
  return `Stage "${running.name}" is running. Its log: kubectl -n ${namespace} logs ${running.pod ?? ''} --all-containers -f`;
}
