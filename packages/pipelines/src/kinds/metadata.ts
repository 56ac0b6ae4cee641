import { DEVOPS_GROUP } from './fields.ts';

/** Annotations of KubeSphere DevOps and our own. */
export const annotation = {
  /** The number of a run, printed in the column ID. Upstream's name, whichever engine runs. */
  runId: `${DEVOPS_GROUP}/jenkins-pipelinerun-id`,
  /** The engine of a Pipeline whose spec names none. */
  engine: `${DEVOPS_GROUP}/pipeline-engine`,
  /** The number of a Pipeline's latest run; new runs take the next one. */
  lastRunId: 'pipelines.armillary.dev/last-run-id',
  /** On a run: its stages as JSON, with the pod and containers that hold the log of each. */
  stages: 'pipelines.armillary.dev/stages',
  /** On a run: the UID for which the number was taken, so that a copied run takes its own. */
  runIdOwner: 'pipelines.armillary.dev/run-id-owner',
  /** On a Pipeline: `success` or `failure`. */
  jenkinsfileValidate: `pipeline.${DEVOPS_GROUP}/jenkinsfile.validate`,
  /** On a Pipeline: what is wrong with its Jenkinsfile, one finding per line. */
  jenkinsfileErrors: 'pipelines.armillary.dev/jenkinsfile-errors',
} as const;

/** Labels of KubeSphere. */
export const label = {
  /** On a namespace: the project it belongs to. */
  project: 'kubesphere.io/devopsproject',
  /** On a namespace: DevOps looks after it. */
  managed: `${DEVOPS_GROUP}/managed`,
  /** On a project and its namespace: the workspace. */
  workspace: 'kubesphere.io/workspace',
  /** On a run: its Pipeline. */
  pipeline: `${DEVOPS_GROUP}/pipeline`,
} as const;

/** Keeps a project until its namespace is gone. */
export const PROJECT_FINALIZER = 'devopsproject.finalizers.kubesphere.io';
