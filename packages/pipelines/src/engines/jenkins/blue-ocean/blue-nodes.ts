import type { InputDescription, NodeState, RunNode, Stage, Step } from '@armillary/jenkins-client';
import { blueTime } from './blue-time.ts';

/** All annotations of an object together may have 256 KiB; this one leaves room for others. */
const MAX_LENGTH = 90_000;

/** What a step asks somebody for. */
interface BlueInput {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  readonly submitter: string | null;
  readonly parameters: readonly object[];
}

interface BlueBase {
  readonly id: string;
  readonly displayName: string;
  readonly displayDescription: string | null;
  readonly state: string;
  readonly result: string;
  readonly startTime: string | null;
  readonly durationInMillis: number;
  readonly input: BlueInput | null;
}

/** A step as Blue Ocean describes it. */
interface BlueStep extends BlueBase {
  readonly type: 'STEP';
  /** Whether it waits for an answer. KubeSphere's own addition. */
  readonly approvable: boolean;
}

/** A stage, or a branch of parallel ones, as Blue Ocean describes it. */
export interface BlueNode extends BlueBase {
  readonly type: 'STAGE' | 'PARALLEL';
  readonly causeOfBlockage: string | null;
  readonly edges: readonly { readonly id: string; readonly type: string }[];
  readonly firstParent: string | null;
  readonly restartable: boolean;
  readonly steps: readonly BlueStep[];
}

/** A stage that is shown, and the stages within it that are not. */
interface Shown {
  readonly stage: Stage;
  readonly parallel: boolean;
  readonly hidden: ReadonlySet<string>;
}

/**
 * The stages of a build as KubeSphere's console reads them: a flat list, in which the branches of parallel stages follow
 * their stage, and which is drawn by position. Stages within a branch would break the drawing, so their steps are shown
 * as the branch's own.
 */
export function blueNodes(
  stages: readonly Stage[],
  steps: readonly Step[],
  inputs: readonly InputDescription[],
): BlueNode[] {
  const columns = stages.flatMap(columnsOf);
  const asked = new Map(inputs.map((input) => [input.id, blueInput(input)]));
  return columns.flatMap(([head, ...branches], index) => {
    if (head === undefined) return [];
    const next = columns[index + 1]?.[0];
    const after = next === undefined ? [] : [{ id: next.stage.id, type: 'STAGE' }];
    const into = branches.map(({ stage }) => ({ id: stage.id, type: 'PARALLEL' }));
    const before = columns[index - 1]?.[0]?.stage.id ?? null;
    return [
      blueNode(head, steps, asked, into.length > 0 ? into : after, before),
      ...branches.map((branch) => blueNode(branch, steps, asked, after, head.stage.id)),
    ];
  });
}

/** The columns of a stage: its own, with its branches, then those of the stages within it. */
function columnsOf(stage: Stage): Shown[][] {
  const branches = stage.children.filter(({ kind }) => kind === 'parallel');
  const nested = stage.children.filter(({ kind }) => kind !== 'parallel');
  const own = { stage, parallel: stage.kind === 'parallel', hidden: new Set<string>() };
  const column = [
    own,
    ...branches.map((branch) => ({ stage: branch, parallel: true, hidden: new Set(idsWithin(branch)) })),
  ];
  return [column, ...nested.flatMap(columnsOf)];
}

function idsWithin({ children }: Stage): string[] {
  return children.flatMap((child) => [child.id, ...idsWithin(child)]);
}

function blueNode(
  { stage, parallel, hidden }: Shown,
  steps: readonly Step[],
  asked: ReadonlyMap<string, BlueInput>,
  edges: BlueNode['edges'],
  firstParent: string | null,
): BlueNode {
  const own = steps.filter(
    ({ stageId }) => stageId !== undefined && (stageId === stage.id || hidden.has(stageId)),
  );
  return {
    ...blueBase(stage, null),
    displayDescription: null,
    type: parallel ? 'PARALLEL' : 'STAGE',
    causeOfBlockage: stage.causeOfBlockage ?? null,
    edges,
    firstParent,
    restartable: stage.restartable ?? false,
    steps: own.map((step) => {
      const input = step.inputId === undefined ? null : (asked.get(step.inputId) ?? null);
      return {
        ...blueBase(step, input),
        displayDescription: step.description ?? null,
        type: 'STEP' as const,
        approvable: step.state === 'paused' && input !== null,
      };
    }),
  };
}

function blueBase(node: RunNode, input: BlueInput | null): Omit<BlueBase, 'displayDescription'> {
  return {
    id: node.id,
    displayName: node.name,
    state: STATES[node.state],
    result: node.result ?? (node.state === 'skipped' || node.state === 'not_built' ? 'NOT_BUILT' : 'UNKNOWN'),
    startTime: blueTime(node.startTime),
    // Of what has not ended it would change with every look, and be written each time: nothing, as for a whole run.
    durationInMillis: GOING_ON.has(node.state) ? 0 : (node.durationMs ?? 0),
    input,
  };
}

const STATES: Readonly<Record<NodeState, string>> = {
  queued: 'QUEUED',
  running: 'RUNNING',
  paused: 'PAUSED',
  finished: 'FINISHED',
  skipped: 'SKIPPED',
  not_built: 'NOT_BUILT',
};

const GOING_ON: ReadonlySet<NodeState> = new Set(['queued', 'running', 'paused']);

function blueInput({ id, message, ok, submitter, parameters }: InputDescription): BlueInput {
  return {
    id,
    message,
    ok,
    submitter: submitter ?? null,
    parameters: (parameters ?? []).map(({ name, kind, description, choices, defaultValue }) => ({
      name,
      type: kind,
      description: description ?? '',
      ...(choices !== undefined && { choices }),
      defaultParameterValue: { name, value: defaultValue ?? null },
    })),
  };
}

/** As JSON: with what the steps are about, without it, without steps, or cut, whichever fits first. */
export function blueNodesText(nodes: readonly BlueNode[]): string {
  const plain = nodes.map((node) => ({
    ...node,
    steps: node.steps.map((step) => ({ ...step, displayDescription: null })),
  }));
  let shorter = nodes.map((node) => ({ ...node, steps: node.steps.filter(({ input }) => input !== null) }));
  for (const form of [nodes, plain]) {
    const text = JSON.stringify(form);
    if (text.length <= MAX_LENGTH) return text;
  }
  for (let text = JSON.stringify(shorter); ; text = JSON.stringify(shorter)) {
    if (text.length <= MAX_LENGTH) return text;
    shorter = shorter.slice(0, Math.floor(shorter.length / 2));
  }
}
