import type { Pod } from '@armillary/kube';
import type { TaskRun } from '@armillary/tekton';
import { expect, test } from 'vitest';
import type { ContainerRecord, ExecutionState } from '../executor/plan.ts';
import { podFor } from '../pod/pod-for.ts';
import { lostPodStatus, podStatus } from '../pod/pod-status.ts';
import { decideTaskRun } from './task-run-decision.ts';

const at = Date.parse('2026-11-22T08:00:00Z');
const steps = ['a', 'b'].map((name) => ({ name, image: 'busybox', script: 'true' }));

function taskRun(spec: Partial<TaskRun['spec']> = {}, status?: TaskRun['status']): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'tr', namespace: 'ns', uid: 'u' },
    spec: { taskSpec: { steps }, ...spec },
    ...(status && { status }),
  };
}

/** A TaskRun whose first pod was made. */
function started(spec: Partial<TaskRun['spec']> = {}): TaskRun {
  return taskRun(spec, { podName: 'tr-pod', startTime: '2026-11-22T08:00:00Z' });
}

function pod(
  phase: ExecutionState['phase'],
  containers: Partial<ContainerRecord>[],
  more: Partial<ExecutionState> = {},
): Pod {
  const made = podFor(taskRun(), steps, { nodeName: 'n', attempt: 0 });
  const records = containers.map((record, index): ContainerRecord => {
    const name = `step-${steps[index]?.name ?? ''}`;
    return { name, state: 'terminated', startedAt: at, finishedAt: at + 1000, ...record };
  });
  return { ...made, status: podStatus(made, { phase, containers: records, ...more }, '127.0.0.1') };
}

const ok = { exitCode: 0, reason: 'Completed', terminationReason: 'Completed' };
const failed = { exitCode: 3, reason: 'Error', terminationReason: 'Error' };
const skipped = { exitCode: 1, reason: 'Error', terminationReason: 'Skipped' };

function statusOf(run: TaskRun, view: Parameters<typeof decideTaskRun>[1], now = at) {
  const decision = decideTaskRun(run, view, now);
  if (decision.kind !== 'status') throw new Error(`decided ${decision.kind}`);
  return decision.status;
}

test('a new TaskRun starts; a pending one waits; a cancelled one never starts', () => {
  expect(decideTaskRun(taskRun(), 'absent', at)).toEqual({ kind: 'start', attempt: 0 });
  expect(statusOf(taskRun({ status: 'TaskRunPending' }), 'absent').conditions?.[0]).toMatchObject({
    status: 'Unknown',
    reason: 'TaskRunPending',
    message: 'TaskRun "tr" is pending',
  });
  expect(statusOf(taskRun({ status: 'TaskRunCancelled' }), 'absent')).toMatchObject({
    conditions: [{ status: 'False', reason: 'TaskRunCancelled', message: 'TaskRun "tr" was cancelled.' }],
    completionTime: '2026-11-22T08:00:00Z',
  });
});

test('a running pod shows its steps and when to look for the timeout', () => {
  const view = pod('running', [ok, { state: 'running' }]);
  const decision = decideTaskRun(started({ timeout: '10s' }), view, at);
  expect(decision).toMatchObject({ kind: 'status', lookAgainAt: at + 10_000 });
  const status = statusOf(started(), view);
  expect(status.conditions?.[0]).toMatchObject({
    reason: 'Running',
    message: 'Not all Steps in the Task have finished executing',
  });
  expect(
    status.steps?.map(({ name, terminationReason, running }) => [
      name,
      terminationReason,
      running?.startedAt,
    ]),
  ).toEqual([
    ['a', 'Completed', undefined],
    ['b', undefined, '2026-11-22T08:00:00Z'],
  ]);
});

