import type { PipelineRun as TektonRun, TaskRun } from '@armillary/tekton';
import { describe, expect, test } from 'vitest';
import { annotation } from '../kinds/metadata.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { Pipeline } from '../kinds/pipeline.ts';
import { decideRun, type RunDecision, type RunFacts } from './decide-run.ts';
import { nextRunNumber, numberPatch } from './run-number.ts';

const settings = { defaultEngine: 'tekton' } as const;
const jenkinsfile = `pipeline {
  agent any
  parameters { string(name: 'WHO', defaultValue: 'world') }
  stages {
    stage('Build') { steps { echo "hello \${params.WHO}" } }
    stage('Test') {
      steps { sh 'exit 3' }
      post { failure { echo 'sad' } }
    }
  }
}`;

function pipelineWith(
  spec: Partial<Pipeline['spec']> = {},
  annotations: Record<string, string> = {},
): Pipeline {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'Pipeline',
    metadata: { name: 'build', namespace: 'demo', uid: 'p-1', resourceVersion: '5', annotations },
    spec: { type: 'pipeline', pipeline: { name: 'build', jenkinsfile }, ...spec },
  };
}

function runWith(change: Partial<PipelineRun> = {}, numbered = true): PipelineRun {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: 'build-x1',
      namespace: 'demo',
      uid: 'r-1',
      resourceVersion: '7',
      ...(numbered && { annotations: { [annotation.runId]: '3', [annotation.runIdOwner]: 'r-1' } }),
    },
    spec: { pipelineRef: { name: 'build' } },
    ...change,
  };
}

function decide(facts: Partial<RunFacts>): RunDecision {
  return decideRun({ run: runWith(), pipeline: pipelineWith(), taskRuns: [], ...facts }, settings);
}

function createdRun(): TektonRun {
  const decision = decide({});
  if (decision.do !== 'create') throw new Error(`expected a run, got ${JSON.stringify(decision)}`);
  return decision.tektonRun;
}

function failureOf(facts: Partial<RunFacts>): string {
  const decision = decide(facts);
  if (decision.do !== 'tell') return decision.do;
  return `${decision.state.phase} ${decision.state.reason}: ${decision.state.message}`;
}

describe('a run that starts', () => {
  test('takes a number first, then creates one tekton.dev PipelineRun of its own name', () => {
    expect(decide({ run: runWith({}, false) })).toMatchObject({ do: 'take-number', engine: 'tekton' });
    const tektonRun = createdRun();
    expect(tektonRun.metadata).toMatchObject({
      name: 'build-x1',
      namespace: 'demo',
      ownerReferences: [{ uid: 'r-1', controller: true }],
    });
    expect(tektonRun.spec).toMatchObject({
      managedBy: 'armillary.dev/tekton-runner',
      params: [{ name: 'WHO', value: 'world' }],
    });
    const env = tektonRun.spec.pipelineSpec?.tasks?.[0]?.taskSpec?.stepTemplate?.env;
    expect(env).toContainEqual({ name: 'BUILD_NUMBER', value: '3' });
    expect(env).toContainEqual({ name: 'JOB_NAME', value: 'demo/build' });
  });

  test('a number copied from another run is not its own', () => {
    const run = runWith({});
    run.metadata.uid = 'r-2';
    expect(decide({ run }).do).toBe('take-number');
  });

  test('the snapshot is run, not what the Pipeline has become', () => {
    const spec = { pipelineRef: { name: 'build' }, pipelineSpec: pipelineWith().spec };
    const changed = pipelineWith({ pipeline: { name: 'build', jenkinsfile: 'broken' } });
    expect(decide({ run: runWith({ spec }), pipeline: changed }).do).toBe('create');
  });

  test('a run that was created and whose tekton.dev object is gone does not run again', () => {
    expect(failureOf({ run: runWith({ status: { phase: 'Running' } }) })).toMatch(/^Failed EngineRunDeleted/);
  });
});

