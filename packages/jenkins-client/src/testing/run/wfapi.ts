import type { Area, Call } from '../area.ts';
import { onBuild } from '../builds/build-routes.ts';
import type { Build } from '../builds/build.ts';
import { stageOf, type FlowNode, type Result } from '../builds/flow.ts';
import { annotator } from '../builds/log-answers.ts';
import { notFound } from '../error-pages.ts';
import { json, type Answer } from '../http.ts';

/** Stages by pipeline-rest-api (`wfapi`). Its inputs are answered in `input-routes.ts`. */
export const wfapiArea: Area = {
  routes: [
    { on: 'item', method: 'GET', path: 'wfapi/describe', handle: describeJob },
    { on: 'item', method: 'GET', path: 'wfapi/runs', handle: describeRuns },
    {
      on: 'build',
      method: 'GET',
      path: 'wfapi/describe',
      handle: onBuild((build, call) => json(describeRun(build, call, runBase(call), withSteps(call)))),
    },
    { on: 'build', method: 'GET', path: 'wfapi/changesets', handle: onBuild(() => json([])) },
    {
      on: 'build',
      method: 'GET',
      path: 'wfapi/artifacts',
      handle: onBuild((build, call) => json(artifacts(build, call))),
    },
    { on: 'build', method: 'GET', path: 'execution/node/:id/wfapi/describe', handle: onBuild(describeNode) },
    { on: 'build', method: 'GET', path: 'execution/node/:id/wfapi/log', handle: onBuild(nodeLog) },
  ],
};

/** The words of wfapi for results. */
const STATUSES: Readonly<Record<Result, string>> = {
  SUCCESS: 'SUCCESS',
  UNSTABLE: 'UNSTABLE',
  FAILURE: 'FAILED',
  ABORTED: 'ABORTED',
  NOT_BUILT: 'NOT_EXECUTED',
};

/** The address of the run as the request wrote it: with `lastBuild`, the links say `lastBuild`, too. */
function runBase({ request, world }: Call): string {
  return `${world.options.prefix}${request.path.replace(/\/(wfapi|execution)\/.*$/, '')}`;
}

/** Whether the steps of each stage are asked for. */
function withSteps({ request }: Call): boolean {
  return request.query.get('fullStages') === 'true';
}

function describeJob({ item, request, world }: Call): Answer | undefined {
  if (item.kind !== 'pipeline') return undefined;
  const base = `${world.options.prefix}${request.path.replace(/\/describe$/, '')}`;
  const links = { self: { href: `${base}/describe` }, runs: { href: `${base}/runs` } };
  return json({ _links: links, name: item.name, runCount: item.builds.size });
}

/** The last ten builds, or those since one by its display name. */
function describeRuns(call: Call): Answer | undefined {
  const { item, request, world } = call;
  if (item.kind !== 'pipeline') return undefined;
  const since = request.query.get('since');
  const last = since === null ? -1 : item.newest.findIndex((build) => build.displayName === since);
  const builds = last >= 0 ? item.newest.slice(0, last + 1) : item.newest.slice(0, 10);
  const runs = builds.map((build) =>
    describeRun(build, call, `${world.options.prefix}/${build.urlPath.slice(0, -1)}`, withSteps(call)),
  );
  return json(runs);
}

/** A run. Its links to inputs are there only while one waits; its pause counts only when it is over, as recorded. */
function describeRun(build: Build, { world }: Call, base: string, steps: boolean): unknown {
  const now = world.clock.now();
  const end = build.endTime ?? now;
  const link = (name: string): { href: string } => ({ href: `${base}/wfapi/${name}` });
  const paused = build.inputs.size > 0;
  const pauses = build.flow.nodes.filter((node) => node.call === 'input');
  return {
    _links: {
      self: link('describe'),
      ...(paused && {
        pendingInputActions: link('pendingInputActions'),
        nextPendingInputAction: link('nextPendingInputAction'),
      }),
      ...(build.artifacts.size > 0 && { artifacts: link('artifacts') }),
    },
    id: String(build.number),
    name: build.displayName,
    status: paused ? 'PAUSED_PENDING_INPUT' : statusOf(build),
    startTimeMillis: build.startTime,
    endTimeMillis: end,
    durationMillis: end - build.startTime,
    queueDurationMillis: build.waitedMs,
    pauseDurationMillis: build.running ? 0 : pauses.reduce((sum, node) => sum + node.pauseMs, 0),
    stages: build.flow.stages.map((stage) => describeStage(build, stage, base, now, steps)),
  };
}

