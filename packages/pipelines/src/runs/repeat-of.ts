import { annotation, label } from '../kinds/metadata.ts';
import { jenkinsAnnotation } from '../engines/jenkins/metadata.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from './run-error.ts';
import { engineOf } from './run-facts.ts';

/**
 * A new run that repeats another; a build in Jenkins with the script that it had. Pure. Throws RunError for a run that
 * names no Pipeline.
 */
export function repeatOf({ apiVersion, kind, metadata, spec }: PipelineRun): PipelineRun {
  const { name: pipeline } = spec.pipelineRef;
  if (pipeline === undefined || pipeline === '')
    throw new RunError(`the run ${metadata.name ?? ''} names no Pipeline`);
  const { namespace, labels } = metadata;
  const engine = engineOf({ apiVersion, kind, metadata, spec });
  const hasBuild = engine === 'jenkins' && metadata.annotations?.[annotation.runId] !== undefined;
  const pipelineLabel = labels?.[label.pipeline];
  return {
    apiVersion,
    kind,
    metadata: {
      generateName: `${pipeline}-`,
      ...(namespace !== undefined && { namespace }),
      ...(pipelineLabel !== undefined && { labels: { [label.pipeline]: pipelineLabel } }),
      ...(hasBuild && { annotations: { [jenkinsAnnotation.replayOf]: metadata.name ?? '' } }),
    },
    // Not the snapshot of the Pipeline, nor what was asked of the run while it ran.
    spec: {
      pipelineRef: { name: pipeline },
      ...(spec.parameters !== undefined && { parameters: spec.parameters }),
      ...(spec.scm !== undefined && { scm: spec.scm }),
    },
  };
}
