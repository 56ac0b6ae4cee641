import type { BuildState } from '@armillary/jenkins-client';
import { describe, expect, test } from 'vitest';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline, PipelineSpec } from '../../../kinds/pipeline.ts';
import { specHash } from '../jobs/spec-hash.ts';
import { jenkinsAnnotation, sync } from '../metadata.ts';
import type { JobNews } from '../news/jenkins-news.ts';
import { decideJenkinsRun, type JenkinsRunDecision, type JenkinsRunFacts } from './decide-jenkins-run.ts';

const spec: PipelineSpec = { type: 'pipeline', pipeline: { name: 'p', jenkinsfile: 'x' } };
const ready = {
  [sync.pipeline.status]: 'successful',
  [jenkinsAnnotation.specHash]: specHash(spec),
};

const refused = {
  [sync.pipeline.status]: 'failed',
  [sync.pipeline.message]: 'bad cron',
  [jenkinsAnnotation.refusedHash]: specHash(spec),
};

function pipelineWith(annotations: Record<string, string>, changed: PipelineSpec = spec): Pipeline {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'Pipeline',
    metadata: { name: 'p', namespace: 'shop', uid: 'p-1', annotations },
    spec: changed,
  };
}

function runWith(change: Partial<PipelineRun> = {}): PipelineRun {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: { name: 'r', namespace: 'shop', uid: 'r-1' },
    spec: { pipelineRef: { name: 'p' } },
    ...change,
  };
}

function build(change: Partial<BuildState> = {}): BuildState {
  return {
    number: 7,
    queueId: 70,
    building: true,
    startedAt: 1000,
    durationMs: 0,
    waitingForInput: false,
    ...change,
  };
}

function newsOf(builds: BuildState[], queued: JobNews['queued'] = []): JobNews {
  return {
    path: ['shop', 'p'],
    nextBuildNumber: 8,
    inQueue: queued.length > 0,
    builds,
    allBuilds: true,
    queued,
  };
}

function decide(facts: Partial<JenkinsRunFacts>): JenkinsRunDecision {
  return decideJenkinsRun({
    run: runWith(),
    pipeline: pipelineWith(ready),
    note: undefined,
    news: undefined,
    details: undefined,
    twin: false,
    address: (job) => `https://ci/${job.join('/')}/`,
    ...facts,
  });
}

function told(facts: Partial<JenkinsRunFacts>): string {
  const decision = decide(facts);
  if (decision.do !== 'tell') return decision.do;
  return `${decision.state.phase} ${decision.state.reason}: ${decision.state.message}`;
}

const waiting = {
  id: 70,
  state: 'blocked',
  item: ['shop', 'p'],
  queuedAt: 1,
  why: 'Build #6 is in progress',
  stuck: false,
  causes: [],
  parameters: [],
} as const;

describe('a run that was not started', () => {
  test('starts when the job is what the Pipeline says', () => {
    expect(decide({})).toEqual({ do: 'start', job: ['shop', 'p'] });
  });

  test.each<[string, Partial<JenkinsRunFacts>, RegExp]>([
    ['no Pipeline', { pipeline: undefined }, /^Failed PipelineNotFound: .*"p" in the namespace shop/],
    [
      'no name',
      { pipeline: undefined, run: runWith({ spec: { pipelineRef: {} } }) },
      /set spec\.pipelineRef\.name/,
    ],
    ['a refused job', { pipeline: pipelineWith(refused) }, /^Failed PipelineRefused: .*bad cron/],
    [
      'a refused job that was put right just now',
      { pipeline: pipelineWith(refused, { type: 'pipeline' }) },
      /^Pending WaitingForJob/,
    ],
    ['no job yet', { pipeline: pipelineWith({}) }, /^Pending WaitingForJob/],
    [
      'a job of an older specification',
      { pipeline: pipelineWith(ready, { type: 'pipeline' }) },
      /^Pending WaitingForJob/,
    ],
    ['a twin in the queue', { twin: true }, /^Pending Queued: .*same parameters/],
    [
      'Stop',
      { run: runWith({ spec: { pipelineRef: { name: 'p' }, action: 'Stop' } }) },
      /^Cancelled Cancelled/,
    ],
  ])('%s', (_name, facts, expected) => {
    expect(told(facts)).toMatch(expected);
  });

  test('starts on the job that there is while a later comparison fails', () => {
    const pipeline = pipelineWith({ ...ready, [sync.pipeline.status]: 'failed' });
    expect(decide({ pipeline })).toMatchObject({ do: 'start' });
  });

  test('of several branches names one', () => {
    const branches: PipelineSpec = { type: 'multi-branch-pipeline' };
    const pipeline = pipelineWith({ ...ready, [jenkinsAnnotation.specHash]: specHash(branches) }, branches);
    expect(told({ pipeline })).toMatch(/^Failed BranchMissing/);
    const scm = { refType: 'branch', refName: 'feature/x' };
    const run = runWith({ spec: { pipelineRef: { name: 'p' }, scm } });
    expect(decide({ pipeline, run })).toEqual({ do: 'start', job: ['shop', 'p', 'feature%2Fx'] });
  });
});

