import { describe, expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { pipelineForm } from './form.ts';
import type { PipelineSpec } from './spec.ts';

/** What a recorded form says, its structured JSON read. */
function recordedForm(name: string): { beside: Record<string, string>; json: Record<string, unknown> } {
  return formOf(Object.fromEntries(new URLSearchParams(recording(name).request.body ?? '')));
}

function formOf(form: Readonly<Record<string, string>>) {
  const { json = '{}', ...beside } = form;
  return { beside, json: JSON.parse(json) as Record<string, unknown> };
}

const remote = 'file:///srv/git/demo.git';

describe('the form of a pipeline', () => {
  test('is the recorded one of an inline pipeline, but for the two places where that did not work', () => {
    const { beside, json } = recordedForm('02-items-24-pipeline-configSubmit');
    const script = (json['definition'] as { script: string }).script;
    const own = formOf(
      pipelineForm({
        kind: 'inline',
        description: 'made without XML',
        script,
        parameters: [
          { type: 'string', name: 'WHO', default: 'world', description: 'who', trim: true },
          { type: 'boolean', name: 'FAIL' },
          { type: 'choice', name: 'LEVEL', choices: ['low', 'mid', 'high'] },
          { type: 'password', name: 'PW', default: 's3cret' },
          { type: 'text', name: 'TXT', default: 'a\nb' },
        ],
        discarder: { daysToKeep: 7, buildsToKeep: 10 },
        concurrentBuilds: false,
        triggers: { cron: 'H H * * *' },
      }),
    );
    // The stored result shows that the default of the password and the trigger at the top were both ignored.
    const properties = json['properties'] as Record<
      string,
      { parameterDefinitions: Record<string, unknown>[] }
    >;
    const definitions = properties['hudson-model-ParametersDefinitionProperty']?.parameterDefinitions ?? [];
    const password = definitions.find(({ name }) => name === 'PW') ?? {};
    password['defaultValueAsSecret'] = password['defaultValue'];
    delete password['defaultValue'];
    const text = definitions.find(({ name }) => name === 'TXT') ?? {};
    text['trim'] = false;
    const trigger = json['hudson-triggers-TimerTrigger'];
    delete json['hudson-triggers-TimerTrigger'];
    Object.assign(properties, {
      'org-jenkinsci-plugins-workflow-job-properties-PipelineTriggersJobProperty': {
        triggers: { 'stapler-class-bag': 'true', 'hudson-triggers-TimerTrigger': trigger },
      },
    });
    expect(own).toEqual({ beside, json });
  });

  test('is the recorded one of a pipeline from a repository', () => {
    const { beside, json } = recordedForm('02-items-32-scm-pipeline-configSubmit');
    const scm = (json['definition'] as { scm: Record<string, unknown> }).scm;
    const { url } = (scm['userRemoteConfigs'] as { url: string }[])[0] ?? { url: '' };
    const spec: PipelineSpec = {
      kind: 'scm',
      description: 'from git',
      scm: { type: 'git', url, branches: ['*/main'] },
    };
    expect(formOf(pipelineForm(spec))).toEqual({ beside, json: { ...json, displayNameOrNull: '' } });
  });

  test('is the recorded one of a multibranch pipeline', () => {
    const { beside, json } = recordedForm('02-items-35-mb-configSubmit');
    const source = (json['sources'] as { source: { remote: string } }[])[0]?.source;
    const own = formOf(
      pipelineForm({
        kind: 'multibranch',
        description: 'mb by json',
        sources: [{ type: 'git', id: 'src-1', url: source?.remote ?? remote, discoverTags: true }],
        orphans: { daysToKeep: 7, branchesToKeep: 5 },
        scanIntervalMs: 3_600_000,
      }),
    );
    (json['orphanedItemStrategy'] as Record<string, unknown>)['abortBuilds'] = false;
    expect(own).toEqual({ beside, json });
  });

  test.each(['12-replace-01-submit-1', '12-replace-03-submit-2-without-property'])(
    'is that of %s',
    (name) => {
      const { beside, json } = recordedForm(name);
      const spec: PipelineSpec = { kind: 'inline', script: 'echo 1' };
      const more = beside['description'] === undefined ? {} : { description: 'd1', concurrentBuilds: false };
      expect(formOf(pipelineForm({ ...spec, ...more }))).toEqual({
        beside,
        json: { ...json, displayNameOrNull: '' },
      });
    },
  );

  test('has the token for starting and the quiet period beside the structured JSON', () => {
    const spec: PipelineSpec = {
      kind: 'inline',
      script: '',
      quietPeriodS: 5,
      triggers: { remoteToken: 'tok' },
    };
    expect(formOf(pipelineForm(spec)).beside).toEqual({
      pseudoRemoteTrigger: 'on',
      authToken: 'tok',
      hasCustomQuietPeriod: 'on',
      quiet_period: '5',
    });
  });

  test('names the traits of Bitbucket as the plugin has called them since 2025', () => {
    const forks = { build: 'merge', trust: 'team-forks' } as const;
    const spec: PipelineSpec = {
      kind: 'multibranch',
      sources: [{ type: 'bitbucket', id: 'bb', owner: 'P', repository: 'r', discoverForks: forks }],
    };
    const plugin = 'com.cloudbees.jenkins.plugins.bitbucket';
    const trait = `${plugin}.trait.ForkPullRequestDiscoveryTrait`;
    expect(formOf(pipelineForm(spec)).json['sources']).toMatchObject([
      {
        source: {
          'stapler-class': `${plugin}.BitbucketSCMSource`,
          traits: [
            { 'stapler-class': `${plugin}.trait.BranchDiscoveryTrait`, strategyId: '3' },
            {
              'stapler-class': trait,
              strategyId: '1',
              trust: { 'stapler-class': `${trait}$TrustTeamForks` },
            },
          ],
        },
      },
    ]);
  });

  test('names the classes of the plugins for a source on GitHub', () => {
    const spec: PipelineSpec = {
      kind: 'multibranch',
      branchJobs: { onDelete: 'team/clean' },
      sources: [
        {
          type: 'github',
          id: 'gh',
          owner: 'o',
          repository: 'r',
          discoverBranches: 'without-pull-requests',
          discoverForks: { build: 'merge', trust: 'contributors' },
          clone: { shallow: true, depth: 2, timeoutMinutes: 20 },
          regexFilter: '^main$',
          automaticBuilds: false,
        },
      ],
    };
    const plugin = 'org.jenkinsci.plugins.github_branch_source';
    const { json } = formOf(pipelineForm(spec));
    expect(json['sources']).toEqual([
      {
        source: {
          'stapler-class': `${plugin}.GitHubSCMSource`,
          id: 'gh',
          credentialsId: '',
          repoOwner: 'o',
          repository: 'r',
          repositoryUrl: '',
          configuredByUrl: false,
          apiUri: 'https://api.github.com',
          traits: [
            {
              'stapler-class': 'jenkins.plugins.git.traits.CloneOptionTrait',
              extension: {
                'stapler-class': 'hudson.plugins.git.extensions.impl.CloneOption',
                shallow: true,
                depth: 2,
                timeout: 20,
                noTags: false,
                honorRefspec: false,
                reference: '',
              },
            },
            { 'stapler-class': 'jenkins.scm.impl.trait.RegexSCMHeadFilterTrait', regex: '^main$' },
            { 'stapler-class': `${plugin}.BranchDiscoveryTrait`, strategyId: '1' },
            {
              'stapler-class': `${plugin}.ForkPullRequestDiscoveryTrait`,
              strategyId: '1',
              trust: { 'stapler-class': `${plugin}.ForkPullRequestDiscoveryTrait$TrustContributors` },
            },
          ],
        },
        strategy: {
          'stapler-class': 'jenkins.branch.DefaultBranchPropertyStrategy',
          props: [{ 'stapler-class': 'jenkins.branch.NoTriggerBranchProperty' }],
        },
      },
    ]);
    expect(json['org-jenkinsci-plugins-workflow-multibranch-PipelineTriggerProperty']).toEqual({
      createActionJobsToTrigger: '',
      deleteActionJobsToTrigger: 'team/clean',
      actionJobsToTriggerOnRunDelete: '',
      branchIncludeFilter: '*',
      branchExcludeFilter: '',
    });
  });
});
