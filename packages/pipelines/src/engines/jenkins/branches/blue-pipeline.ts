import { branchName } from '@armillary/jenkins-client';
import { blueTime } from '../blue-ocean/blue-time.ts';
import type { JobOverview, OverviewJob, OverviewParameter } from './job-overview.ts';

/** All annotations of an object together may have 256 KiB; this one leaves room for others. */
const MAX_LENGTH = 100_000;

/** The words of KubeSphere for the classes of Jenkins. Branches keep the classes, as upstream. */
const PARAMETER_TYPES: Readonly<Record<string, string>> = {
  StringParameterDefinition: 'string',
  ChoiceParameterDefinition: 'choice',
  TextParameterDefinition: 'text',
  BooleanParameterDefinition: 'boolean',
  FileParameterDefinition: 'file',
  PasswordParameterDefinition: 'password',
};

/**
 * What is known of a job as JSON in the shape that KubeSphere's console reads, which is Blue Ocean's. Counts are of
 * branches and pull requests by the result of their last builds.
 */
export function blueMetadata(job: JobOverview, scriptPath: string | undefined): string {
  const requests = pullRequests(job);
  const children = job.jobs ?? [];
  const branches = children.filter(({ name = '' }) => !requests.has(name));
  const pulls = children.filter(({ name = '' }) => requests.has(name));
  const multiBranch = job.views !== undefined;
  const metadata = {
    name: job.name ?? '',
    weatherScore: score(multiBranch ? children : [job]),
    estimatedDurationInMillis: job.lastBuild?.estimatedDuration ?? -1,
    disabled: isDisabled(job),
    parameters: multiBranch
      ? null
      : parametersOf(job).map((each) => ({ ...each, type: PARAMETER_TYPES[each.type] ?? each.type })),
    ...(multiBranch && {
      numberOfPipelines: children.length,
      numberOfFolders: 0,
      totalNumberOfBranches: branches.length,
      totalNumberOfPullRequests: pulls.length,
      numberOfFailingBranches: branches.filter(isFailing).length,
      numberOfFailingPullRequests: pulls.filter(isFailing).length,
      numberOfSuccessfulBranches: branches.filter(isSuccessful).length,
      numberOfSuccessfulPullRequests: pulls.filter(isSuccessful).length,
      branchNames: children.map(({ name = '' }) => name),
      scriptPath: scriptPath ?? null,
    }),
  };
  const whole = JSON.stringify(metadata);
  if (whole.length <= MAX_LENGTH) return whole;
  return JSON.stringify({ ...metadata, parameters: null, branchNames: [] });
}

/** The branches and pull requests of a job as JSON in the shape of Blue Ocean; undefined when it has no branches. */
export function blueBranches(job: JobOverview): string | undefined {
  if (job.views === undefined) return undefined;
  const requests = pullRequests(job);
  return cutText(
    (job.jobs ?? []).map((branch) => {
      const { name = '', displayName = branchName(name) } = branch;
      return {
        name,
        rawName: displayName,
        weatherScore: score([branch]),
        disabled: isDisabled(branch),
        latestRun: latestRun(branch, name),
        branch: requests.has(name) ? null : { isPrimary: false, issues: [], url: '' },
        pullRequest: requests.has(name)
          ? { id: name.replace(/^\D+/, ''), title: displayName, author: '', url: '' }
          : null,
        parameters: parametersOf(branch),
      };
    }),
  );
}

/** branch-api lists them in a view of their own. */
function pullRequests({ views = [] }: JobOverview): ReadonlySet<string> {
  const view = views.find(({ name }) => name === 'change-requests');
  return new Set((view?.jobs ?? []).map(({ name = '' }) => name));
}

function isDisabled({ disabled, buildable }: OverviewJob): boolean {
  return disabled ?? buildable === false;
}

function isFailing({ lastBuild }: OverviewJob): boolean {
  return lastBuild?.result === 'FAILURE' || lastBuild?.result === 'UNSTABLE';
}

function isSuccessful({ lastBuild }: OverviewJob): boolean {
  return lastBuild?.result === 'SUCCESS';
}

/** The worst weather of all; fine where nothing was built. */
function score(jobs: readonly OverviewJob[]): number {
  return Math.min(
    100,
    ...jobs.flatMap(({ healthReport = [] }) => healthReport.map((each) => each.score ?? 100)),
  );
}

function latestRun({ lastBuild }: OverviewJob, pipeline: string): Record<string, unknown> | null {
  if (!lastBuild) return null;
  const { number, building = false, result, timestamp, duration = 0, actions = [] } = lastBuild;
  return {
    id: String(number ?? ''),
    name: null,
    pipeline,
    state: building ? 'RUNNING' : 'FINISHED',
    result: result ?? 'UNKNOWN',
    startTime: blueTime(timestamp),
    endTime: blueTime(building || timestamp === undefined ? undefined : timestamp + duration),
    durationInMillis: building ? 0 : duration,
    causes: actions
      .flatMap(({ causes = [] }) => causes)
      .map(({ shortDescription = '' }) => ({ shortDescription })),
  };
}

interface BlueParameter extends Record<string, unknown> {
  type: string;
}

function parametersOf({ property = [] }: OverviewJob): BlueParameter[] {
  return property.flatMap(({ parameterDefinitions = [] }) => parameterDefinitions).map(parameterOf);
}

function parameterOf(parameter: OverviewParameter): BlueParameter {
  const { name = '', type = '', description = '', choices, defaultParameterValue } = parameter;
  return {
    name,
    type,
    description,
    ...(choices !== undefined && { choices }),
    defaultParameterValue: { name, value: defaultParameterValue?.value ?? null },
  };
}

/** A list as JSON: without parameters when it is long, and then cut. */
function cutText(list: readonly object[]): string {
  const whole = JSON.stringify(list);
  if (whole.length <= MAX_LENGTH) return whole;
  let short = list.map((each) => ({ ...each, parameters: [] }));
  for (let text = JSON.stringify(short); ; text = JSON.stringify(short)) {
    if (text.length <= MAX_LENGTH) return text;
    short = short.slice(0, Math.floor(short.length / 2));
  }
}
