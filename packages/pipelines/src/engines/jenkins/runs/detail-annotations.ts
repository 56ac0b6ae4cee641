import type { ItemPath } from '@armillary/jenkins-client';
import { stagesAnnotation } from '../../../controllers/stages-annotation.ts';
import { annotation } from '../../../kinds/metadata.ts';
import { blueNodesText } from '../blue-ocean/blue-nodes.ts';
import { blueRun } from '../blue-ocean/blue-run.ts';
import { jenkinsAnnotation } from '../metadata.ts';
import type { BuildDetails } from '../news/build-details.ts';

/** What a run tells of its build: for people and programs, and in the shape that KubeSphere's console reads. */
export function detailAnnotations(
  { build, stages, nodes }: BuildDetails,
  job: ItemPath,
): Record<string, string> {
  return {
    [annotation.stages]: stagesAnnotation(stages),
    [jenkinsAnnotation.runStatus]: JSON.stringify(blueRun(build, job)),
    [jenkinsAnnotation.stagesStatus]: blueNodesText(nodes),
  };
}
