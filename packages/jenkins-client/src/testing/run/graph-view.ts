import type { Area, Call } from '../area.ts';
import { onBuild } from '../builds/build-routes.ts';
import type { Build } from '../builds/build.ts';
import type { FlowNode, Result } from '../builds/flow.ts';
import { GrowingLog } from '../builds/growing-log.ts';
import { annotator, consoleText } from '../builds/log-answers.ts';
import { escapeHtml, notFound } from '../error-pages.ts';
import { json, plain, type Answer } from '../http.ts';
import { pausedMs } from './wfapi.ts';

/** Stages and steps by pipeline-graph-view. */
export const graphViewArea: Area = {
  routes: [
    { on: 'item', method: 'GET', path: 'multi-pipeline-graph/runs', handle: runs },
    { on: 'build', method: 'GET', path: 'pipeline-overview/tree', handle: onBuild(tree) },
    { on: 'build', method: 'GET', path: 'pipeline-overview/consoleOutput', handle: onBuild(consoleOutput) },
    {
      on: 'build',
      method: 'GET',
      path: 'pipeline-overview/allSteps',
      handle: onBuild((build, call) => steps(build, call, undefined)),
    },
    {
      on: 'build',
      method: 'GET',
      path: 'pipeline-overview/steps',
      handle: onBuild((build, call) => steps(build, call, nodeOf(build, call))),
    },
    { on: 'build', method: 'GET', path: 'pipeline-overview/log', handle: onBuild(wholeLog) },
    {
      on: 'build',
      method: 'GET',
      path: 'pipeline-overview/exceptionText',
      handle: onBuild((build, call) =>
        plain(nodeOf(build, call).error ?? 'null', { 'transfer-encoding': 'chunked' }),
      ),
    },
  ],
};

/** The words of pipeline-graph-view for results. */
const STATES: Readonly<Record<Result, string>> = {
  SUCCESS: 'success',
  UNSTABLE: 'unstable',
  FAILURE: 'failure',
  ABORTED: 'aborted',
  NOT_BUILT: 'skipped',
};

function nodeOf(build: Build, { request }: Call): FlowNode {
  const node = build.flow.find(request.query.get('nodeId') ?? '');
  if (!node) throw notFound();
  return node;
}

/** The stages as a tree; branches stand below the stage that they are in. */
function tree(build: Build, call: Call): Answer {
  const base = `${call.world.options.prefix}${call.request.path.replace(/\/tree$/, '')}`;
  const now = call.world.clock.now();
  const stages = build.flow.childrenOf(undefined).filter(isShown);
  return json({
    status: 'ok',
    data: { complete: !build.running, stages: stages.map((stage) => describe(build, stage, base, now)) },
  });
}

/** Steps are asked for apart. */
function isShown(node: FlowNode): boolean {
  return node.kind !== 'step';
}

/** The stage inside a parallel branch is the branch itself here. */
function shownChildren(build: Build, node: FlowNode): readonly FlowNode[] {
  const children = build.flow.childrenOf(node).filter(isShown);
  const [only, ...others] = children;
  if (node.kind !== 'branch' || !only || others.length > 0 || only.name !== node.name) return children;
  return build.flow.childrenOf(only).filter(isShown);
}

/** A stage or branch. Stages that a declarative pipeline adds itself are `synthetic`, and lose that word in their name. */
function describe(build: Build, node: FlowNode, base: string, now: number): unknown {
  return {
    ...timed(node, now),
    type: node.kind === 'branch' ? 'PARALLEL' : 'STAGE',
    title: shownName(node),
    children: shownChildren(build, node).map((child) => describe(build, child, base, now)),
    isSequential: false,
    synthetic: node.name.startsWith('Declarative: '),
    placeholder: false,
    agent: 'built-in',
    url: `${base}?selected-node=${node.id}`,
  };
}

