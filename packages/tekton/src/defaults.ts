import type { EmbeddedTask, PipelineSpec } from './api/pipeline.ts';
import type { ParamSpec } from './api/schema.ts';
import type { TaskSpec } from './api/task.ts';
import { typeOfValue } from './substitution/params.ts';

/** Tekton's default for the timeout of a TaskRun and of a PipelineRun, milliseconds (`default-timeout-minutes`). */
export const defaultTimeoutMs = 3_600_000;

/** Tekton's default service account. */
export const defaultServiceAccount = 'default';

/** Fills in what Tekton's admission would: the types of parameters and results. */
export function defaultTaskSpec<T extends TaskSpec | EmbeddedTask>(spec: T): T {
  return {
    ...spec,
    ...(spec.params && { params: spec.params.map(defaultParam) }),
    ...(spec.results && {
      results: spec.results.map((result) => ({
        ...result,
        type: result.type ?? (result.properties === undefined ? 'string' : 'object'),
        ...(result.properties && { properties: typedProperties(result.properties) }),
      })),
    }),
  };
}

/** The same for a pipeline and its embedded tasks. */
export function defaultPipelineSpec(spec: PipelineSpec): PipelineSpec {
  const withTasks = (tasks: PipelineSpec['tasks'] = []) =>
    tasks.map((task) => ({
      ...task,
      ...(task.taskSpec && { taskSpec: defaultTaskSpec(task.taskSpec) }),
      ...(task.taskRef &&
        task.taskRef.kind === undefined &&
        task.taskRef.resolver === undefined && { taskRef: { ...task.taskRef, kind: 'Task' } }),
    }));
  return {
    ...spec,
    ...(spec.params && { params: spec.params.map(defaultParam) }),
    ...(spec.tasks && { tasks: withTasks(spec.tasks) }),
    ...(spec.finally && { finally: withTasks(spec.finally) }),
  };
}

function defaultParam(param: ParamSpec): ParamSpec {
  const inferred =
    param.properties !== undefined
      ? 'object'
      : param.default === undefined
        ? 'string'
        : typeOfValue(param.default);
  return {
    ...param,
    type: param.type ?? inferred,
    ...(param.properties && { properties: typedProperties(param.properties) }),
  };
}

function typedProperties(properties: Record<string, { type?: string }>): Record<string, { type?: string }> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, { type }]) => [key, { type: type ?? 'string' }]),
  );
}
