import type { ReconcileContext } from '@armillary/kube';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';

/** The runs of a Pipeline as the server has them now: caches may be behind. */
export async function liveRuns(
  namespace: string,
  pipeline: string,
  { client, signal }: ReconcileContext,
): Promise<PipelineRun[]> {
  const found: PipelineRun[] = [];
  for await (const run of client.resource<PipelineRun>(pipelineRunKind).listAll({ namespace, signal }))
    if (run.spec.pipelineRef.name === pipeline) found.push(run);
  return found;
}
