import { type Static, Type } from 'typebox';
import {
  AnyValue,
  KubernetesValue,
  optionalBoolean,
  optionalInteger,
  optionalString,
  Param,
  ParamSpec,
  ParamValueSchema,
  StringMap,
  Strings,
  WhenExpression,
} from './schema.ts';
import { TaskRef } from './task-run.ts';
import { taskSpecFields } from './task.ts';

export const TaskMetadata = Type.Object({
  labels: Type.Optional(StringMap),
  annotations: Type.Optional(StringMap),
});

export const EmbeddedTask = Type.Object({
  apiVersion: optionalString,
  kind: optionalString,
  spec: Type.Optional(AnyValue),
  metadata: Type.Optional(TaskMetadata),
  ...taskSpecFields,
});
/** A task written inside a pipeline. */
export type EmbeddedTask = Static<typeof EmbeddedTask>;

const WorkspacePipelineTaskBinding = Type.Object({
  name: Type.String(),
  workspace: optionalString,
  subPath: optionalString,
});

const Matrix = Type.Object({
  params: Type.Optional(Type.Array(Param)),
  include: Type.Optional(
    Type.Array(Type.Object({ name: optionalString, params: Type.Optional(Type.Array(Param)) })),
  ),
});

export const PipelineTask = Type.Object({
  name: optionalString,
  displayName: optionalString,
  description: optionalString,
  taskRef: Type.Optional(TaskRef),
  taskSpec: Type.Optional(EmbeddedTask),
  pipelineRef: Type.Optional(TaskRef),
  // A pipeline in a pipeline: a structural schema cannot refer to itself.
  pipelineSpec: Type.Optional(KubernetesValue),
  when: Type.Optional(Type.Array(WhenExpression)),
  retries: optionalInteger,
  runAfter: Type.Optional(Strings),
  params: Type.Optional(Type.Array(Param)),
  matrix: Type.Optional(Matrix),
  workspaces: Type.Optional(Type.Array(WorkspacePipelineTaskBinding)),
  timeout: optionalString,
  onError: optionalString,
});
/** A node of the pipeline's graph. */
export type PipelineTask = Static<typeof PipelineTask>;

const PipelineWorkspaceDeclaration = Type.Object({
  name: Type.String(),
  description: optionalString,
  optional: optionalBoolean,
});

export const PipelineResult = Type.Object({
  name: Type.String(),
  type: optionalString,
  description: optionalString,
  value: ParamValueSchema,
});
/** A result that a pipeline makes of its tasks' results. */
export type PipelineResult = Static<typeof PipelineResult>;

export const PipelineSpec = Type.Object({
  displayName: optionalString,
  description: optionalString,
  params: Type.Optional(Type.Array(ParamSpec)),
  workspaces: Type.Optional(Type.Array(PipelineWorkspaceDeclaration)),
  tasks: Type.Optional(Type.Array(PipelineTask)),
  finally: Type.Optional(Type.Array(PipelineTask)),
  results: Type.Optional(Type.Array(PipelineResult)),
});
/** A graph of tasks. */
export type PipelineSpec = Static<typeof PipelineSpec>;