describe('a run whose start was noted', () => {
  test('without its outcome is looked for, never started again', () => {
    const note = { uid: 'r-1', from: 7 };
    expect(decide({ note })).toMatchObject({ do: 'find-start', note });
    // Neither is a stop a reason to forget the build.
    const stopped = runWith({ spec: { pipelineRef: { name: 'p' }, action: 'Stop' } });
    expect(decide({ note, run: stopped }).do).toBe('find-start');
  });

  const note = { uid: 'r-1', from: 7, queueId: 70 };

  test('waits for Jenkins to say something', () => {
    expect(decide({ note }).do).toBe('nothing');
  });

  test('tells why it waits', () => {
    expect(told({ note, news: newsOf([], [waiting]) })).toBe('Pending Queued: Build #6 is in progress');
  });

  test('does not tell anew what differs in times alone', () => {
    const message = 'In the quiet period. Expires in 4.9 sec';
    const conditions = [{ type: 'Succeeded', status: 'Unknown', reason: 'Queued', message }];
    const run = runWith({ status: { phase: 'Pending', conditions } });
    const later = { ...waiting, why: 'In the quiet period. Expires in 3.1 sec' };
    expect(told({ note, run, news: newsOf([], [later]) })).toBe(`Pending Queued: ${message}`);
    const estimated = { ...waiting, why: 'Build #6 is already in progress (ETA: 2 min 3 sec)' };
    expect(told({ note, run, news: newsOf([], [estimated]) })).toBe(
      'Pending Queued: Build #6 is already in progress',
    );
  });

  test('is taken out of the queue when it is stopped', () => {
    const run = runWith({ spec: { pipelineRef: { name: 'p' }, action: 'Stop' } });
    expect(decide({ note, run, news: newsOf([], [waiting]) })).toEqual({
      do: 'cancel-queue-item',
      queueId: 70,
    });
  });

  test('becomes the build that came from its queue item', () => {
    expect(decide({ note, news: newsOf([build()]) })).toMatchObject({
      do: 'note-build',
      build: { number: 7 },
    });
    // The id of a queue item comes again after a crash; the number of a build does not.
    const older = newsOf([build({ number: 3 })]);
    expect(decide({ note, news: older }).do).toBe('find-queue-item');
  });
});

describe('a run with a build', () => {
  const note = { uid: 'r-1', from: 7, queueId: 70, number: 7, startedAt: 1000 };

  test.each<[string, Partial<BuildState>, Partial<PipelineRun['spec']>, RegExp]>([
    ['runs', {}, {}, /^Running Running: .*https:\/\/ci\/shop\/p\/7\/console/],
    ['waits for input', { waitingForInput: true }, {}, /^Pending Paused/],
    ['has an unknown action', {}, { action: 'Pause' }, /Pause has no effect/],
    ['succeeded', { building: false, result: 'SUCCESS', durationMs: 5 }, {}, /^Succeeded Succeeded/],
    ['is unstable', { building: false, result: 'UNSTABLE' }, {}, /^Failed Unstable/],
    ['failed', { building: false, result: 'FAILURE' }, {}, /^Failed Failed/],
    ['was aborted by somebody', { building: false, result: 'ABORTED' }, {}, /^Failed Aborted/],
    ['was stopped', { building: false, result: 'ABORTED' }, { action: 'Stop' }, /^Cancelled Cancelled/],
    ['finished before the stop', { building: false, result: 'SUCCESS' }, { action: 'Stop' }, /^Succeeded/],
    ['was not built', { building: false, result: 'NOT_BUILT' }, {}, /^Unknown NotBuilt/],
    ['has no result', { building: false }, {}, /^Unknown NoResult/],
  ])('that %s', (_name, state, runSpec, expected) => {
    const run = runWith({ spec: { pipelineRef: { name: 'p' }, ...runSpec } });
    expect(told({ note, run, news: newsOf([build(state)]) })).toMatch(expected);
  });

  test('is stopped while it runs', () => {
    const run = runWith({ spec: { pipelineRef: { name: 'p' }, action: 'Stop' } });
    expect(decide({ note, run, news: newsOf([build()]) }).do).toBe('stop-build');
  });

  test('that newer ones overtook, or of a job that was made anew, is asked for alone', () => {
    expect(decide({ note, news: newsOf([build({ number: 8 })]) }).do).toBe('find-build');
    expect(decide({ note, news: newsOf([build({ startedAt: 2000 })]) }).do).toBe('find-build');
  });

  test('is settled when its stages were read after the end, and never touched again', () => {
    const ended = newsOf([build({ building: false, result: 'SUCCESS' })]);
    expect(decide({ note, news: ended })).toMatchObject({ settled: false });
    expect(decide({ note: { ...note, settled: true }, news: ended }).do).toBe('nothing');
  });

  test('is left alone when Jenkins has told nothing', () => {
    expect(decide({ note }).do).toBe('nothing');
  });
});