/** The status of a run, stage or step that does not wait for people. */
function statusOf(of: Build | FlowNode): string {
  if (of.endTime === undefined || of.result === undefined) return 'IN_PROGRESS';
  // A step that warns is no failure here; only its stage and its build are unstable.
  if ('kind' in of && of.kind === 'step' && of.result === 'UNSTABLE') return 'SUCCESS';
  return STATUSES[of.result];
}

/** A stage. All stages stand in one list, those of parallel branches, too. */
function describeStage(build: Build, stage: FlowNode, base: string, now: number, steps: boolean): unknown {
  return {
    _links: { self: { href: `${base}/execution/node/${stage.id}/wfapi/describe` } },
    ...describeFlowNode(stage, now),
    ...(steps && {
      stageFlowNodes: build.flow
        .stepsOf(stage)
        .map((step, index, all) => describeStep(step, all[index - 1] ?? stage, base, now)),
    }),
  };
}

/** A step; its parent is the step before it, or its stage. */
function describeStep(step: FlowNode, before: FlowNode, base: string, now: number): unknown {
  const node = `${base}/execution/node/${step.id}`;
  const { id, name, execNode, status, ...rest } = describeFlowNode(step, now);
  return {
    _links: {
      self: { href: `${node}/wfapi/describe` },
      log: { href: `${node}/wfapi/log` },
      console: { href: `${node}/log` },
    },
    id,
    name,
    execNode,
    status,
    ...(step.description !== undefined && { parameterDescription: step.description }),
    ...rest,
    parentNodes: [before.id],
  };
}

/** What stages and steps have in common. An interruption has no message. */
function describeFlowNode(node: FlowNode, now: number) {
  const type = node.interrupted
    ? 'org.jenkinsci.plugins.workflow.steps.FlowInterruptedException'
    : 'hudson.AbortException';
  return {
    id: node.id,
    name: node.name,
    execNode: '',
    status: node.pausedSince === undefined ? statusOf(node) : 'PAUSED_PENDING_INPUT',
    ...(node.error !== undefined && { error: { message: node.interrupted ? null : node.error, type } }),
    startTimeMillis: node.startTime,
    durationMillis: (node.endTime ?? now) - node.startTime,
    pauseDurationMillis: pausedMs(node, now),
  };
}

/** Milliseconds that a node waited for people, until now. */
export function pausedMs(node: FlowNode, now: number): number {
  return node.pauseMs + (node.pausedSince === undefined ? 0 : now - node.pausedSince);
}

/** The archived files; unlike core, with their sizes in bytes. */
function artifacts(build: Build, call: Call): unknown {
  return [...build.artifacts].map(([path, { bytes }], index) => ({
    id: `n${index + 1}`,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    url: `${runBase(call)}/artifact/${path.split('/').map(encodeURIComponent).join('/')}`,
    size: bytes.length,
  }));
}

/** One stage with its steps, or one step. */
function describeNode(build: Build, call: Call): Answer {
  const node = build.flow.find(call.params['id'] ?? '');
  if (!node) throw notFound();
  const now = call.world.clock.now();
  const base = runBase(call);
  if (node.kind !== 'step') return json(describeStage(build, node, base, now, true));
  return json(describeStep(node, stageOf(node) ?? node, base, now));
}

/** The log of a step, at once. A real server was seen to answer nothing for a log of 20 MB; this one does not. */
function nodeLog(build: Build, call: Call): Answer {
  const node = build.flow.find(call.params['id'] ?? '');
  if (!node) throw notFound();
  const text = node.log.bytes.toString();
  const log = json({
    nodeId: node.id,
    nodeStatus: statusOf(node),
    length: node.log.length,
    hasMore: node.endTime === undefined,
    text,
    consoleUrl: `${runBase(call)}/execution/node/${node.id}/log`,
  });
  return { ...log, headers: { ...log.headers, 'x-consoleannotator': annotator(node.log.length) } };
}
