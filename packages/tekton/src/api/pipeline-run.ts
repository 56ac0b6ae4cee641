import { type Static, Type } from 'typebox';
import {
  Condition,
  KubernetesValue,
  optionalInteger,
  optionalString,
  Param,
  ParamValueSchema,
  Provenance,
  StringMap,
  WhenExpression,
} from './schema.ts';
import { PipelineSpec, TaskMetadata } from './pipeline.ts';
import { StepResources, TaskRef } from './task-run.ts';
import { WorkspaceBinding } from './workspace.ts';

const PipelineTaskRunSpec = Type.Object({
  pipelineTaskName: optionalString,
  serviceAccountName: optionalString,
  podTemplate: Type.Optional(KubernetesValue),
  stepSpecs: Type.Optional(StepResources),
  sidecarSpecs: Type.Optional(StepResources),
  metadata: Type.Optional(TaskMetadata),
  computeResources: Type.Optional(KubernetesValue),
  timeout: optionalString,
});

export const PipelineRunSpec = Type.Object({
  pipelineRef: Type.Optional(TaskRef),
  pipelineSpec: Type.Optional(PipelineSpec),
  params: Type.Optional(Type.Array(Param)),
  status: Type.Optional(
    Type.String({
      description: 'Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending',
    }),
  ),
  timeouts: Type.Optional(
    Type.Object({ pipeline: optionalString, tasks: optionalString, finally: optionalString }),
  ),
  taskRunTemplate: Type.Optional(
    Type.Object({ podTemplate: Type.Optional(KubernetesValue), serviceAccountName: optionalString }),
  ),
  workspaces: Type.Optional(Type.Array(WorkspaceBinding)),
  taskRunSpecs: Type.Optional(Type.Array(PipelineTaskRunSpec)),
  managedBy: optionalString,
});
/** One execution of a pipeline. */
export type PipelineRunSpec = Static<typeof PipelineRunSpec>;

export const ChildReference = Type.Object({
  apiVersion: optionalString,
  kind: optionalString,
  name: optionalString,
  displayName: optionalString,
  pipelineTaskName: optionalString,
  whenExpressions: Type.Optional(Type.Array(WhenExpression)),
});
/** A TaskRun that belongs to a PipelineRun. */
export type ChildReference = Static<typeof ChildReference>;

export const SkippedTask = Type.Object({
  name: Type.String(),
  reason: optionalString,
  whenExpressions: Type.Optional(Type.Array(WhenExpression)),
});
/** A pipeline task that did not and will not run. */
export type SkippedTask = Static<typeof SkippedTask>;

export const PipelineRunResult = Type.Object({ name: Type.String(), value: ParamValueSchema });
/** A result of a PipelineRun. */
export type PipelineRunResult = Static<typeof PipelineRunResult>;

export const PipelineRunStatus = Type.Object({
  conditions: Type.Optional(Type.Array(Condition)),
  observedGeneration: optionalInteger,
  annotations: Type.Optional(StringMap),
  startTime: optionalString,
  completionTime: optionalString,
  finallyStartTime: optionalString,
  pipelineSpec: Type.Optional(PipelineSpec),
  childReferences: Type.Optional(Type.Array(ChildReference)),
  skippedTasks: Type.Optional(Type.Array(SkippedTask)),
  results: Type.Optional(Type.Array(PipelineRunResult)),
  provenance: Type.Optional(Provenance),
  spanContext: Type.Optional(StringMap),
});
/** The state of a PipelineRun. */
export type PipelineRunStatus = Static<typeof PipelineRunStatus>;
