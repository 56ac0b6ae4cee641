import { branchName, type BuildState, type ItemPath } from '@armillary/jenkins-client';
import { pipelineTies } from '../../../controllers/pipeline-ties.ts';
import { annotation } from '../../../kinds/metadata.ts';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline } from '../../../kinds/pipeline.ts';
import { jenkinsAnnotation, jenkinsFinalizer } from '../metadata.ts';
import { noteText } from './build-note.ts';
import { outsideRunName } from './outside-run-name.ts';

/** The run that stands for a build which a hook, a timer or a person started in the Jenkins at `heldBy`. */
export function outsideRun(
  pipeline: Pipeline,
  job: ItemPath,
  build: BuildState,
  heldBy: string,
): PipelineRun {
  const { name = '', namespace = '' } = pipeline.metadata;
  const [, , branchJob] = job;
  const refName = branchJob === undefined ? undefined : branchName(branchJob);
  const { number, startedAt } = build;
  return {
    apiVersion: pipeline.apiVersion,
    kind: pipelineRunKind.kind,
    metadata: {
      name: outsideRunName(name, refName, number, startedAt),
      namespace,
      ...pipelineTies(pipeline),
      annotations: {
        [annotation.runId]: String(number),
        [jenkinsAnnotation.build]: noteText({ number, startedAt }),
        [jenkinsAnnotation.heldBy]: heldBy,
      },
      finalizers: [jenkinsFinalizer.run],
    },
    spec: {
      pipelineRef: { name },
      pipelineSpec: { ...pipeline.spec, engine: { type: 'jenkins' } },
      ...(refName !== undefined && { scm: { refType: refTypeOf(refName), refName } }),
    },
  };
}

/** The names that the branch sources of Jenkins give to pull and merge requests. */
function refTypeOf(refName: string): string {
  if (/^PR-\d+/.test(refName)) return 'pr';
  return /^MR-\d+/.test(refName) ? 'mr' : 'branch';
}
