import { GrowingLog } from './growing-log.ts';

/** The result of a build, stage or step. */
export type Result = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'ABORTED' | 'NOT_BUILT';

/** A node of the graph that a pipeline draws while it runs. */
export interface FlowNode {
  readonly id: string;
  /** A `block` stands around others, such as `node` or `parallel`, and is no stage. */
  readonly kind: 'stage' | 'block' | 'branch' | 'step';
  /** What it is called: a stage's or branch's name, or the words for a step. */
  readonly name: string;
  /** The function of a step, such as `echo`. */
  readonly call: string;
  /** What a step is about: the text of `echo`, the script of `sh`. */
  readonly description: string | undefined;
  /** The node around it. */
  readonly within: FlowNode | undefined;
  /** In milliseconds since 1970. */
  readonly startTime: number;
  endTime: number | undefined;
  pausedSince: number | undefined;
  /** Milliseconds spent waiting for people. */
  pauseMs: number;
  result: Result | undefined;
  error: string | undefined;
  /** Why a stage was skipped: by its conditions, or because the build was restarted behind it. */
  skipped: 'condition' | 'restart' | undefined;
  /** Whether an input asked here was aborted or the build stopped. */
  interrupted: boolean;
  readonly log: GrowingLog;
}

/** Words that Jenkins has for well-known steps. */
const STEP_WORDS: Readonly<Record<string, string>> = {
  echo: 'Print Message',
  sh: 'Shell Script',
  bat: 'Windows Batch Script',
  input: 'Wait for interactive input',
  archiveArtifacts: 'Archive the artifacts',
  junit: 'Archive JUnit-formatted test results',
  checkout: 'Check out from version control',
  sleep: 'Sleep',
  error: 'Error signal',
  getContext: 'Get contextual object from internal APIs',
};

/** The graph of a build. Ids are given out as a pipeline does: 2 is its start, blocks take one for start and end each. */
export class Flow {
  readonly nodes: FlowNode[] = [];
  #nextId = 3;

  /** Leaves ids to nodes that are not shown, such as the end of a block. */
  skip(count: number): void {
    this.#nextId += count;
  }

  add(
    kind: FlowNode['kind'],
    call: string,
    within: FlowNode | undefined,
    startTime: number,
    description?: string,
  ): FlowNode {
    const node: FlowNode = {
      id: String(this.#nextId++),
      kind,
      name: kind === 'step' ? (STEP_WORDS[call] ?? call) : call,
      call,
      description,
      within,
      startTime,
      endTime: undefined,
      pausedSince: undefined,
      pauseMs: 0,
      result: undefined,
      error: undefined,
      skipped: undefined,
      interrupted: false,
      log: new GrowingLog(),
    };
    this.nodes.push(node);
    return node;
  }

  find(id: string): FlowNode | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  /** The stages in the order in which they began. A parallel branch is a stage of its own here. */
  get stages(): readonly FlowNode[] {
    return this.nodes.filter((node) => node.kind === 'stage');
  }

  /** The nodes directly below a stage or branch; blocks between are left out. */
  childrenOf(parent: FlowNode | undefined): readonly FlowNode[] {
    return this.nodes.filter((node) => node.kind !== 'block' && enclosing(node) === parent);
  }

  /** The steps of a stage that are not in a stage below it. */
  stepsOf(stage: FlowNode): readonly FlowNode[] {
    return this.nodes.filter((node) => node.kind === 'step' && stageOf(node) === stage);
  }
}

function enclosing(node: FlowNode): FlowNode | undefined {
  return node.within?.kind === 'block' ? enclosing(node.within) : node.within;
}

/** The innermost stage around a node. */
export function stageOf(node: FlowNode): FlowNode | undefined {
  const within = enclosing(node);
  return within === undefined || within.kind === 'stage' ? within : stageOf(within);
}

/** Ends a node; a result that it has already stays. */
export function closeNode(node: FlowNode, now: number, result: Result): void {
  endPause(node, now);
  node.endTime = now;
  node.result ??= result;
}

/** Ends the waiting of a node for people, if it waits. */
export function endPause(node: FlowNode, now: number): void {
  if (node.pausedSince !== undefined) node.pauseMs += now - node.pausedSince;
  node.pausedSince = undefined;
}
