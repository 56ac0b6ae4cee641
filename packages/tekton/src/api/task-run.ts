import { type Static, Type } from 'typebox';
import {
  Condition,
  KubernetesValue,
  optionalInteger,
  optionalString,
  Param,
  ParamValueSchema,
  Provenance,
  ResolverRef,
  StringMap,
} from './schema.ts';
import { TaskSpec } from './task.ts';
import { WorkspaceBinding } from './workspace.ts';

export const TaskRef = Type.Object({
  name: optionalString,
  kind: optionalString,
  apiVersion: optionalString,
  ...ResolverRef,
});
/** A reference to a Task, a custom task or something a resolver fetches. */
export type TaskRef = Static<typeof TaskRef>;

const NamedResources = Type.Object({ name: Type.String(), computeResources: Type.Optional(KubernetesValue) });

export const StepResources = Type.Array(NamedResources);

export const TaskRunSpec = Type.Object({
  taskRef: Type.Optional(TaskRef),
  taskSpec: Type.Optional(TaskSpec),
  params: Type.Optional(Type.Array(Param)),
  serviceAccountName: optionalString,
  status: Type.Optional(Type.String({ description: 'TaskRunCancelled or TaskRunPending' })),
  statusMessage: optionalString,
  retries: optionalInteger,
  timeout: optionalString,
  podTemplate: Type.Optional(KubernetesValue),
  workspaces: Type.Optional(Type.Array(WorkspaceBinding)),
  stepSpecs: Type.Optional(StepResources),
  sidecarSpecs: Type.Optional(StepResources),
  computeResources: Type.Optional(KubernetesValue),
  debug: Type.Optional(KubernetesValue),
  managedBy: optionalString,
});
/** One execution of a task. */
export type TaskRunSpec = Static<typeof TaskRunSpec>;

export const TaskRunResult = Type.Object({
  name: Type.String(),
  type: optionalString,
  value: ParamValueSchema,
});
/** A result that a TaskRun produced. */
export type TaskRunResult = Static<typeof TaskRunResult>;

const ContainerTerminated = Type.Object({
  exitCode: Type.Integer(),
  reason: optionalString,
  message: optionalString,
  signal: optionalInteger,
  startedAt: optionalString,
  finishedAt: optionalString,
  containerID: optionalString,
});

export const StepState = Type.Object({
  name: optionalString,
  container: optionalString,
  imageID: optionalString,
  results: Type.Optional(Type.Array(TaskRunResult)),
  terminationReason: optionalString,
  waiting: Type.Optional(Type.Object({ reason: optionalString, message: optionalString })),
  running: Type.Optional(Type.Object({ startedAt: optionalString })),
  terminated: Type.Optional(ContainerTerminated),
  provenance: Type.Optional(Provenance),
  inputs: Type.Optional(Type.Array(KubernetesValue)),
  outputs: Type.Optional(Type.Array(KubernetesValue)),
});
/** What a step's container is doing, or how it ended. */
export type StepState = Static<typeof StepState>;

export const TaskRunStatus = Type.Object({
  conditions: Type.Optional(Type.Array(Condition)),
  observedGeneration: optionalInteger,
  annotations: Type.Optional(StringMap),
  podName: optionalString,
  startTime: optionalString,
  completionTime: optionalString,
  steps: Type.Optional(Type.Array(StepState)),
  sidecars: Type.Optional(Type.Array(KubernetesValue)),
  results: Type.Optional(Type.Array(TaskRunResult)),
  retriesStatus: Type.Optional(Type.Array(KubernetesValue)),
  taskSpec: Type.Optional(TaskSpec),
  artifacts: Type.Optional(KubernetesValue),
  provenance: Type.Optional(Provenance),
  spanContext: Type.Optional(StringMap),
});
/** The state of a TaskRun. */
export type TaskRunStatus = Static<typeof TaskRunStatus>;
