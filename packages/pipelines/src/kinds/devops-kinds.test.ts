import { describe, expect, test } from 'vitest';
import { devopsKinds } from './devops-kinds.ts';
import { pipelineRunKind } from './pipeline-run.ts';
import { pipelineKind } from './pipeline.ts';

test('the resources have the names that KubeSphere gave them', () => {
  expect(devopsKinds.map((kind) => kind.crd().metadata.name)).toEqual([
    'devopsprojects.devops.kubesphere.io',
    'pipelines.devops.kubesphere.io',
    'pipelineruns.devops.kubesphere.io',
  ]);
});

test('a run prints its number, phase and age', () => {
  const [version] = pipelineRunKind.crd().spec.versions;
  expect(version?.additionalPrinterColumns?.map(({ name, jsonPath }) => `${name} ${jsonPath}`)).toEqual([
    'ID .metadata.annotations.devops\\.kubesphere\\.io/jenkins-pipelinerun-id',
    'Phase .status.phase',
    'Reason .status.conditions[?(@.type=="Succeeded")].reason',
    'Age .metadata.creationTimestamp',
  ]);
});

describe('existing objects are valid as they are', () => {
  test('a pipeline of the console', () => {
    const spec = {
      type: 'pipeline',
      pipeline: {
        name: 'demo',
        description: 'd',
        disable_concurrent: true,
        discarder: { days_to_keep: '7', num_to_keep: '10' },
        parameters: [{ name: 'A', type: 'choice', default_value: 'a\nb', description: '' }],
        timer_trigger: { cron: 'H * * * *' },
        remote_trigger: { token: 't' },
        generic_webhook: { enable: true, token: 't', request_variables: [{ key: 'k', regexp_filter: '' }] },
        jenkinsfile: 'pipeline {}',
      },
    };
    expect(pipelineKind.validate(objectOf('Pipeline', spec))).toEqual([]);
  });

  test('a multi-branch pipeline', () => {
    const spec = {
      type: 'multi-branch-pipeline',
      multi_branch_pipeline: {
        name: 'demo',
        source_type: 'github',
        script_path: 'Jenkinsfile',
        github_source: {
          owner: 'o',
          repo: 'r',
          discover_branches: 1,
          discover_pr_from_forks: { strategy: 2, trust: 1 },
        },
        multibranch_job_trigger: { create_action_job_to_trigger: 'x' },
      },
    };
    expect(pipelineKind.validate(objectOf('Pipeline', spec))).toEqual([]);
  });

  test('a run', () => {
    const spec = {
      pipelineRef: { name: 'demo' },
      parameters: [{ name: 'A', value: 'a' }],
      scm: { refType: 'branch', refName: 'main' },
    };
    expect(pipelineRunKind.validate(objectOf('PipelineRun', spec))).toEqual([]);
    expect(pipelineRunKind.validate(objectOf('PipelineRun', { pipelineRef: 'demo' }))).not.toEqual([]);
  });
});

function objectOf(kind: string, spec: object): object {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind,
    metadata: { name: 'demo', namespace: 'demo' },
    spec,
  };
}