test('time over or cancelled: the pod is stopped, and its end is the verdict', () => {
  const view = pod('running', [{ state: 'running' }, { state: 'running' }]);
  expect(decideTaskRun(started({ timeout: '10s' }), view, at + 10_000)).toMatchObject({
    kind: 'stop',
    reason: 'TaskRunTimeout',
  });
  expect(decideTaskRun(started({ timeout: '0' }), view, at + 1e9)).toMatchObject({ kind: 'status' });
  const cancelled = started({ status: 'TaskRunCancelled', statusMessage: 'stopped by hand' });
  expect(decideTaskRun(cancelled, view, at)).toMatchObject({ kind: 'stop', reason: 'TaskRunCancelled' });
  const over = {
    exitCode: 1,
    reason: 'TaskRunTimeout',
    terminationReason: 'TaskRunTimeout',
    message: 'Step a terminated as pod tr-pod is terminated',
  };
  const timedOut = statusOf(
    started({ timeout: '10s' }),
    pod('ended', [over, over], { reason: 'TaskRunTimeout' }),
  );
  expect(timedOut.conditions?.[0]?.message).toBe('TaskRun "tr" failed to finish within "10s"');
  expect(timedOut.steps?.[0]).toMatchObject({
    terminationReason: 'TaskRunTimeout',
    terminated: { exitCode: 1, message: over.message },
  });
  const ended = statusOf(cancelled, pod('ended', [over, over], { reason: 'TaskRunCancelled' }));
  expect(ended.conditions?.[0]?.message).toBe('TaskRun "tr" was cancelled. stopped by hand');
});

test('a failed attempt is tried again under a new pod, until no retry is left', () => {
  const view = pod('ended', [failed, skipped]);
  const first = statusOf(started({ retries: 1 }), view, at + 2000);
  expect(first).toMatchObject({
    conditions: [{ status: 'Unknown', reason: 'ToBeRetried', message: '"step-a" exited with code 3: Error' }],
    retriesStatus: [{ podName: 'tr-pod', conditions: [{ reason: 'StepFailed' }] }],
  });
  expect(first.podName).toBeUndefined();
  expect(decideTaskRun(taskRun({ retries: 1 }, first), 'absent', at)).toEqual({ kind: 'start', attempt: 1 });
  const again = {
    ...started({ retries: 1 }),
    status: { ...first, podName: 'tr-pod-retry1', startTime: '2026-11-22T08:00:00Z' },
  };
  expect(statusOf(again, view)).toMatchObject({
    conditions: [{ status: 'False', reason: 'StepFailed' }],
    retriesStatus: [{}],
  });
});

test('results travel through the pod, and the steps say why they ended', () => {
  const run = started({ taskSpec: { results: [{ name: 'r' }], steps } });
  const continued = {
    exitCode: 7,
    reason: 'Completed',
    terminationReason: 'Continued',
    message: '[{"key":"r","value":"v","type":1}]',
  };
  const view = pod('ended', [continued, ok]);
  expect(view.status?.phase).toBe('Succeeded');
  expect(statusOf(run, view)).toMatchObject({
    conditions: [{ status: 'True', reason: 'Succeeded' }],
    results: [{ name: 'r', type: 'string', value: 'v' }],
    steps: [{ terminationReason: 'Continued', terminated: { exitCode: 7, message: continued.message } }, {}],
  });
});

test('a pod that the runner lost, or that is gone, fails the TaskRun with the reason', () => {
  const running = pod('running', [ok, { state: 'running' }]);
  const lost: Pod = { ...running, status: lostPodStatus(running, at, '127.0.0.1') };
  const status = statusOf(started(), lost);
  expect(status.conditions?.[0]).toMatchObject({
    reason: 'RunnerRestarted',
    message: 'TaskRun "tr" failed: the runner was restarted while this ran; it is not started again',
  });
  expect(status.steps?.map(({ terminated }) => terminated?.reason)).toEqual(['Completed', 'RunnerRestarted']);
  expect(statusOf(started(), 'gone').conditions?.[0]).toMatchObject({
    status: 'False',
    reason: 'PodDeleted',
  });
});

test('nothing happens to a TaskRun that has ended', () => {
  const done = taskRun({}, { conditions: [{ type: 'Succeeded', status: 'True' }] });
  expect(decideTaskRun(done, 'absent', at)).toEqual({ kind: 'nothing' });
});
