import { valueBean, type ParameterValue } from '../items/parameters.ts';
import { bean, type Bean } from '../tree.ts';
import { shortDescription, type Build, type Cause } from './build.ts';

/** The class of the builds of pipelines. */
const RUN_CLASS = 'org.jenkinsci.plugins.workflow.job.WorkflowRun';
const CAUSE_CLASSES: Readonly<Record<Cause['kind'], string>> = {
  user: 'hudson.model.Cause$UserIdCause',
  remote: 'hudson.model.Cause$RemoteCause',
  indexing: 'jenkins.branch.BranchIndexingCause',
  replay: 'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause',
  restart: 'org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause',
};

/** A build as `api/json` shows it. */
export function buildBean(build: Build, rootUrl: string): Bean {
  // The builds beside it are shown without a class, unlike all other references.
  const neighbour = (step: number): Bean | null => {
    const numbers = [...build.job.builds.keys()];
    const number = numbers[numbers.indexOf(build.number) + step];
    const other = number === undefined ? undefined : build.job.builds.get(number);
    return other
      ? bean(undefined, { number: () => other.number, url: () => rootUrl + other.urlPath }, 2)
      : null;
  };
  return bean(
    build.job.kind === 'freestyle' ? 'hudson.model.FreeStyleBuild' : RUN_CLASS,
    {
      actions: () => buildActions(build, rootUrl),
      artifacts: () => [...build.artifacts.keys()].sort().map(artifactBean),
      building: () => build.running,
      description: () => build.description,
      displayName: () => build.displayName,
      duration: () => build.duration,
      estimatedDuration: () => estimate(build),
      executor: () => (build.running ? bean('hudson.model.OneOffExecutor') : null),
      fullDisplayName: () => build.fullDisplayName,
      id: () => String(build.number),
      keepLog: () => build.keepLog,
      number: () => build.number,
      queueId: () => build.queueId,
      result: () => (build.running ? null : build.result),
      timestamp: () => build.startTime,
      url: () => rootUrl + build.urlPath,
      changeSets: () => [],
      culprits: () => [],
      inProgress: () => build.running,
      nextBuild: () => neighbour(1),
      previousBuild: () => neighbour(-1),
    },
    { number: 2, url: 2 },
  );
}

/** The mean of the last three that succeeded, as core guesses; -1 without any. In milliseconds. */
function estimate(build: Build): number {
  const done = build.job.newest.filter((other) => !other.running && other.result === 'SUCCESS').slice(0, 3);
  if (done.length === 0) return -1;
  return Math.round(done.reduce((sum, other) => sum + other.duration, 0) / done.length);
}

/** Core tells no size and no time of an artifact. */
function artifactBean(path: string): Bean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return bean(undefined, { displayPath: () => name, fileName: () => name, relativePath: () => path }, 9);
}

/**
 * The actions of a build. Most have nothing to show and appear as `{}`; a client must not count on their places, so only
 * their number and order as recorded are kept.
 */
function buildActions(build: Build, rootUrl: string): readonly Bean[] {
  const base = rootUrl + build.urlPath;
  const nothing = (count: number): Bean[] => Array.from({ length: count }, () => bean(undefined));
  const input = bean(
    'org.jenkinsci.plugins.workflow.support.steps.input.InputAction',
    {
      displayName: () => 'Paused for Input',
      executions: () => [...build.inputs].map(() => bean(undefined)),
      waitingForInput: () => true,
    },
    0,
  );
  const display = bean(
    'org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction',
    {
      artifactsUrl: () => `${base}artifact`,
      changesUrl: () => `${rootUrl}${build.job.urlPath}changes`,
      displayUrl: () => `${base}pipeline-overview`,
      testsUrl: () => `${base}testReport`,
    },
    0,
  );
  return [
    ...workActions(build.parameters, build.causes),
    bean('jenkins.metrics.impl.TimeInQueueAction', timeInQueue(build), 9),
    bean('org.jenkinsci.plugins.workflow.libs.LibrariesAction', { libraries: () => [] }, 0),
    ...(build.inputs.size > 0 ? [input] : []),
    ...(build.tests.size > 0 ? [testsBean(build)] : []),
    ...nothing(4),
    display,
    bean(
      'org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction',
      restartFields(build),
      0,
    ),
    ...nothing(1),
    bean(
      'org.jenkinsci.plugins.workflow.job.views.FlowGraphAction',
      {
        nodes: () =>
          build.flow.nodes.map(() => bean('org.jenkinsci.plugins.workflow.cps.nodes.StepStartNode')),
      },
      0,
    ),
    ...nothing(3),
  ];
}

/** The parameters and causes of a build or queue item, as its first two actions. */
export function workActions(
  parameters: readonly ParameterValue[],
  causes: readonly Cause[],
): readonly Bean[] {
  const given = bean('hudson.model.ParametersAction', { parameters: () => parameters.map(valueBean) }, 9);
  const causeAction = bean('hudson.model.CauseAction', { causes: () => causes.map(causeBean) }, 9);
  return parameters.length > 0 ? [given, causeAction] : [causeAction];
}

/** A cause; replays and restarts tell what they repeat only in words. */
function causeBean(cause: Cause): Bean {
  return bean(
    CAUSE_CLASSES[cause.kind],
    {
      shortDescription: () => shortDescription(cause),
      ...(cause.kind === 'user' && { userId: () => cause.user.name, userName: () => cause.user.fullName }),
      ...(cause.kind === 'remote' && { addr: () => cause.host, note: () => cause.note ?? null }),
    },
    9,
  );
}

/** What the plugin `metrics` adds to each build: how long it waited and worked, in milliseconds. */
function timeInQueue(build: Build): Bean['fields'] {
  return {
    blockedDurationMillis: () => 0,
    blockedTimeMillis: () => 0,
    buildableDurationMillis: () => 0,
    buildableTimeMillis: () => 0,
    buildingDurationMillis: () => build.duration,
    executingTimeMillis: () => build.duration,
    executorUtilization: () => 1,
    subTaskCount: () => 0,
    waitingDurationMillis: () => build.waitedMs,
    waitingTimeMillis: () => build.waitedMs,
  };
}

/** The counts of a test report; the report itself is at `testReport`. */
function testsBean(build: Build): Bean {
  const cases = [...build.tests.values()].flatMap((suite) => suite.cases);
  const count = (status: string) => (): number => cases.filter((one) => one.status === status).length;
  return bean(
    'hudson.tasks.junit.TestResultAction',
    {
      failCount: count('FAILED'),
      skipCount: count('SKIPPED'),
      totalCount: () => cases.length,
      urlName: () => 'testReport',
    },
    9,
  );
}

/** What `restart/api/json` shows: only a finished build with stages can be restarted. */
export function restartFields(build: Build): Bean['fields'] {
  const stages = (): readonly string[] =>
    build.running
      ? []
      : build.flow.stages
          .filter((stage) => stage.within === undefined && !stage.name.startsWith('Declarative: '))
          .map((stage) => stage.name);
  return { restartEnabled: () => stages().length > 0, restartableStages: stages };
}
