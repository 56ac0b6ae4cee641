import { describe, expect, test } from 'vitest';
import { blueBranches, blueMetadata } from './blue-pipeline.ts';
import type { JobOverview, OverviewJob } from './job-overview.ts';

const lastBuild = { number: 3, building: false, result: 'SUCCESS', timestamp: 1000, duration: 500 };
const main: OverviewJob = {
  name: 'main',
  displayName: 'main',
  buildable: true,
  healthReport: [{ score: 80 }],
  lastBuild: { ...lastBuild, actions: [{}, { causes: [{ shortDescription: 'Branch indexing' }] }] },
};
const pull: OverviewJob = {
  name: 'PR-7',
  displayName: 'Fix it',
  lastBuild: { ...lastBuild, result: 'FAILURE' },
};
const project: JobOverview = {
  name: 'many',
  jobs: [main, pull, { name: 'feature%2Fx', buildable: false }],
  views: [
    { name: 'default', jobs: [{ name: 'main' }] },
    { name: 'change-requests', jobs: [{ name: 'PR-7' }] },
  ],
};

describe('a project with branches', () => {
  test('counts them', () => {
    expect(JSON.parse(blueMetadata(project, 'ci/Jenkinsfile'))).toMatchObject({
      name: 'many',
      weatherScore: 80,
      totalNumberOfBranches: 2,
      totalNumberOfPullRequests: 1,
      numberOfSuccessfulBranches: 1,
      numberOfFailingPullRequests: 1,
      branchNames: ['main', 'PR-7', 'feature%2Fx'],
      scriptPath: 'ci/Jenkinsfile',
    });
  });

  test('lists them with their last builds', () => {
    expect(JSON.parse(blueBranches(project) ?? '')).toMatchObject([
      {
        name: 'main',
        rawName: 'main',
        disabled: false,
        pullRequest: null,
        latestRun: {
          id: '3',
          state: 'FINISHED',
          result: 'SUCCESS',
          endTime: '1970-01-01T00:00:01.500+0000',
          causes: [{ shortDescription: 'Branch indexing' }],
        },
      },
      { name: 'PR-7', branch: null, pullRequest: { id: '7', title: 'Fix it' } },
      { name: 'feature%2Fx', rawName: 'feature/x', disabled: true, latestRun: null },
    ]);
  });

  test('is cut when it is too long', () => {
    const jobs = Array.from({ length: 5000 }, (_, index) => ({ name: `branch-${index}` }));
    const text = blueBranches({ ...project, jobs }) ?? '';
    expect(text.length).toBeLessThanOrEqual(100_000);
    expect(JSON.parse(text)).toContainEqual(expect.objectContaining({ name: 'branch-0' }));
  });
});

test('a plain job has parameters in the words of KubeSphere, and no branches', () => {
  const property = [
    {
      parameterDefinitions: [
        {
          name: 'A',
          type: 'ChoiceParameterDefinition',
          choices: ['x'],
          defaultParameterValue: { value: 'x' },
        },
      ],
    },
  ];
  const job: JobOverview = { name: 'p', disabled: false, property };
  expect(blueBranches(job)).toBeUndefined();
  expect(JSON.parse(blueMetadata(job, undefined))).toMatchObject({
    name: 'p',
    weatherScore: 100,
    parameters: [
      { name: 'A', type: 'choice', choices: ['x'], defaultParameterValue: { name: 'A', value: 'x' } },
    ],
  });
});

test('a branch has parameters in the words of Jenkins, as upstream', () => {
  const property = [{ parameterDefinitions: [{ name: 'A', type: 'StringParameterDefinition' }] }];
  const text = blueBranches({ ...project, jobs: [{ ...main, property }] }) ?? '';
  expect(JSON.parse(text)).toMatchObject([
    { parameters: [{ name: 'A', type: 'StringParameterDefinition' }] },
  ]);
});

test('whatever a server leaves out is missing, not wrong', () => {
  expect(() => blueMetadata({}, undefined)).not.toThrow();
  expect(blueBranches({ views: [{}], jobs: [{}] })).toContain('"name":""');
});