/** What stages and steps have in common. One that a restart passed over has no times. */
function timed(node: FlowNode, now: number) {
  const began = node.skipped !== 'restart';
  return {
    id: node.id,
    name: shownName(node),
    state: stateOf(node),
    pauseDurationMillis: pausedMs(node, now),
    startTimeMillis: began ? node.startTime : 0,
    totalDurationMillis: began ? (node.endTime ?? now) - node.startTime : 0,
  };
}

function shownName(node: FlowNode): string {
  return node.name.replace(/^Declarative: /, '');
}

function stateOf(node: FlowNode): string {
  if (node.pausedSince !== undefined) return 'paused';
  if (node.skipped === 'restart') return 'not_built';
  return node.endTime === undefined || node.result === undefined ? 'running' : STATES[node.result];
}

/**
 * The log of a step, or of the steps of a stage one after the other. The second is read in the source of the plugin
 * (PipelineConsoleViewAction.getConsoleText).
 */
function wholeLog(build: Build, call: Call): Answer {
  const node = nodeOf(build, call);
  if (node.kind === 'step') return consoleText(node.log, true);
  const log = new GrowingLog();
  for (const step of stepsOf(build, node)) log.append(step.log.bytes);
  return log.length > 0 ? consoleText(log, true) : plain('No logs found\n');
}

/** A part of a step's log as HTML, with the bytes that it covers. */
function consoleOutput(build: Build, call: Call): Answer {
  const { log, endTime } = nodeOf(build, call);
  const data = {
    text: escapeHtml(log.bytes.toString()),
    startByte: 0,
    endByte: log.length,
    nodeIsActive: endTime === undefined,
  };
  const answer = json({ status: 'ok', data });
  return { ...answer, headers: { ...answer.headers, 'x-consoleannotator': annotator(log.length) } };
}

/** The builds of a job, newest first. */
function runs({ item }: Call): Answer | undefined {
  if (item.kind !== 'pipeline') return undefined;
  const data = item.newest.map((build) => ({
    id: String(build.number),
    displayName: build.displayName,
    timestamp: build.startTime,
    duration: build.duration,
    changesCount: 0,
    result: build.running || build.result === undefined ? 'running' : STATES[build.result],
  }));
  return json({ status: 'ok', data });
}

/** The words of these steps are their text or script alone. */
const SHOWN_AS_TEXT = ['echo', 'sh', 'bat'];

/** The steps of the build, or of one stage; `stageId` tells the stage that each is shown in. */
function steps(build: Build, { world }: Call, inside: FlowNode | undefined): Answer {
  const now = world.clock.now();
  const described = stepsOf(build, inside).map((node) => {
    const stage = stageId(build, node);
    return {
      ...timed(node, now),
      name: node.description ?? node.name,
      type: 'STEP',
      title: node.description === undefined || SHOWN_AS_TEXT.includes(node.call) ? '' : node.name,
      ...(stage !== undefined && { stageId: stage }),
      ...(node.pausedSince !== undefined && { inputStep: inputOf(build, node) }),
    };
  });
  return json({ status: 'ok', data: { steps: described, runIsComplete: !build.running } });
}

/** All steps, or those shown in one stage. */
function stepsOf(build: Build, inside: FlowNode | undefined): readonly FlowNode[] {
  return build.flow.nodes.filter(
    (node) => node.kind === 'step' && (inside === undefined || stageId(build, node) === inside.id),
  );
}

/** The stage that a step is shown in: the branch when the stage is one's only content. */
function stageId(build: Build, node: FlowNode): string | undefined {
  const { within } = node;
  if (!within) return undefined;
  if (within.kind === 'stage') {
    const branch = within.within;
    return branch?.kind === 'branch' && branch.name === within.name ? branch.id : within.id;
  }
  return within.kind === 'branch' ? within.id : stageId(build, within);
}

/** The input that a step waits with. */
function inputOf(build: Build, node: FlowNode): unknown {
  const input = [...build.inputs.values()].find((one) => one.node === node);
  return (
    input && {
      message: input.message,
      cancel: 'Abort',
      id: input.id,
      ok: input.ok,
      parameters: input.parameters.length > 0,
    }
  );
}
