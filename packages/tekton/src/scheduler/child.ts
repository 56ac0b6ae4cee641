import type { TaskRun } from '../api/objects.ts';
import type { ParamValue } from '../api/schema.ts';
import { label } from '../labels.ts';

/** What a PipelineRun sees of one of its TaskRuns. */
export interface Child {
  /** The pipeline task it runs. */
  task: string;
  /** The TaskRun's name. */
  name: string;
  state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** The reason of its condition. */
  reason: string;
  results: ReadonlyMap<string, ParamValue>;
}

/** Said in `spec.statusMessage` of TaskRuns that end with their run. The first words are Tekton's. */
export const cancelledByRun = 'TaskRun cancelled as the PipelineRun it belongs to has been cancelled.';
export const timedOutWithRun = 'TaskRun cancelled as the PipelineRun it belongs to has timed out.';

/** Reads a TaskRun; one that was cancelled because its run timed out counts as failed, as in Tekton. */
export function childOf(taskRun: TaskRun): Child {
  const condition = taskRun.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const reason = condition?.reason ?? '';
  return {
    task: taskRun.metadata.labels?.[label.pipelineTask] ?? '',
    name: taskRun.metadata.name ?? '',
    state: stateOf(condition?.status, reason, taskRun.spec.statusMessage),
    reason,
    results: new Map((taskRun.status?.results ?? []).map(({ name, value }) => [name, value])),
  };
}

function stateOf(status: string | undefined, reason: string, message: string | undefined): Child['state'] {
  if (status === 'True') return 'succeeded';
  if (status !== 'False') return 'running';
  return reason === 'TaskRunCancelled' && message !== timedOutWithRun ? 'cancelled' : 'failed';
}
