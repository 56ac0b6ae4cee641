import { devopsProjectKind } from './devops-project.ts';
import { pipelineRunKind } from './pipeline-run.ts';
import { pipelineKind } from './pipeline.ts';

/** The kinds of devops.kubesphere.io that Armillary serves; `crd()` of each gives what to apply. */
export const devopsKinds = [devopsProjectKind, pipelineKind, pipelineRunKind] as const;
