import type { ObjectOf } from '@armillary/resource';
import { Type } from 'typebox';
import { PipelineRunSpec, PipelineRunStatus } from './pipeline-run.ts';
import { PipelineSpec } from './pipeline.ts';
import { TaskRunSpec, TaskRunStatus } from './task-run.ts';
import { TaskSpec } from './task.ts';

export const TaskObject = Type.Object({ spec: TaskSpec });
/** tekton.dev/v1 Task. */
export type Task = ObjectOf<typeof TaskObject>;

export const PipelineObject = Type.Object({ spec: PipelineSpec });
/** tekton.dev/v1 Pipeline. */
export type Pipeline = ObjectOf<typeof PipelineObject>;

export const TaskRunObject = Type.Object({ spec: TaskRunSpec, status: Type.Optional(TaskRunStatus) });
/** tekton.dev/v1 TaskRun: one execution of a task. */
export type TaskRun = ObjectOf<typeof TaskRunObject>;

export const PipelineRunObject = Type.Object({
  spec: PipelineRunSpec,
  status: Type.Optional(PipelineRunStatus),
});
/** tekton.dev/v1 PipelineRun: one execution of a pipeline. */
export type PipelineRun = ObjectOf<typeof PipelineRunObject>;

/** The group and version of every kind in this package. */
export const tektonApiVersion = 'tekton.dev/v1';

/** The value of `spec.managedBy` that names Armillary's own runner; upstream Tekton leaves such runs alone. */
export const runnerName = 'armillary.dev/tekton-runner';