describe('a run that cannot start fails with a reason', () => {
  test.each<[string, Partial<RunFacts>, RegExp]>([
    ['no Pipeline', { pipeline: undefined }, /^Failed PipelineNotFound: .*"build" in the namespace demo/],
    [
      'no name',
      { pipeline: undefined, run: runWith({ spec: { pipelineRef: {} } }) },
      /set spec\.pipelineRef\.name/,
    ],
    [
      'an unknown engine',
      { pipeline: pipelineWith({ engine: { type: 'travis' } }) },
      /^Failed UnknownEngine: .*"travis".*jenkins, tekton/,
    ],
    [
      'an engine by annotation',
      { pipeline: pipelineWith({}, { [annotation.engine]: 'jenkins' }) },
      /^Failed EngineNotConfigured/,
    ],
    [
      'a broken Jenkinsfile',
      {
        pipeline: pipelineWith({ pipeline: { name: 'b', jenkinsfile: 'pipeline {\n  agent any\n  stage' } }),
      },
      /^Failed InvalidJenkinsfile: .*line 3/,
    ],
    ['no Jenkinsfile', { pipeline: pipelineWith({ pipeline: { name: 'b' } }) }, /^Failed InvalidJenkinsfile/],
    [
      'something outside the slice',
      {
        pipeline: pipelineWith({
          pipeline: { name: 'b', jenkinsfile: jenkinsfile.replace("sh 'exit 3'", 'deleteDir()') },
        }),
      },
      /^Failed UnsupportedJenkinsfile: .*line 7: deleteDir/,
    ],
    [
      'many branches',
      { pipeline: pipelineWith({ type: 'multi-branch-pipeline' }) },
      /^Failed UnsupportedPipeline/,
    ],
    [
      'an unknown parameter',
      {
        run: runWith({
          spec: { pipelineRef: { name: 'build' }, parameters: [{ name: 'WHOM', value: 'x' }] },
        }),
      },
      /^Failed InvalidParameters: .*"WHOM".*"WHO"/,
    ],
    [
      'a parameter twice',
      {
        run: runWith({
          spec: {
            pipelineRef: { name: 'build' },
            parameters: [
              { name: 'WHO', value: 'x' },
              { name: 'WHO', value: 'y' },
            ],
          },
        }),
      },
      /twice/,
    ],
    [
      'a stop before the start',
      { run: runWith({ spec: { pipelineRef: { name: 'build' }, action: 'Stop' } }) },
      /^Cancelled Cancelled/,
    ],
  ])('%s', (_, facts, expected) => {
    expect(failureOf(facts)).toMatch(expected);
  });
});

