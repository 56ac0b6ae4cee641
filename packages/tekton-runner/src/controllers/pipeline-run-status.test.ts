import { childOf, type PipelineRun, PipelineScheduler, planPipeline } from '@armillary/tekton';
import { expect, test } from 'vitest';
import { isOurs } from './ownership.ts';
import { pendingStatus, refusedStatus, runStatus } from './pipeline-run-status.ts';

const at = Date.parse('2026-11-22T08:00:00Z');
const spec = { tasks: [{ name: 'a' }], finally: [{ name: 'f' }] };
const run: PipelineRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { name: 'pr', namespace: 'ns', uid: 'u' },
  spec: { pipelineSpec: spec },
};

function ended(task: string) {
  return childOf({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: `pr-${task}`, labels: { 'tekton.dev/pipelineTask': task } },
    spec: {},
    status: { conditions: [{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }] },
  });
}

test('the status follows the run from its start over finally to its end', () => {
  const scheduler = new PipelineScheduler(planPipeline(spec), {
    name: 'pr',
    namespace: 'ns',
    timeouts: {},
    startedAt: at,
  });
  const first = runStatus(run, scheduler, scheduler.advance(at).verdict, at);
  expect(first).toEqual({
    conditions: [
      {
        type: 'Succeeded',
        status: 'Unknown',
        reason: 'Running',
        message: 'Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 2, Skipped: 0',
        lastTransitionTime: '2026-11-22T08:00:00Z',
      },
    ],
    startTime: '2026-11-22T08:00:00Z',
    pipelineSpec: spec,
  });
  scheduler.observe(ended('a'));
  const middle = runStatus(
    { ...run, status: first },
    scheduler,
    scheduler.advance(at + 5000).verdict,
    at + 5000,
  );
  expect(middle).toMatchObject({
    finallyStartTime: '2026-11-22T08:00:05Z',
    childReferences: [{ name: 'pr-a' }],
  });
  expect(middle.completionTime).toBeUndefined();
  scheduler.observe(ended('f'));
  const last = runStatus(
    { ...run, status: middle },
    scheduler,
    scheduler.advance(at + 9000).verdict,
    at + 9000,
  );
  expect(last).toMatchObject({
    conditions: [{ status: 'True', reason: 'Succeeded', lastTransitionTime: '2026-11-22T08:00:09Z' }],
    startTime: '2026-11-22T08:00:00Z',
    completionTime: '2026-11-22T08:00:09Z',
  });
});

test('runs that wait, and runs that are refused', () => {
  expect(pendingStatus(run, at).conditions?.[0]).toMatchObject({
    status: 'Unknown',
    reason: 'PipelineRunPending',
  });
  const refused = refusedStatus(run, { reason: 'CouldntGetPipeline', message: 'gone' }, at);
  expect(refused).toMatchObject({
    conditions: [{ status: 'False', reason: 'CouldntGetPipeline', message: 'gone' }],
    completionTime: '2026-11-22T08:00:00Z',
  });
});

test('a run of somebody else is left alone', () => {
  expect(isOurs({ managedBy: 'armillary.dev/tekton-runner' }, false)).toBe(true);
  expect(isOurs({}, false)).toBe(false);
  expect(isOurs({}, true)).toBe(true);
  expect(isOurs({ managedBy: 'tekton.dev/pipeline' }, true)).toBe(false);
});
