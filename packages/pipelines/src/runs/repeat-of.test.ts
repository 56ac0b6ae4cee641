import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { expect, test } from 'vitest';
import { repeatOf } from './repeat-of.ts';

const id = 'devops.kubesphere.io/jenkins-pipelinerun-id';

function run(
  engine: string | undefined,
  annotations: Record<string, string>,
  spec: Partial<PipelineRun['spec']> = {},
): PipelineRun {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: 'build-7',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '9',
      labels: { 'devops.kubesphere.io/pipeline': 'build', team: 'a' },
      annotations,
      finalizers: ['pipelinerun.finalizers.kubesphere.io'],
    },
    spec: {
      pipelineRef: { name: 'build', uid: 'p' },
      ...(engine !== undefined && { pipelineSpec: { type: 'pipeline', engine: { type: engine } } }),
      action: 'Stop',
      ...spec,
    },
    status: { phase: 'Failed', completionTime: '2026-01-01T00:00:00Z' },
  };
}

test('carries over what was asked for, and nothing that became of it', () => {
  const asked = {
    parameters: [{ name: 'A', value: '1' }],
    scm: { refType: 'branch', refName: 'main' },
  };
  const source = run('tekton', { [id]: '7', 'pipelines.armillary.dev/run-id-owner': 'u' }, asked);
  expect(repeatOf(source)).toEqual({
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      generateName: 'build-',
      namespace: 'shop',
      labels: { 'devops.kubesphere.io/pipeline': 'build' },
    },
    spec: { pipelineRef: { name: 'build' }, ...asked },
  });
});

test('replays builds, also those of KubeSphere’s own controller', () => {
  const replay = { 'pipelines.armillary.dev/replay-of': 'build-7' };
  expect(repeatOf(run('jenkins', { [id]: '7' })).metadata.annotations).toEqual(replay);
  expect(repeatOf(run(undefined, { [id]: '7' })).metadata.annotations).toEqual(replay);
  // It never had a build, so there is no script to repeat.
  expect(repeatOf(run('jenkins', {})).metadata.annotations).toBeUndefined();
});

test('refuses a run of nothing', () => {
  expect(() => repeatOf(run('tekton', {}, { pipelineRef: {} }))).toThrow(/build-7 names no Pipeline/);
});
