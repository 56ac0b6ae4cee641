import { annotation, label } from '../kinds/metadata.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { Pipeline } from '../kinds/pipeline.ts';

/** The longest value of a label. */
const MAX_LABEL = 63;

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
  const { uid, resourceVersion, labels, ownerReferences = [] } = run.metadata;
  const { name = '', uid: pipelineUid = '' } = pipeline.metadata;
  const owned = ownerReferences.some((owner) => owner.uid === pipelineUid);
  const owner = { apiVersion: pipeline.apiVersion, kind: pipeline.kind, name, uid: pipelineUid };
  const labelled = labels?.[label.pipeline] !== undefined || name.length > MAX_LABEL;
  const snapshot = run.spec.pipelineSpec ?? pipeline.spec;
  return {
    metadata: {
      resourceVersion,
      annotations: { [annotation.runId]: String(number), [annotation.runIdOwner]: uid },
      ...(!labelled && { labels: { [label.pipeline]: name } }),
      ...(!owned && { ownerReferences: [...ownerReferences, owner] }),
    },
    spec: { pipelineSpec: { ...snapshot, engine: { type: engine } } },
  };
}
