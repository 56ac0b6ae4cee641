import { annotation } from '../kinds/metadata.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { Pipeline } from '../kinds/pipeline.ts';
import { pipelineTies } from './pipeline-ties.ts';

/** The number of a run, when it has taken one itself: a copy of another run carries the number but not the UID. */
export function runNumber(run: PipelineRun): number | undefined {
  const { annotations = {}, uid } = run.metadata;
  const number = Number(annotations[annotation.runId]);
  return annotations[annotation.runIdOwner] === uid && Number.isSafeInteger(number) && number > 0
    ? number
    : undefined;
}

/** The number that the next run of a Pipeline takes: above its counter and above the runs that are there. */
export function nextRunNumber(pipeline: Pipeline, runs: readonly PipelineRun[]): number {
  const taken = runs
    .filter((run) => run.spec.pipelineRef.name === pipeline.metadata.name)
    .map((run) => runNumber(run) ?? 0);
  const counter = Number(pipeline.metadata.annotations?.[annotation.lastRunId] ?? 0);
  return (
    taken.reduce(
      (highest, number) => Math.max(highest, number),
      Number.isSafeInteger(counter) ? counter : 0,
    ) + 1
  );
}

/**
 * What gives a run its number, its snapshot of the Pipeline and the Pipeline as its owner, as a merge patch.
 * The Pipeline's counter must have been moved first, so that two runs never share a number.
 */
export function numberPatch(
  run: PipelineRun,
  pipeline: Pipeline,
  number: number,
  engine: string,
): Record<string, unknown> {
  const { uid, resourceVersion } = run.metadata;
  const snapshot = run.spec.pipelineSpec ?? pipeline.spec;
  return {
    metadata: {
      resourceVersion,
      annotations: { [annotation.runId]: String(number), [annotation.runIdOwner]: uid },
      ...pipelineTies(pipeline, run.metadata),
    },
    spec: { pipelineSpec: { ...snapshot, engine: { type: engine } } },
  };
}
