export * from './api/objects.ts';
export type { Condition, Param, ParamSpec, ParamValue, WhenExpression } from './api/schema.ts';
export type { EnvVar, ResultSpec, Step, TaskSpec, WorkspaceDeclaration } from './api/task.ts';
export type { WorkspaceBinding } from './api/workspace.ts';
export type { StepState, TaskRef, TaskRunResult, TaskRunSpec, TaskRunStatus } from './api/task-run.ts';
export type { EmbeddedTask, PipelineResult, PipelineSpec, PipelineTask } from './api/pipeline.ts';
export type {
  ChildReference,
  PipelineRunResult,
  PipelineRunSpec,
  PipelineRunStatus,
  SkippedTask,
} from './api/pipeline-run.ts';
export { pipelineKind, pipelineRunKind, taskKind, taskRunKind, tektonKinds } from './kinds.ts';
export { DurationError, formatDuration, parseDuration } from './duration.ts';
export {
  childName,
  podName,
  stepContainerName,
  stepName,
  taskRunName,
  templateClaimName,
  templateClaimPrefix,
} from './names.ts';
export { inheritedAnnotations, label, managedByLabelValue, onErrorAnnotation } from './labels.ts';
export { defaultPipelineSpec, defaultServiceAccount, defaultTaskSpec, defaultTimeoutMs } from './defaults.ts';
export * from './substitution/replacements.ts';
export { substitute } from './substitution/substitute.ts';
export { taskFields } from './substitution/fields.ts';
export {
  checkAppliedTask,
  checkPipelineRun,
  checkTaskRun,
  missingPipeline,
  missingTask,
  missingTaskOfPipeline,
  type Refusal,
  type TaskLookup,
} from './check.ts';
export { type FieldError, formatErrors } from './validation/field-error.ts';
export { validatePipelineSpec, validateTimeouts } from './validation/pipeline.ts';
export { validatePipelineRun, validateTaskRun } from './validation/run.ts';
export { validateTaskSpec } from './validation/task.ts';
export * from './unsupported.ts';
export { applyRun } from './scheduler/apply-run.ts';
export { cancelledByRun, type Child, childOf, timedOutWithRun } from './scheduler/child.ts';
export { type PipelinePlan, type PlannedTask, planPipeline } from './scheduler/plan.ts';
export { type RunReport, reportRun } from './scheduler/run-status.ts';
export { type Decision, PipelineScheduler, type RunFacts } from './scheduler/scheduler.ts';
export { type SkipReason, skipReason } from './scheduler/skip.ts';
export { pipelineLabel, taskRunFor, type TaskRunOrigin } from './scheduler/task-run-for.ts';
export { type RunTimeouts, runTimeouts } from './scheduler/timeouts.ts';
export type { Verdict } from './scheduler/verdict.ts';
export { allows } from './scheduler/when.ts';
export { applyTaskRun, type TaskPaths, taskOfRun, tektonPaths, withStepTemplate } from './task/apply.ts';
export { type TaskOutcome, taskOutcome, terminationReason } from './task/outcome.ts';
export {
  maxResultBytes,
  stepResults,
  terminationMessage,
  type WrittenResults,
  writtenResults,
} from './task/results.ts';
