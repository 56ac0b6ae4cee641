import { describe, expect, test } from 'vitest';
import type { PipelineSpec } from '../../../kinds/pipeline.ts';
import { jobSpec } from './job-spec.ts';

type Plain = NonNullable<PipelineSpec['pipeline']>;
type MultiBranch = NonNullable<PipelineSpec['multi_branch_pipeline']>;

const plain = (pipeline: Partial<Plain>): ReturnType<typeof jobSpec> =>
  jobSpec({ type: 'pipeline', pipeline: { name: 'demo', ...pipeline } }, 'id');
const multiBranch = (pipeline: Partial<MultiBranch>): ReturnType<typeof jobSpec> =>
  jobSpec(
    {
      type: 'multi-branch-pipeline',
      multi_branch_pipeline: {
        name: 'demo',
        source_type: 'git',
        script_path: 'ci/Jenkinsfile',
        git_source: { url: 'https://git.example.org/r.git', discover_branches: true },
        ...pipeline,
      },
    },
    'fallback',
  );

describe('a plain pipeline', () => {
  test('that says nothing leaves to the Jenkinsfile what it can say, and turns off the rest', () => {
    expect(plain({})).toEqual({
      kind: 'inline',
      script: '',
      sandbox: true,
      description: '',
      disabled: false,
      triggers: {},
    });
  });

  test('that says everything', () => {
    const spec = plain({
      description: 'd',
      jenkinsfile: 'pipeline {}',
      disable_concurrent: true,
      discarder: { days_to_keep: '7', num_to_keep: '10' },
      parameters: [
        { name: 'S', type: 'string', default_value: 's', description: 'about' },
        { name: 'T', type: 'text', default_value: 'a\nb' },
        { name: 'B', type: 'boolean', default_value: 'true' },
        { name: 'C', type: 'choice', default_value: 'one\ntwo\n' },
        { name: 'P', type: 'password', default_value: 'secret' },
        { name: 'F', type: 'file' },
      ],
      timer_trigger: { cron: 'H * * * *' },
      remote_trigger: { token: 'tok' },
      generic_webhook: {
        enable: true,
        token: 'hook',
        cause: 'by $user',
        print_variables: true,
        request_variables: [{ key: 'k', regexp_filter: '[^a]' }],
        header_variables: [{ key: 'h', regexp_filter: '' }],
        filter_text: '$ref',
        filter_expression: '^main$',
      },
    });
    expect(spec).toEqual({
      kind: 'inline',
      script: 'pipeline {}',
      sandbox: true,
      description: 'd',
      disabled: false,
      concurrentBuilds: false,
      discarder: { daysToKeep: 7, buildsToKeep: 10 },
      parameters: [
        { name: 'S', type: 'string', default: 's', description: 'about' },
        { name: 'T', type: 'text', default: 'a\nb', description: '' },
        { name: 'B', type: 'boolean', default: true, description: '' },
        { name: 'C', type: 'choice', choices: ['one', 'two'], description: '' },
        { name: 'P', type: 'password', default: 'secret', description: '' },
        { name: 'F', type: 'file', description: '' },
      ],
      triggers: {
        cron: 'H * * * *',
        remoteToken: 'tok',
        genericWebhook: {
          token: 'hook',
          cause: 'by $user',
          filterText: '$ref',
          filterExpression: '^main$',
          requestVariables: [{ key: 'k', regexpFilter: '[^a]' }],
          headerVariables: [{ key: 'h' }],
          printVariables: true,
          printPostContent: false,
        },
      },
    });
  });

  test('a webhook that is not enabled is none, and limits of -1 are none', () => {
    expect(plain({ generic_webhook: { enable: false, token: 't' } })).toMatchObject({ triggers: {} });
    expect(plain({ discarder: { days_to_keep: '-1', num_to_keep: '' } })).toMatchObject({ discarder: {} });
  });

  test.each<[string, Partial<Plain>, RegExp]>([
    ['an unknown kind of parameter', { parameters: [{ name: 'A', type: 'dropdown' }] }, /"dropdown": write/],
    ['a nameless parameter', { parameters: [{ name: '', type: 'string' }] }, /no name/],
    [
      'a name twice',
      {
        parameters: [
          { name: 'A', type: 'string' },
          { name: 'A', type: 'text' },
        ],
      },
      /"A" is there twice/,
    ],
    [
      'a wrong boolean',
      { parameters: [{ name: 'A', type: 'boolean', default_value: 'yes' }] },
      /true or false/,
    ],
    ['an empty choice', { parameters: [{ name: 'A', type: 'choice' }] }, /nothing to choose/],
    ['a wrong limit', { discarder: { days_to_keep: 'week' } }, /days_to_keep is "week"/],
    [
      'parameters from elsewhere',
      { parameters_from: [{ kind: 'ConfigMap', mode: 'm', name: 'n', values_key: 'k' }] },
      /parameters_from/,
    ],
    [
      'a hook variable without key',
      { generic_webhook: { enable: true, request_variables: [{ key: '' }] } },
      /no key/,
    ],
  ])('%s is refused', (_name, pipeline, message) => {
    expect(() => plain(pipeline)).toThrow(message);
  });
});

