import type { PipelineSpec, PipelineTask } from './api/pipeline.ts';
import type { PipelineRunSpec } from './api/pipeline-run.ts';
import type { TaskRunSpec } from './api/task-run.ts';
import type { Step, TaskSpec } from './api/task.ts';
import type { WorkspaceBinding } from './api/workspace.ts';

/** Something valid that is not run yet: where it stands and what it is. */
export interface Unsupported {
  path: string;
  feature: string;
}

/** Fields of one object with the features behind them. */
type Features<T> = { [Field in keyof T]?: string };

const stepFeatures: Features<Step> = {
  ref: 'StepActions',
  params: 'parameters of StepActions',
  stdoutConfig: 'writing standard output to a file',
  stderrConfig: 'writing standard error to a file',
  volumeMounts: 'volume mounts',
  volumeDevices: 'volume devices',
  securityContext: 'security contexts',
  workspaces: 'workspaces isolated to a step',
};
const taskFeatures: Features<TaskSpec> = { sidecars: 'sidecars', volumes: 'volumes' };
const pipelineTaskFeatures: Features<PipelineTask> = {
  matrix: 'matrix fan-out',
  pipelineRef: 'pipelines in pipelines',
  pipelineSpec: 'pipelines in pipelines',
};
const taskRunFeatures: Features<TaskRunSpec> = { podTemplate: 'pod templates', debug: 'debug breakpoints' };
const bindingFeatures: Features<WorkspaceBinding> = {
  projected: 'projected workspaces',
  csi: 'workspaces of CSI drivers',
};

/** What a task asks for that is not run yet. Resource requests and limits are accepted, and not enforced. */
export function unsupportedInTask(task: TaskSpec, path = 'spec'): Unsupported[] {
  return [
    ...used(task, taskFeatures, path),
    ...(task.stepTemplate === undefined ? [] : used(task.stepTemplate, stepFeatures, `${path}.stepTemplate`)),
    ...(task.steps ?? []).flatMap((step, index) => [
      ...used(step, stepFeatures, `${path}.steps[${index}]`),
      ...celIn(step.when, `${path}.steps[${index}]`),
    ]),
    ...(task.workspaces ?? []).flatMap(({ mountPath, readOnly }, index) => [
      ...(mountPath === undefined
        ? []
        : [{ path: `${path}.workspaces[${index}].mountPath`, feature: 'mount paths of workspaces' }]),
      ...(readOnly === true
        ? [{ path: `${path}.workspaces[${index}].readOnly`, feature: 'read-only workspaces' }]
        : []),
    ]),
  ];
}

/** What a pipeline, with its embedded tasks, asks for that is not run yet. */
export function unsupportedInPipeline(spec: PipelineSpec, path = 'spec'): Unsupported[] {
  const inTasks = (tasks: PipelineTask[] | undefined, where: string) =>
    (tasks ?? []).flatMap((task, index) => unsupportedInPipelineTask(task, `${where}[${index}]`));
  return [...inTasks(spec.tasks, `${path}.tasks`), ...inTasks(spec.finally, `${path}.finally`)];
}

function unsupportedInPipelineTask(task: PipelineTask, path: string): Unsupported[] {
  const { taskRef, taskSpec } = task;
  const custom = taskSpec?.apiVersion !== undefined || isCustom(taskRef);
  return [
    ...used(task, pipelineTaskFeatures, path),
    ...(custom ? [{ path, feature: 'custom tasks' }] : []),
    ...(taskRef?.resolver === undefined ? [] : [{ path: `${path}.taskRef.resolver`, feature: 'resolvers' }]),
    ...celIn(task.when, path),
    ...(taskSpec === undefined || custom ? [] : unsupportedInTask(taskSpec, `${path}.taskSpec`)),
  ];
}

/** What a PipelineRun itself asks for that is not run yet; its pipeline is checked apart. */
export function unsupportedInPipelineRun(spec: PipelineRunSpec): Unsupported[] {
  const { pipelineRef, taskRunTemplate } = spec;
  return [
    ...(pipelineRef?.resolver === undefined
      ? []
      : [{ path: 'spec.pipelineRef.resolver', feature: 'resolvers' }]),
    ...used(taskRunTemplate ?? {}, { podTemplate: 'pod templates' }, 'spec.taskRunTemplate'),
    ...(spec.taskRunSpecs ?? []).flatMap((item, index) =>
      used(item, { podTemplate: 'pod templates' }, `spec.taskRunSpecs[${index}]`),
    ),
    ...bindings(spec.workspaces),
  ];
}

/** What a TaskRun itself asks for that is not run yet; its task is checked apart. */
export function unsupportedInTaskRun(spec: TaskRunSpec): Unsupported[] {
  const resolver = spec.taskRef?.resolver;
  return [
    ...used(spec, taskRunFeatures, 'spec'),
    ...(resolver === undefined ? [] : [{ path: 'spec.taskRef.resolver', feature: 'resolvers' }]),
    ...(isCustom(spec.taskRef) ? [{ path: 'spec.taskRef', feature: 'custom tasks' }] : []),
    ...bindings(spec.workspaces),
  ];
}

/** One sentence that names every feature and its place. */
export function unsupportedMessage(found: readonly Unsupported[]): string {
  const list = found.map(({ feature, path }) => `${feature} (${path})`).join(', ');
  return `This runner does not support ${list} yet. Remove it, or run this on a cluster with Tekton Pipelines.`;
}

function bindings(workspaces: readonly WorkspaceBinding[] = []): Unsupported[] {
  return workspaces.flatMap((binding, index) => used(binding, bindingFeatures, `spec.workspaces[${index}]`));
}

function isCustom(ref: { apiVersion?: string; kind?: string } | undefined): boolean {
  const group = ref?.apiVersion?.split('/')[0];
  return (group !== undefined && group !== 'tekton.dev') || (ref?.kind !== undefined && ref.kind !== 'Task');
}

function celIn(when: readonly { cel?: string }[] = [], path: string): Unsupported[] {
  return when.flatMap(({ cel }, index) =>
    cel === undefined ? [] : { path: `${path}.when[${index}].cel`, feature: 'CEL in when' },
  );
}

function used<T extends object>(object: T, features: Features<T>, path: string): Unsupported[] {
  return Object.entries(features).flatMap(([field, feature]) =>
    isEmpty((object as Record<string, unknown>)[field])
      ? []
      : { path: `${path}.${field}`, feature: String(feature) },
  );
}

/** Absent, null, `{}` and `[]` ask for nothing. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}
