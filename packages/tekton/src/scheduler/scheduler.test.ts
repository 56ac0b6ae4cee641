import { expect, test } from 'vitest';
import type { PipelineSpec, PipelineTask } from '../api/pipeline.ts';
import type { Child } from './child.ts';
import { planPipeline } from './plan.ts';
import { reportRun } from './run-status.ts';
import { PipelineScheduler } from './scheduler.ts';
import type { RunTimeouts } from './timeouts.ts';

const start = 1_000_000;

function scheduler(spec: PipelineSpec, timeouts: RunTimeouts = {}): PipelineScheduler {
  const facts = { name: 'pr', namespace: 'ns', timeouts, startedAt: start };
  return new PipelineScheduler(planPipeline(spec), facts);
}

function tasks(...list: (string | PipelineTask)[]): PipelineTask[] {
  return list.map((task) => (typeof task === 'string' ? { name: task } : task));
}

function child(task: string, state: Child['state'], results: Record<string, string> = {}): Child {
  const reason = {
    running: 'Running',
    succeeded: 'Succeeded',
    failed: 'StepFailed',
    cancelled: 'TaskRunCancelled',
  };
  return {
    task,
    name: `pr-${task}`,
    state,
    reason: reason[state],
    results: new Map(Object.entries(results)),
  };
}

/** Starts what the scheduler wants and returns its names. */
function step(run: PipelineScheduler, now = start): string[] {
  const { create } = run.advance(now);
  for (const { name } of create) run.observe(child(name, 'running'));
  return create.map(({ name }) => name);
}

test('tasks start when everything before them is done, in the order of the spec', () => {
  const run = scheduler({
    tasks: tasks(
      { name: 'd', runAfter: ['b', 'c'] },
      { name: 'c', runAfter: ['a'] },
      { name: 'b', runAfter: ['a'] },
      'a',
    ),
  });
  expect(step(run)).toEqual(['a']);
  expect(step(run)).toEqual([]);
  run.observe(child('a', 'succeeded'));
  expect(step(run)).toEqual(['c', 'b']);
  run.observe(child('c', 'succeeded'));
  expect(step(run)).toEqual([]);
  run.observe(child('b', 'succeeded'));
  expect(step(run)).toEqual(['d']);
});

test('a scheduler made anew in the middle goes on where the first stood', () => {
  const spec = {
    tasks: tasks('a', { name: 'b', runAfter: ['a'] }, { name: 'c', runAfter: ['b'] }),
    finally: tasks('f'),
  };
  const known = [child('a', 'succeeded'), child('b', 'running')];
  const run = scheduler(spec);
  for (const state of known.toReversed()) run.observe(state);
  expect(step(run)).toEqual([]);
  run.observe(child('b', 'succeeded'));
  expect(step(run)).toEqual(['c']);
  run.observe(child('c', 'failed'));
  expect(step(run)).toEqual(['f']);
});

test('Cancelled stops everything at once, without finally', () => {
  const run = scheduler({ tasks: tasks('a', 'b'), finally: tasks('f') });
  step(run);
  run.requested = 'Cancelled';
  const { create, cancel, verdict } = run.advance(start);
  expect(create).toEqual([]);
  expect(cancel.map(({ name }) => name)).toEqual(['pr-a', 'pr-b']);
  expect(verdict).toEqual({
    status: 'False',
    reason: 'Cancelled',
    message: 'PipelineRun "pr" was cancelled',
  });
  expect(run.advance(start).cancel).toEqual([]);
});

test('CancelledRunFinally stops the running tasks and then runs finally', () => {
  const run = scheduler({ tasks: tasks('a', { name: 'b', runAfter: ['a'] }), finally: tasks('f') });
  step(run);
  run.requested = 'CancelledRunFinally';
  const first = run.advance(start);
  expect(first.cancel.map(({ name }) => name)).toEqual(['pr-a']);
  expect(first.verdict).toMatchObject({ status: 'Unknown', reason: 'CancelledRunningFinally' });
  run.observe(child('a', 'cancelled'));
  expect(step(run)).toEqual(['f']);
  run.observe(child('f', 'succeeded'));
  const { verdict } = run.advance(start);
  expect(verdict).toMatchObject({ reason: 'Cancelled', message: 'PipelineRun "pr" was cancelled' });
  expect(reportRun(run, verdict).skippedTasks).toEqual([{ name: 'b', reason: 'PipelineRun was stopping' }]);
});

