import type { BuildResultName } from '../builds/build.ts';

/** Where a stage or a step is in its life. */
export type NodeState = 'queued' | 'running' | 'paused' | 'finished' | 'skipped' | 'not_built';

/** What stages and steps have in common. Times that the server does not tell are absent. */
export interface RunNode {
  /** The id of the flow node. Within one build it does not change; other plugins may take another node for a stage. */
  readonly id: string;
  readonly name: string;
  /**
   * `paused` waits for an input. `skipped` had a condition that did not hold; `not_built` was not reached, or was left
   * out by a restart from a later stage. pipeline-rest-api does not tell these two apart: `not_built`.
   */
  readonly state: NodeState;
  /** Absent while it runs. pipeline-rest-api tells a step that made the build unstable as SUCCESS. */
  readonly result?: BuildResultName;
  /** Milliseconds since 1970. */
  readonly startTime?: number;
  /** Milliseconds, until now while it runs. */
  readonly durationMs?: number;
  /** Milliseconds of it that it waited for an input. */
  readonly pauseMs?: number;
}

/** A stage, or a branch of parallel ones. */
export interface Stage extends RunNode {
  readonly kind: 'stage' | 'parallel';
  /** The stages within, in the order of their start. pipeline-rest-api gives all stages side by side. */
  readonly children: readonly Stage[];
  /** Whether Jenkins made it, as it does for the checkout and the post actions of Declarative pipelines. */
  readonly synthetic: boolean;
  /** The name of the node it ran on. */
  readonly agent?: string;
  /** What a queued one waits for. */
  readonly causeOfBlockage?: string;
  /** Whether the build can be restarted from here. Only Blue Ocean tells; `restartableStages()` works everywhere. */
  readonly restartable?: boolean;
}

/** A step of a stage. */
export interface Step extends RunNode {
  /** The stage it is in; absent where it is in none, or the server does not tell. */
  readonly stageId?: string;
  /** What it was given, such as the script of a shell step, where that is told apart from its name. */
  readonly description?: string;
  /** Why it failed. */
  readonly error?: string;
  /** The input it waits for. */
  readonly inputId?: string;
}

/** All stages of a tree, each before its children. */
export function flatStages(stages: readonly Stage[]): readonly Stage[] {
  return stages.flatMap((stage) => [stage, ...flatStages(stage.children)]);
}
