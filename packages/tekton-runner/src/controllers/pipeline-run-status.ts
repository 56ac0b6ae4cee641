import {
  type PipelineRun,
  type PipelineRunStatus,
  type PipelineScheduler,
  type Refusal,
  reportRun,
  type Verdict,
} from '@armillary/tekton';
import { seconds } from '../pod/pod-status.ts';
import { withVerdict } from './condition.ts';

/** The status of a run as the scheduler sees it. `now` in milliseconds since the epoch. */
export function runStatus(
  run: PipelineRun,
  scheduler: PipelineScheduler,
  verdict: Verdict,
  now: number,
): PipelineRunStatus {
  const report = reportRun(scheduler, verdict);
  const { startedAt, finallyStartedAt } = scheduler.facts;
  const ended = report.verdict.status !== 'Unknown';
  return {
    ...run.status,
    conditions: withVerdict(run.status?.conditions, report.verdict, now),
    startTime: run.status?.startTime ?? seconds(startedAt),
    pipelineSpec: scheduler.plan.spec,
    ...(report.childReferences.length > 0 && { childReferences: report.childReferences }),
    ...(report.skippedTasks.length > 0 && { skippedTasks: report.skippedTasks }),
    ...(report.results.length > 0 && { results: report.results }),
    ...(finallyStartedAt !== undefined && { finallyStartTime: seconds(finallyStartedAt) }),
    ...(ended && { completionTime: seconds(now) }),
  };
}

/** The status of a run that never started. */
export function refusedStatus(run: PipelineRun, refusal: Refusal, now: number): PipelineRunStatus {
  return {
    ...run.status,
    conditions: withVerdict(run.status?.conditions, { status: 'False', ...refusal }, now),
    startTime: run.status?.startTime ?? seconds(now),
    completionTime: seconds(now),
  };
}

/** The status of a run that is not to start yet. */
export function pendingStatus(run: PipelineRun, now: number): PipelineRunStatus {
  const message = `PipelineRun "${run.metadata.name ?? ''}" is pending`;
  const verdict: Verdict = { status: 'Unknown', reason: 'PipelineRunPending', message };
  return { ...run.status, conditions: withVerdict(run.status?.conditions, verdict, now) };
}