test('StoppedRunFinally lets running tasks finish, starts no more, and runs finally', () => {
  const run = scheduler({ tasks: tasks('a', { name: 'b', runAfter: ['a'] }), finally: tasks('f') });
  step(run);
  run.requested = 'StoppedRunFinally';
  expect(run.advance(start)).toMatchObject({ cancel: [], verdict: { reason: 'StoppedRunningFinally' } });
  run.observe(child('a', 'succeeded'));
  expect(step(run)).toEqual(['f']);
  run.observe(child('f', 'succeeded'));
  const { verdict } = run.advance(start);
  expect(verdict.reason).toBe('Cancelled');
  expect(reportRun(run, verdict).skippedTasks).toEqual([
    { name: 'b', reason: 'PipelineRun was gracefully stopped' },
  ]);
});

test('the limit of the whole run ends it at once; the limit of finally cancels its tasks', () => {
  const whole = scheduler({ tasks: tasks('a'), finally: tasks('f') }, { pipeline: 5000 });
  step(whole);
  expect(whole.advance(start + 4999)).toMatchObject({ nextDeadline: start + 5000, cancel: [] });
  const { cancel, verdict } = whole.advance(start + 5000);
  expect(cancel).toHaveLength(1);
  expect(verdict).toMatchObject({ status: 'False', reason: 'PipelineRunTimeout' });

  const last = scheduler({ tasks: tasks('a'), finally: tasks('f') }, { finally: 1000 });
  step(last);
  last.observe(child('a', 'succeeded'));
  expect(step(last, start + 10)).toEqual(['f']);
  expect(last.advance(start + 1010).cancel.map(({ name }) => name)).toEqual(['pr-f']);
});

test('onError continue: dependents run, the run succeeds, the message counts what was ignored', () => {
  const run = scheduler({ tasks: tasks({ name: 'a', onError: 'continue' }, { name: 'b', runAfter: ['a'] }) });
  step(run);
  run.observe(child('a', 'failed'));
  expect(step(run)).toEqual(['b']);
  run.observe(child('b', 'succeeded'));
  expect(run.advance(start).verdict).toEqual({
    status: 'True',
    reason: 'Succeeded',
    message: 'Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0',
  });
});

test('a task skipped by its condition skips who needs its results, not who only comes after', () => {
  const never = { name: 'a', when: [{ input: 'x', operator: 'in', values: ['y'] }] };
  const needs = { name: 'needs', params: [{ name: 'v', value: '$(tasks.a.results.r)' }] };
  const run = scheduler({
    tasks: tasks(never, needs, { name: 'later', runAfter: ['needs'] }, { name: 'after', runAfter: ['a'] }),
  });
  expect(step(run)).toEqual(['after']);
  run.observe(child('after', 'succeeded'));
  const { verdict } = run.advance(start);
  expect(verdict.reason).toBe('Completed');
  expect(reportRun(run, verdict).skippedTasks.map(({ name, reason }) => `${name}: ${reason ?? ''}`)).toEqual([
    'a: When Expressions evaluated to false',
    'needs: Results were missing',
    'later: Parent Tasks were skipped',
  ]);
});

test('a chain of 20,000 tasks and a fan of 20,000 end with work linear in their size', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `t${index}`);
  const chain = names.map((name, index) => (index === 0 ? { name } : { name, runAfter: [`t${index - 1}`] }));
  const fan = names.map((name) => ({ name }));
  for (const spec of [{ tasks: chain }, { tasks: [...fan, { name: 'join', runAfter: names }] }]) {
    const run = scheduler(spec);
    let open = step(run);
    let started = 0;
    for (let name = open.shift(); name !== undefined; name = open.shift()) {
      started++;
      run.observe(child(name, 'succeeded'));
      open = open.concat(step(run));
    }
    expect(started).toBe(spec.tasks.length);
    expect(run.advance(start).verdict.status).toBe('True');
  }
});
