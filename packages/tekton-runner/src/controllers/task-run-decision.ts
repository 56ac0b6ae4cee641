import type { Pod } from '@armillary/kube';
import {
  defaultTimeoutMs,
  formatDuration,
  onErrorAnnotation,
  parseDuration,
  type TaskRun,
  type TaskRunStatus,
  type TaskSpec,
  taskOutcome,
  type Verdict,
} from '@armillary/tekton';
import type { StopReason } from '../executor/plan.ts';
import { isEnded, podFailure, seconds } from '../pod/pod-status.ts';
import { stepStates } from '../pod/step-states.ts';
import { isDone, withVerdict } from './condition.ts';

/** What has to happen with a TaskRun. */
export type TaskRunDecision =
  | { kind: 'nothing' }
  | { kind: 'start'; attempt: number }
  | { kind: 'stop'; pod: Pod; reason: StopReason }
  | { kind: 'status'; status: TaskRunStatus; lookAgainAt?: number };

/** A pod that was made, and is not there any more. */
export type PodView = Pod | 'absent' | 'gone';

/** Decides from the TaskRun and the pod of its present attempt. `now` in milliseconds since the epoch. */
export function decideTaskRun(run: TaskRun, pod: PodView, now: number): TaskRunDecision {
  const { status = {} } = run;
  if (isDone(status.conditions)) return { kind: 'nothing' };
  const cancelled = run.spec.status === 'TaskRunCancelled';
  if (pod === 'absent') {
    if (cancelled) return finish(run, cancelVerdict(run), now);
    if (run.spec.status === 'TaskRunPending') return pending(run, now);
    return { kind: 'start', attempt: status.retriesStatus?.length ?? 0 };
  }
  if (pod === 'gone') return gone(run, cancelled, now);
  const deadline = deadlineOf(run);
  const overdue = deadline !== undefined && now >= deadline;
  if (!isEnded(pod)) {
    if (cancelled || overdue) {
      return { kind: 'stop', pod, reason: cancelled ? 'TaskRunCancelled' : 'TaskRunTimeout' };
    }
    return progress(run, pod, deadline, now);
  }
  return ended(run, pod, now);
}

/** When the TaskRun's time is over, milliseconds since the epoch. */
function deadlineOf({ spec, status }: TaskRun): number | undefined {
  const timeout = spec.timeout === undefined ? defaultTimeoutMs : parseDuration(spec.timeout);
  return timeout === 0 || status?.startTime === undefined
    ? undefined
    : Date.parse(status.startTime) + timeout;
}

/** The status of a TaskRun that ends, or tries again. */
export function finishedStatus(
  run: TaskRun,
  verdict: Verdict,
  now: number,
  part: Partial<TaskRunStatus> = {},
): TaskRunStatus {
  const status: TaskRunStatus = { ...run.status, ...part };
  return {
    ...status,
    conditions: withVerdict(status.conditions, verdict, now),
    startTime: status.startTime ?? seconds(now),
    completionTime: seconds(now),
  };
}

function finish(run: TaskRun, verdict: Verdict, now: number, part?: Partial<TaskRunStatus>): TaskRunDecision {
  const status = finishedStatus(run, verdict, now, part);
  const attempts = run.status?.retriesStatus ?? [];
  const mayRetry =
    verdict.status === 'False' &&
    verdict.reason !== 'TaskRunCancelled' &&
    run.spec.status !== 'TaskRunCancelled';
  if (!mayRetry || attempts.length >= (run.spec.retries ?? 0)) return { kind: 'status', status };
  const { retriesStatus: _attempts, ...attempt } = status;
  const again: Verdict = { status: 'Unknown', reason: 'ToBeRetried', message: verdict.message };
  return {
    kind: 'status',
    status: {
      conditions: withVerdict(run.status?.conditions, again, now),
      retriesStatus: [...attempts, attempt],
      ...(status.taskSpec && { taskSpec: status.taskSpec }),
    },
  };
}

function pending(run: TaskRun, now: number): TaskRunDecision {
  const message = `TaskRun "${run.metadata.name ?? ''}" is pending`;
  const verdict: Verdict = { status: 'Unknown', reason: 'TaskRunPending', message };
  return {
    kind: 'status',
    status: { ...run.status, conditions: withVerdict(run.status?.conditions, verdict, now) },
  };
}

function gone(run: TaskRun, cancelled: boolean, now: number): TaskRunDecision {
  if (cancelled) return finish(run, cancelVerdict(run), now);
  const message = `pod "${run.status?.podName ?? ''}" was deleted before the TaskRun ended`;
  return finish(run, { status: 'False', reason: podFailure.deleted, message }, now);
}

function progress(run: TaskRun, pod: Pod, deadline: number | undefined, now: number): TaskRunDecision {
  const waits = pod.status?.phase === undefined || pod.status.phase === 'Pending';
  const verdict: Verdict = waits
    ? { status: 'Unknown', reason: 'Pending', message: 'Pending' }
    : { status: 'Unknown', reason: 'Running', message: 'Not all Steps in the Task have finished executing' };
  const status = {
    ...run.status,
    conditions: withVerdict(run.status?.conditions, verdict, now),
    ...(!waits && { steps: stepStates(pod) }),
  };
  return { kind: 'status', status, ...(deadline !== undefined && { lookAgainAt: deadline }) };
}

function ended(run: TaskRun, pod: Pod, now: number): TaskRunDecision {
  const ignores = run.metadata.annotations?.[onErrorAnnotation] === 'continue';
  const task: TaskSpec = run.status?.taskSpec ?? run.spec.taskSpec ?? {};
  const outcome = taskOutcome(task, stepStates(pod), ignores);
  const verdict = interruption(run, pod) ?? outcome.verdict;
  const { results, steps } = outcome;
  return finish(run, verdict, now, { steps, ...(results.length > 0 && { results }) });
}

/** The verdict of a pod that did not come to its own end. */
function interruption(run: TaskRun, pod: Pod): Verdict | undefined {
  const name = run.metadata.name ?? '';
  const { reason, message = '' } = pod.status ?? {};
  const failed = (why: string, text: string): Verdict => ({ status: 'False', reason: why, message: text });
  switch (reason) {
    case undefined:
      return undefined;
    case 'TaskRunCancelled':
      return cancelVerdict(run);
    case 'TaskRunTimeout': {
      const limit = run.spec.timeout === undefined ? defaultTimeoutMs : parseDuration(run.spec.timeout);
      return failed(reason, `TaskRun "${name}" failed to finish within "${formatDuration(limit)}"`);
    }
    case podFailure.restarted:
      return failed(reason, `TaskRun "${name}" failed: ${message}`);
    case podFailure.stopped:
      return failed(reason, `TaskRun "${name}" failed: the runner was stopped while it ran`);
    case podFailure.deleted:
      return failed(reason, `pod "${pod.metadata.name ?? ''}" was deleted before the TaskRun ended`);
    default:
      return failed('PodCreationFailed', `failed to create task run pod "${name}": ${message}`);
  }
}

function cancelVerdict(run: TaskRun): Verdict {
  const { statusMessage } = run.spec;
  const said = statusMessage === undefined || statusMessage === '' ? '' : ` ${statusMessage}`;
  const message = `TaskRun "${run.metadata.name ?? ''}" was cancelled.${said}`;
  return { status: 'False', reason: 'TaskRunCancelled', message };
}
