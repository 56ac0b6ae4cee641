import type { EventRecorder, ReconcileContext } from '@armillary/kube';
import type { RunState } from '../engines/run-state.ts';
import { pipelineRunKind, type PipelineRun } from '../kinds/pipeline-run.ts';
import { runStatus } from './run-status.ts';

/**
 * Writes how a run stands into its status, unless it says so already, and records an event when its phase changes.
 * `now` is in milliseconds. Answers whether something was written; throws a conflict when the run is a newer one.
 */
export async function tellRun(
  run: PipelineRun,
  state: RunState,
  now: number,
  recorder: EventRecorder,
  { client, signal }: Pick<ReconcileContext, 'client' | 'signal'>,
): Promise<boolean> {
  const status = runStatus(state, run.status, new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'));
  if (status === undefined) return false;
  const { name = '', namespace = '', resourceVersion } = run.metadata;
  // With the resource version, what is decided from an old state is never written over a newer one.
  const body = { metadata: { resourceVersion }, status };
  await client
    .resource<PipelineRun>(pipelineRunKind)
    .patch(name, { type: 'merge', subresource: 'status', namespace, body, signal });
  if (state.phase !== run.status?.phase) {
    const warning = state.phase === 'Failed';
    recorder.event(run, warning ? 'Warning' : 'Normal', state.reason, state.message);
  }
  return true;
}
