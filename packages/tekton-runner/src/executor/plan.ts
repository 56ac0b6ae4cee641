import type { EnvVar, ResultSpec, Step, TaskPaths } from '@armillary/tekton';

/** What fills a workspace. */
export type WorkspaceSource = (
  | { kind: 'empty' }
  | {
      kind: 'volume';
      claim: string;
      /** The uid of the PipelineRun that the volume lives and goes with; without it the volume stays. */
      run?: string;
    }
  | { kind: 'files'; files: ReadonlyMap<string, Buffer> }
) & { subPath?: string };

/** Everything the executor needs to run a pod; it asks nobody while it runs. */
export interface TaskPlan {
  /** The pod's uid: the pod is run once, whatever happens. */
  uid: string;
  namespace: string;
  pod: string;
  /** The containers in order, known before anything starts. */
  containers: readonly string[];
  /** The steps with the places of this machine put in for variables. */
  steps: (paths: TaskPaths) => Step[];
  results: readonly ResultSpec[];
  workspaces: ReadonlyMap<string, WorkspaceSource>;
  /** The value of a variable that refers to something; `undefined` when that is absent and optional. */
  valueOfVariable: (variable: EnvVar) => string | undefined;
  /** The variables of an `envFrom` entry. */
  valuesOfSource: (source: Record<string, unknown>) => readonly (readonly [string, string])[];
}

/** The state of one container. */
export interface ContainerRecord {
  name: string;
  state: 'waiting' | 'running' | 'terminated';
  /** Milliseconds since the epoch. */
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  /** Completed, Error or what ended it from outside. */
  reason?: string;
  /** Tekton's terminationReason. */
  terminationReason?: string;
  /** Results, as a termination message. */
  message?: string;
}

/** The state of a pod's work. */
export interface ExecutionState {
  phase: 'queued' | 'running' | 'ended';
  containers: readonly ContainerRecord[];
  /** Why the pod did not run to its own end. */
  reason?: string;
  message?: string;
}

/** Why a pod is ended from outside. */
export type StopReason = 'TaskRunCancelled' | 'TaskRunTimeout' | 'PodDeleted' | 'RunnerStopped';
