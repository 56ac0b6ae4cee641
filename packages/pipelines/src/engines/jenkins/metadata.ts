import { DEVOPS_GROUP } from '../../kinds/fields.ts';

const PIPELINE = `pipeline.${DEVOPS_GROUP}`;
const PROJECT = `devopsproject.${DEVOPS_GROUP}`;
const CREDENTIAL = `credential.${DEVOPS_GROUP}`;
const OURS = 'pipelines.armillary.dev';

/** Where one kind of object tells whether Jenkins has what it says. */
export interface SyncAnnotations {
  /** One of {@link SyncStatus}. */
  readonly status: string;
  /** When that was found out; RFC 3339. */
  readonly time: string;
  /** Why not, when it has not. */
  readonly message: string;
}

/**
 * `successful`: Jenkins has it. `pending`: Jenkins does not answer; tried again. `failed`: Jenkins, or a check before,
 * refused it; the object has to change. `disabled`: the job rests, because another engine runs the pipeline now.
 * The words of KubeSphere, `disabled` is our own.
 */
export type SyncStatus = 'successful' | 'pending' | 'failed' | 'disabled';

/** The `syncstatus`, `synctime` and `syncmsg` of what Jenkins holds a copy of. Upstream's names, except of runs. */
export const sync = {
  project: syncAnnotations(PROJECT),
  pipeline: syncAnnotations(PIPELINE),
  credential: syncAnnotations(CREDENTIAL),
  run: syncAnnotations(OURS),
} as const;

function syncAnnotations(prefix: string): SyncAnnotations {
  return { status: `${prefix}/syncstatus`, time: `${prefix}/synctime`, message: `${prefix}/syncmsg` };
}

/** Annotations of objects that the engine Jenkins looks after, beside those of every engine. */
export const jenkinsAnnotation = {
  /** On a Pipeline: a hash of the specification that Jenkins has. Upstream's name. */
  specHash: `${PIPELINE}/spechash`,
  /** On a Pipeline: a hash of the specification that was last refused. */
  refusedHash: `${OURS}/jenkins-refused`,
  /** On a Pipeline: what is known of its job, as JSON in the shape of Blue Ocean. Upstream's name. */
  metadata: `${PIPELINE}/jenkins-metadata`,
  /** On a Pipeline: the branches and pull requests of its job, as JSON in the shape of Blue Ocean. Upstream's name. */
  branches: `${PIPELINE}/jenkins-branches`,
  /**
   * On a Pipeline: asks to look for builds. Upstream's name: KubeSphere's API sets it whenever somebody lists runs, every
   * few seconds while a page is open, so that it must cost next to nothing.
   */
  requestToSync: `${PIPELINE}/request-to-sync-pipelineruns`,
  /** On a Pipeline with several branches: asks to scan for them at once. */
  requestToScan: `${OURS}/scan`,
  /** On a Pipeline: the settings of its job that somebody made in Jenkins and that are left alone, one per line. */
  unmanaged: `${OURS}/jenkins-unmanaged`,
  /** On a Pipeline: the settings and kinds of triggers that its job has from it alone, joined by commas. */
  managed: `${OURS}/jenkins-managed`,
  /** On a Pipeline: up to which build of each job runs were taken in, as JSON. */
  history: `${OURS}/jenkins-history`,
  /** On a Secret: `false` keeps it out of Jenkins. Upstream's name. */
  autoSync: `${CREDENTIAL}/autosync`,
  /** On everything with a finalizer of this engine: the address of the Jenkins that holds its copy. */
  heldBy: `${OURS}/jenkins`,
  /** On a run: its start and the build it became, as JSON; see `BuildNote`. */
  build: `${OURS}/jenkins-build`,
  /** On a run: run the build of this run of the same Pipeline again, with the script that it had. */
  replayOf: `${OURS}/replay-of`,
  /** On a run: its build as JSON in the shape of Blue Ocean. Upstream's name. */
  runStatus: `${DEVOPS_GROUP}/jenkins-pipelinerun-status`,
  /** On a run: the stages of its build as JSON in the shape of Blue Ocean. Upstream's name. */
  stagesStatus: `${DEVOPS_GROUP}/jenkins-pipelinerun-stages-status`,
  /** On a run: `true` keeps the build in Jenkins when the run is deleted. Upstream's name. */
  keepRecord: `${DEVOPS_GROUP}/keep-jenkins-record`,
} as const;

/** On a run: `true` when Jenkins has its build no longer. Upstream's name. */
export const ORPHAN_LABEL = `${DEVOPS_GROUP}/jenkins-pipelinerun-orphan`;

/** What keeps an object until its copy in Jenkins is gone, or Jenkins was given up. Upstream's, except the first. */
export const jenkinsFinalizer = {
  project: `${OURS}/jenkins-folder`,
  pipeline: 'pipeline.finalizers.kubesphere.io',
  credential: 'finalizers.kubesphere.io/credential',
  run: 'pipelinerun.finalizers.kubesphere.io',
} as const;
