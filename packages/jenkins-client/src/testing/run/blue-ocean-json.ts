import type { Call } from '../area.ts';
import { defaultOf, kindOf, type Build, type InputParameter } from '../builds/build.ts';
import type { FlowNode } from '../builds/flow.ts';

/** The stages and branches that Blue Ocean shows, in the order of the run; those that Jenkins made itself it leaves out. */
export function blueStages(build: Build): readonly FlowNode[] {
  return build.flow.nodes.filter((node) => isShown(node));
}

function isShown(node: FlowNode): boolean {
  if (node.kind === 'branch') return true;
  return node.kind === 'stage' && !node.name.startsWith('Declarative: ') && !isBranchsOwn(node);
}

/** The stage that is all there is in a branch of its name. */
function isBranchsOwn(node: FlowNode): boolean {
  return node.within?.kind === 'branch' && node.within.name === node.name;
}

/** The steps that Blue Ocean shows. */
export function shownSteps(build: Build): readonly FlowNode[] {
  return build.flow.nodes.filter((node) => node.kind === 'step' && node.call !== 'getContext');
}

/** A stage or branch, with the way on from it (`edges`) and what was before it (`firstParent`). */
export function blueNode(build: Build, node: FlowNode, base: string, call: Call): unknown {
  const around = shownAround(node);
  const siblings = blueStages(build).filter(
    (other) => other.kind === node.kind && shownAround(other) === around,
  );
  const branches = branchesOf(build, node);
  const next = node.kind === 'branch' ? around && nextOf(build, around) : nextOf(build, node);
  const edges = branches.length > 0 ? [...branches].reverse() : next ? [next] : [];
  const before = node.kind === 'branch' ? around : (siblings[siblings.indexOf(node) - 1] ?? around);
  // Behind parallel branches a stage names no parent, as recorded.
  const parent = node.kind === 'stage' && before && branchesOf(build, before).length > 0 ? undefined : before;
  return {
    ...described('PipelineNodeImpl', node, `${base}nodes/`, call),
    actions: [],
    displayDescription: null,
    input: null,
    type: node.kind === 'branch' ? 'PARALLEL' : 'STAGE',
    causeOfBlockage: null,
    edges: edges.map((edge) => ({ id: edge.id, type: edge.kind === 'branch' ? 'PARALLEL' : 'STAGE' })),
    firstParent: parent?.id ?? null,
    restartable: !build.running && node.within === undefined,
  };
}

/** The parallel branches directly in a stage. */
function branchesOf(build: Build, stage: FlowNode): readonly FlowNode[] {
  return build.flow.nodes.filter((node) => node.kind === 'branch' && shownAround(node) === stage);
}

/** The stage after a stage, in the same stage or branch. */
function nextOf(build: Build, node: FlowNode): FlowNode | undefined {
  const siblings = blueStages(build).filter(
    (other) => other.kind === 'stage' && shownAround(other) === shownAround(node),
  );
  return siblings[siblings.indexOf(node) + 1];
}

/** The stage or branch around a node that is shown. */
function shownAround(node: FlowNode): FlowNode | undefined {
  const { within } = node;
  return within === undefined || isShown(within) ? within : shownAround(within);
}

/** A step, with the input that it waits for. */
export function blueStep(build: Build, step: FlowNode, base: string, call: Call): unknown {
  const input = [...build.inputs.values()].find((one) => one.node === step);
  return {
    ...described('PipelineStepImpl', step, base, call),
    actions: [{ _class: 'org.jenkinsci.plugins.workflow.support.actions.LogStorageAction', urlName: 'log' }],
    displayDescription: step.description ?? null,
    input: input
      ? {
          _class: 'io.jenkins.blueocean.rest.impl.pipeline.InputStepImpl',
          id: input.id,
          message: input.message,
          ok: input.ok,
          parameters: input.parameters.map(describeParameter),
          submitter: input.submitters.length > 0 ? input.submitters.join(',') : null,
        }
      : null,
    type: 'STEP',
  };
}

function describeParameter(parameter: InputParameter): unknown {
  const { name, type, choices, description } = parameter;
  const kind = kindOf(parameter);
  const value = defaultOf(parameter);
  return {
    _class: `hudson.model.${kind}ParameterDefinition`,
    defaultParameterValue: {
      _class: `hudson.model.${type === 'choice' ? 'String' : kind}ParameterValue`,
      name,
      value,
    },
    description: description ?? null,
    name,
    type: `${kind}ParameterDefinition`,
    ...(choices && { choices }),
  };
}

/** What stages and steps have in common. Dates are in ISO 8601 with the zone as `+0000`. */
function described(kind: string, node: FlowNode, base: string, { world }: Call) {
  const state = stateOf(node);
  return {
    _class: `io.jenkins.blueocean.rest.impl.pipeline.${kind}`,
    _links: { self: { _class: 'io.jenkins.blueocean.rest.hal.Link', href: `${base}${node.id}/` } },
    displayName: node.name,
    durationInMillis: (node.endTime ?? world.clock.now()) - node.startTime,
    id: node.id,
    result: state === 'RUNNING' || state === 'PAUSED' ? 'UNKNOWN' : node.result,
    startTime: new Date(node.startTime).toISOString().replace('Z', '+0000'),
    state,
  };
}

/** The state apart from the result; the result of what is not finished is UNKNOWN. */
function stateOf(node: FlowNode): string {
  if (node.pausedSince !== undefined) return 'PAUSED';
  if (node.skipped !== undefined) return 'SKIPPED';
  return node.endTime === undefined ? 'RUNNING' : 'FINISHED';
}
