import {
  label as tektonLabel,
  podName,
  stepContainerName,
  type PipelineRun as TektonRun,
  type PipelineTask,
  type TaskRun,
} from '@armillary/tekton';
import type { StageState } from '../stage-state.ts';

/** Tekton's reasons of a TaskRun of which a step failed; releases before the newest say only `Failed`. */
const stepFailed = ['StepFailed', 'Failed'];

/** The stages of a run in their order, the post actions last. */
export function stagesOf(run: TektonRun, taskRuns: readonly TaskRun[]): StageState[] {
  const { tasks = [], finally: last = [] } = run.spec.pipelineSpec ?? {};
  const byTask = new Map(
    taskRuns.map((taskRun) => [taskRun.metadata.labels?.[tektonLabel.pipelineTask], taskRun]),
  );
  const skipped = new Set(run.status?.skippedTasks?.map(({ name }) => name));
  const done = run.status?.completionTime !== undefined;
  return [...tasks, ...last].map((task) => {
    const name = task.displayName ?? task.name ?? '';
    const taskRun = byTask.get(task.name);
    if (taskRun) return { name, ...startedStage(task, taskRun) };
    return { name, state: done || skipped.has(task.name ?? '') ? 'Skipped' : 'Pending' };
  });
}

function startedStage(task: PipelineTask, taskRun: TaskRun): Omit<StageState, 'name'> {
  const pod = taskRun.status?.podName ?? podName(taskRun.metadata.name ?? '');
  const containers = (task.taskSpec?.steps ?? []).map((step, index) => stepContainerName(step.name, index));
  const where = { pod, containers };
  const condition = taskRun.status?.conditions?.find(({ type }) => type === 'Succeeded');
  if (condition?.status === 'True') return { state: 'Succeeded', ...where };
  if (condition?.status !== 'False')
    return { state: taskRun.status?.startTime === undefined ? 'Pending' : 'Running', ...where };
  if (condition.reason === 'TaskRunCancelled') return { state: 'Cancelled', ...where };
  const message = condition.message ?? '';
  // Any other reason is not a step's doing, though steps may have been ended for it.
  const failure = stepFailed.includes(condition.reason ?? '')
    ? failureOf(task, taskRun, pod, message)
    : message;
  return { state: 'Failed', ...where, failure };
}

/** Names the first step that failed: the ones behind it pass its exit code on. */
function failureOf(task: PipelineTask, taskRun: TaskRun, pod: string, message: string): string {
  const failed = taskRun.status?.steps?.find(
    ({ terminated }) => terminated !== undefined && terminated.exitCode !== 0,
  );
  if (failed?.terminated === undefined) return message;
  const step = task.taskSpec?.steps?.find(({ name }) => name === failed.name);
  const namespace = taskRun.metadata.namespace ?? '';
  const title = step?.displayName ?? failed.name ?? 'a step';
  const log = `kubectl -n ${namespace} logs ${pod} -c ${failed.container ?? ''}`;
  return `step ${title} exited with code ${failed.terminated.exitCode}. Its log: ${log}`;
}