describe('a multi-branch pipeline', () => {
  test('keeps gone branches for ever and never scans by itself, unless told', () => {
    expect(multiBranch({})).toEqual({
      kind: 'multibranch',
      scriptPath: 'ci/Jenkinsfile',
      description: '',
      disabled: false,
      orphans: null,
      scanIntervalMs: null,
      branchJobs: null,
      sources: [
        {
          type: 'git',
          id: 'fallback',
          url: 'https://git.example.org/r.git',
          discoverBranches: true,
          discoverTags: false,
        },
      ],
    });
  });

  test('with everything around its source', () => {
    expect(
      multiBranch({
        discarder: { days_to_keep: '3', num_to_keep: '' },
        timer_trigger: { interval: '3600000' },
        multibranch_job_trigger: { create_action_job_to_trigger: 'a', delete_action_job_to_trigger: '' },
        git_source: {
          scm_id: 'mine',
          url: 'ssh://git@h/r',
          credential_id: 'key',
          discover_tags: true,
          regex_filter: 'main|dev.*',
          git_clone_option: { shallow: true, depth: 5, timeout: 20 },
        },
      }),
    ).toMatchObject({
      orphans: { daysToKeep: 3 },
      scanIntervalMs: 3_600_000,
      branchJobs: { onCreate: 'a' },
      sources: [
        {
          type: 'git',
          id: 'mine',
          credentialsId: 'key',
          discoverBranches: false,
          discoverTags: true,
          regexFilter: 'main|dev.*',
          clone: { shallow: true, depth: 5, timeoutMinutes: 20, honorRefspec: true },
        },
      ],
    });
  });

  test.each([
    [1, 'contributors', 'members', 'everyone'],
    [2, 'everyone', 'everyone', 'team-forks'],
    [3, 'permission', 'permission', 'nobody'],
    [4, 'nobody', 'nobody', undefined],
  ])('trust %i means %s on GitHub, %s on GitLab, %s on Bitbucket', (trust, github, gitlab, bitbucket) => {
    const source = {
      owner: 'o',
      repo: 'r',
      discover_branches: 1,
      discover_pr_from_origin: 2,
      discover_pr_from_forks: { strategy: 3, trust },
    };
    expect(multiBranch({ source_type: 'github', github_source: source })).toMatchObject({
      sources: [
        {
          discoverBranches: 'without-pull-requests',
          discoverPullRequests: 'head',
          discoverForks: { build: 'both', trust: github },
        },
      ],
    });
    expect(multiBranch({ source_type: 'gitlab', gitlab_source: source })).toMatchObject({
      sources: [{ serverName: 'default', projectPath: 'o/r', discoverForks: { trust: gitlab } }],
    });
    const onBitbucket = (): unknown =>
      multiBranch({ source_type: 'bitbucket_server', bitbucket_server_source: source });
    if (bitbucket === undefined) expect(onBitbucket).toThrow(/trust is 4: write one of 1, 2, 3/);
    else expect(onBitbucket()).toMatchObject({ sources: [{ discoverForks: { trust: bitbucket } }] });
  });

  test('nothing is discovered that was not asked for', () => {
    const github_source = { owner: 'o', repo: 'r', discover_branches: 0 };
    expect(multiBranch({ source_type: 'github', github_source })).toMatchObject({
      sources: [{ discoverBranches: null, discoverPullRequests: null, discoverForks: null }],
    });
  });

  test('Subversion', () => {
    expect(
      multiBranch({
        source_type: 'svn',
        svn_source: { remote: 'svn://h/r', includes: 'trunk', excludes: 'x', credential_id: 'c' },
      }),
    ).toMatchObject({
      sources: [{ type: 'svn', url: 'svn://h/r', includes: 'trunk', excludes: 'x', credentialsId: 'c' }],
    });
    expect(
      multiBranch({ source_type: 'single_svn', single_svn_source: { remote: 'svn://h/r' } }),
    ).toMatchObject({
      sources: [{ type: 'single-svn', url: 'svn://h/r' }],
    });
  });

  test.each<[string, Partial<MultiBranch>, RegExp]>([
    ['an unknown source', { source_type: 'cvs' }, /source_type is "cvs"/],
    ['a source that is not there', { source_type: 'github' }, /github_source is missing/],
    ['a source without address', { git_source: {} }, /git_source\.url is missing/],
    [
      'an unknown number',
      { source_type: 'github', github_source: { owner: 'o', repo: 'r', discover_branches: 9 } },
      /discover_branches is 9: write one of 1, 2, 3/,
    ],
    [
      'forks without trust',
      {
        source_type: 'github',
        github_source: { owner: 'o', repo: 'r', discover_pr_from_forks: { strategy: 1 } },
      },
      /trust is missing/,
    ],
    ['a wrong interval', { timer_trigger: { interval: '1h' } }, /interval is "1h"/],
  ])('%s is refused', (_name, pipeline, message) => {
    expect(() => multiBranch(pipeline)).toThrow(message);
  });
});

test.each<[PipelineSpec, RegExp]>([
  [{ type: 'job' }, /spec\.type is "job"/],
  [{ type: 'pipeline' }, /spec\.pipeline is missing/],
  [{ type: 'multi-branch-pipeline' }, /spec\.multi_branch_pipeline is missing/],
])('%j is refused', (spec, message) => {
  expect(() => jobSpec(spec, 'id')).toThrow(message);
});
