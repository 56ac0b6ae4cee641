import { isNotFound, type KubeClient } from '@armillary/kube';
import {
  applyRun,
  checkPipelineRun,
  defaultPipelineSpec,
  defaultTaskSpec,
  formatErrors,
  missingPipeline,
  missingTaskOfPipeline,
  pipelineKind,
  type PipelineRun,
  type PipelineSpec,
  type Refusal,
  taskKind,
  type TaskSpec,
  unsupportedInPipeline,
  unsupportedInPipelineRun,
  unsupportedInTask,
  unsupportedMessage,
  validatePipelineRun,
  validatePipelineSpec,
  validateTimeouts,
} from '@armillary/tekton';

/** Why a PipelineRun fails before its first task. */
export class PipelineRefusedError extends Error {
  readonly code = 'PipelineRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The name of a run's pipeline: its own when the pipeline is written inside it. */
export function pipelineNameOf(run: PipelineRun): string {
  return run.spec.pipelineRef?.name ?? run.metadata.name ?? '';
}

/**
 * Finds the pipeline of a run with the Tasks it refers to, and checks all of it.
 * @returns the pipeline as this run executes it
 * @throws PipelineRefusedError when the run cannot be started, as it is, ever
 */
export async function preparePipelineRun(
  client: KubeClient,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<PipelineSpec> {
  refuse(invalid(formatErrors(validatePipelineRun(run)), run));
  refuse(notRun(unsupportedInPipelineRun(run.spec)));
  const spec = await findPipeline(client, run, signal);
  if (run.spec.pipelineSpec === undefined) refuse(invalid(formatErrors(validatePipelineSpec(spec)), run));
  refuse(notRun(unsupportedInPipeline(spec)));
  const tasks = await findTasks(client, run, spec, signal);
  for (const [name, task] of tasks) refuse(notRun(unsupportedInTask(task), `Task "${name}": `));
  refuse(checkPipelineRun(run, defaultPipelineSpec(spec), pipelineNameOf(run), (name) => tasks.get(name)));
  const applied = applyRun(spec, run, pipelineNameOf(run));
  // Variables may have stood for them until now.
  refuse(invalid(formatErrors(validateTimeouts(applied, run.spec)), run));
  return applied;
}

async function findPipeline(
  client: KubeClient,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<PipelineSpec> {
  if (run.spec.pipelineSpec !== undefined) return run.spec.pipelineSpec;
  try {
    const { spec } = await client
      .resource(pipelineKind)
      .get(run.spec.pipelineRef?.name ?? '', { namespace: run.metadata.namespace, signal });
    return spec;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new PipelineRefusedError(missingPipeline(run));
  }
}

async function findTasks(
  client: KubeClient,
  run: PipelineRun,
  spec: PipelineSpec,
  signal: AbortSignal,
): Promise<Map<string, TaskSpec>> {
  const all = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const names = new Set(all.flatMap(({ taskRef }) => taskRef?.name ?? []));
  const tasks = new Map<string, TaskSpec>();
  for (const name of names) {
    try {
      const task = await client.resource(taskKind).get(name, { namespace: run.metadata.namespace, signal });
      tasks.set(name, defaultTaskSpec(task.spec));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new PipelineRefusedError(missingTaskOfPipeline(run, pipelineNameOf(run), name));
    }
  }
  return tasks;
}

function invalid(errors: string, run: PipelineRun): Refusal | undefined {
  if (errors === '') return undefined;
  const pipeline = `${run.metadata.namespace ?? ''}/${pipelineNameOf(run)}`;
  const message = `[User error] Pipeline ${pipeline} can't be Run; it has an invalid spec: ${errors}`;
  return { reason: 'PipelineValidationFailed', message };
}

function notRun(found: ReturnType<typeof unsupportedInPipeline>, where = ''): Refusal | undefined {
  if (found.length === 0) return undefined;
  return { reason: 'PipelineValidationFailed', message: where + unsupportedMessage(found) };
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new PipelineRefusedError(refusal);
}
