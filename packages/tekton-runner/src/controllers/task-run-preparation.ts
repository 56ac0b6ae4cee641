import { isNotFound, type KubeClient } from '@armillary/kube';
import {
  applyTaskRun,
  checkAppliedTask,
  checkTaskRun,
  formatErrors,
  missingTask,
  type Refusal,
  type Step,
  stepContainerName,
  taskKind,
  taskOfRun,
  type TaskRun,
  type TaskSpec,
  tektonPaths,
  unsupportedInTask,
  unsupportedInTaskRun,
  unsupportedMessage,
  validateTaskRun,
  validateTaskSpec,
  withStepTemplate,
} from '@armillary/tekton';
import type { TaskPlan } from '../executor/plan.ts';
import { MissingReferenceError, References } from '../pod/references.ts';

/** A TaskRun that can be started. */
export interface PreparedTask {
  /** The task with variables replaced by Tekton's own places: what `status.taskSpec` shows. */
  applied: TaskSpec;
  /** Its steps with the step template. */
  steps: Step[];
  /** The work, once the pod is known. */
  plan: (pod: { uid: string; name: string }) => TaskPlan;
}

/** Why a TaskRun fails before it starts. */
export class TaskRefusedError extends Error {
  readonly code = 'TaskRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Finds the task of a run, checks it, and reads what it refers to.
 * @param maps which images this machine stands in for
 * @throws TaskRefusedError when the run cannot be started, as it is, ever
 */
export async function prepareTaskRun(
  client: KubeClient,
  run: TaskRun,
  attempt: number,
  maps: (image: string) => boolean,
  signal: AbortSignal,
): Promise<PreparedTask> {
  const task = taskOfRun(run, await findTask(client, run, signal));
  refuse(invalid(run, task) ?? unsupported(run, task) ?? checkTaskRun(run, task));
  const applied = applyTaskRun(task, run, tektonPaths, attempt);
  refuse(checkAppliedTask(run, applied));
  const steps = withStepTemplate(applied);
  refuse(unmappedImage(run, steps, maps));
  try {
    const references = await References.read(client, run, steps, signal);
    // All of them are asked once here, so that what is missing is found before anything runs.
    for (const step of steps) {
      for (const variable of step.env ?? [])
        if (variable.valueFrom !== undefined) references.valueOfVariable(variable);
      for (const source of step.envFrom ?? []) references.valuesOfSource(source);
    }
    const workspaces = new Map(
      (run.spec.workspaces ?? []).map((binding) => [binding.name, references.workspace(binding)]),
    );
    const plan = ({ uid, name }: { uid: string; name: string }): TaskPlan => ({
      uid,
      namespace: run.metadata.namespace ?? '',
      pod: name,
      containers: steps.map((step, index) => stepContainerName(step.name, index)),
      steps: (paths) => withStepTemplate(applyTaskRun(task, run, paths, attempt)),
      results: task.results ?? [],
      workspaces,
      valueOfVariable: (variable) => references.valueOfVariable(variable),
      valuesOfSource: (source) => references.valuesOfSource(source),
    });
    return { applied, steps, plan };
  } catch (error) {
    if (!(error instanceof MissingReferenceError)) throw error;
    throw new TaskRefusedError({
      reason: error.code,
      message: `Failed to create the containers: ${error.message}`,
    });
  }
}

async function findTask(client: KubeClient, run: TaskRun, signal: AbortSignal): Promise<TaskSpec> {
  const { taskSpec, taskRef } = run.spec;
  if (taskSpec !== undefined) return taskSpec;
  refuse(notRun(unsupportedInTaskRun(run.spec)));
  try {
    const { spec } = await client
      .resource(taskKind)
      .get(taskRef?.name ?? '', { namespace: run.metadata.namespace, signal });
    return spec;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new TaskRefusedError(missingTask(run));
  }
}

function invalid(run: TaskRun, task: TaskSpec): Refusal | undefined {
  const errors = [
    ...validateTaskRun(run),
    ...(run.spec.taskSpec === undefined ? validateTaskSpec(task) : []),
  ];
  if (errors.length === 0) return undefined;
  return {
    reason: 'TaskRunValidationFailed',
    message: `[User error] validation failed: ${formatErrors(errors)}`,
  };
}

function unsupported(run: TaskRun, task: TaskSpec): Refusal | undefined {
  return notRun([...unsupportedInTaskRun(run.spec), ...unsupportedInTask(task)]);
}

function notRun(found: ReturnType<typeof unsupportedInTask>): Refusal | undefined {
  return found.length === 0
    ? undefined
    : { reason: 'TaskRunValidationFailed', message: unsupportedMessage(found) };
}

function unmappedImage(
  run: TaskRun,
  steps: readonly Step[],
  maps: (image: string) => boolean,
): Refusal | undefined {
  for (const [index, step] of steps.entries()) {
    const { image = '' } = step;
    if (maps(image)) continue;
    const name = step.name ?? `unnamed-${index}`;
    const message =
      `the step "${name}" in TaskRun "${run.metadata.name ?? ''}" failed to pull the image "${image}". ` +
      `This runner runs steps as processes of this machine and has nothing to stand in for that image: ` +
      `use a plain shell image such as alpine, or add the image to the runner's list of mapped images.`;
    return { reason: 'TaskRunImagePullFailed', message };
  }
  return undefined;
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new TaskRefusedError(refusal);
}