describe('a run that is under way', () => {
  function tektonRunWith(status: NonNullable<TektonRun['status']>): TektonRun {
    return { ...createdRun(), status };
  }

  function taskRun(task: string, status: NonNullable<TaskRun['status']>): TaskRun {
    return {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { name: `build-x1-${task}`, namespace: 'demo', labels: { 'tekton.dev/pipelineTask': task } },
      spec: {},
      status,
    };
  }

  test('tells the running stage and how to see its log', () => {
    const decision = decide({
      tektonRun: tektonRunWith({
        startTime: '2026-01-01T00:00:00Z',
        conditions: [{ type: 'Succeeded', status: 'Unknown', reason: 'Running' }],
      }),
      taskRuns: [taskRun('build', { startTime: '2026-01-01T00:00:00Z', podName: 'build-x1-build-pod' })],
    });
    expect(decision).toMatchObject({
      do: 'tell',
      state: {
        phase: 'Running',
        startTime: '2026-01-01T00:00:00Z',
        message:
          'Stage "Build" is running. Its log: kubectl -n demo logs build-x1-build-pod --all-containers -f',
      },
      stages: [
        { name: 'Build', state: 'Running', pod: 'build-x1-build-pod', containers: ['step-1-echo'] },
        { name: 'Test', state: 'Pending' },
      ],
    });
  });

  test.each(['StepFailed', 'Failed'])('names the stage, step and exit code that failed (%s)', (reason) => {
    const step = (name: string, exitCode: number) => ({
      name,
      container: `step-${name}`,
      terminated: { exitCode },
    });
    const decision = decide({
      tektonRun: tektonRunWith({
        completionTime: '2026-01-01T00:01:00Z',
        conditions: [{ type: 'Succeeded', status: 'False', reason: 'Failed' }],
      }),
      taskRuns: [
        taskRun('build', { conditions: [{ type: 'Succeeded', status: 'True' }] }),
        taskRun('test', {
          podName: 'p2',
          conditions: [{ type: 'Succeeded', status: 'False', reason }],
          steps: [step('1-sh', 3), step('failure-1-echo', 0), step('result', 3)],
        }),
      ],
    });
    expect(decision).toMatchObject({
      state: {
        phase: 'Failed',
        completionTime: '2026-01-01T00:01:00Z',
        message:
          'Stage "Test" failed: step sh, line 7 exited with code 3. Its log: kubectl -n demo logs p2 -c step-1-sh',
      },
    });
  });

  test('waits for the end of a stage that its run knows already', () => {
    const tektonRun = tektonRunWith({
      completionTime: '2026-01-01T00:01:00Z',
      conditions: [{ type: 'Succeeded', status: 'False', reason: 'Failed' }],
    });
    expect(
      decide({ tektonRun, taskRuns: [taskRun('build', { startTime: '2026-01-01T00:00:00Z' })] }),
    ).toEqual({ do: 'nothing' });
  });

  test('is cancelled once when it is to stop, and then is Cancelled', () => {
    const run = runWith({ spec: { pipelineRef: { name: 'build' }, action: 'Stop' } });
    const running = tektonRunWith({ conditions: [{ type: 'Succeeded', status: 'Unknown' }] });
    expect(decide({ run, tektonRun: running }).do).toBe('cancel');
    expect(
      decide({ run, tektonRun: { ...running, spec: { ...running.spec, status: 'Cancelled' } } }).do,
    ).toBe('tell');
    const stopped = tektonRunWith({
      completionTime: '2026-01-01T00:01:00Z',
      conditions: [{ type: 'Succeeded', status: 'False', reason: 'Cancelled' }],
    });
    expect(decide({ run, tektonRun: stopped })).toMatchObject({ state: { phase: 'Cancelled' } });
  });

  test('an action that Tekton does not have is told, not passed over', () => {
    const run = runWith({ spec: { pipelineRef: { name: 'build' }, action: 'Pause' } });
    const decision = decide({ run, tektonRun: tektonRunWith({}) });
    expect(decision.do === 'tell' && decision.state.message).toContain(
      'The action Pause has no effect on Tekton',
    );
  });

  test('the object of a deleted run of the same name is waited out, somebody else’s is a conflict', () => {
    const former = createdRun();
    former.metadata.ownerReferences =
      former.metadata.ownerReferences?.map((owner) => ({ ...owner, uid: 'r-0' })) ?? [];
    expect(decide({ tektonRun: former })).toEqual({ do: 'nothing' });
    const foreign = createdRun();
    foreign.metadata.ownerReferences = [];
    expect(failureOf({ tektonRun: foreign })).toMatch(/^Failed NameConflict/);
  });

  test('nothing happens to a run that is finished or deleted', () => {
    expect(
      decide({ run: runWith({ status: { completionTime: '2026-01-01T00:00:00Z' } }), pipeline: undefined }),
    ).toEqual({ do: 'nothing' });
    const deleted = runWith();
    deleted.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(decide({ run: deleted, pipeline: undefined })).toEqual({ do: 'nothing' });
  });
});

describe('numbers', () => {
  test('rise above the counter and above the runs that are there', () => {
    expect(nextRunNumber(pipelineWith(), [])).toBe(1);
    expect(nextRunNumber(pipelineWith({}, { [annotation.lastRunId]: '9' }), [runWith()])).toBe(10);
    expect(nextRunNumber(pipelineWith({}, { [annotation.lastRunId]: 'nonsense' }), [runWith()])).toBe(4);
  });

  test('are written with the snapshot, the engine and the owner, against the version that was read', () => {
    const patch = numberPatch(runWith({}, false), pipelineWith(), 4, 'tekton');
    expect(patch).toMatchObject({
      metadata: {
        resourceVersion: '7',
        annotations: { [annotation.runId]: '4', [annotation.runIdOwner]: 'r-1' },
        labels: { 'devops.kubesphere.io/pipeline': 'build' },
        ownerReferences: [{ uid: 'p-1' }],
      },
      spec: { pipelineSpec: { type: 'pipeline', engine: { type: 'tekton' } } },
    });
  });
});
