import type { ApplyResult, ItemPath, TriggersSpec } from '@armillary/jenkins-client';
import type {
  ControllerDefinition,
  Informer,
  ObjectKey,
  ReconcileContext,
  ReconcileResult,
} from '@armillary/kube';
import { pipelineKind, type Pipeline } from '../../../kinds/pipeline.ts';
import { wantedEngine } from '../../engine.ts';
import { isGone } from '../failure.ts';
import { JenkinsCopy } from '../jenkins-copy.ts';
import { jenkinsAnnotation, jenkinsFinalizer, sync } from '../metadata.ts';
import type { JenkinsNews } from '../news/jenkins-news.ts';
import type { JenkinsEngine } from '../options.ts';
import { inFolder } from '../projects/project-folder.ts';
import type { SyncNote } from '../sync-note.ts';
import { jobSpec } from './job-spec.ts';
import { managedSettings, withForeign } from './managed-settings.ts';
import { specHash } from './spec-hash.ts';

/** What an annotation or an event lists at most. */
const MAX_LISTED = 50;

/**
 * Gives every Pipeline that runs on Jenkins a job of its name in the folder of its namespace.
 *
 * Settings that a Pipeline cannot express are whoever's made them, and survive; they are listed on the Pipeline. What a
 * Pipeline does express is put right when somebody changed it in Jenkins, with an event that says what. The job of a
 * Pipeline that moves to another engine is disabled rather than deleted, so that its builds and logs stay.
 */
export class JobController {
  readonly #engine: JenkinsEngine;
  readonly #news: JenkinsNews;
  readonly #pipelines: Informer<Pipeline>;
  readonly #copy: JenkinsCopy<Pipeline>;

  constructor(engine: JenkinsEngine, news: JenkinsNews) {
    this.#engine = engine;
    this.#news = news;
    this.#pipelines = engine.manager.informer(pipelineKind);
    this.#copy = new JenkinsCopy(engine, {
      type: pipelineKind,
      finalizer: jenkinsFinalizer.pipeline,
      sync: sync.pipeline,
    });
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Pipeline> {
    return {
      name: 'jenkins-job',
      for: pipelineKind,
      sources: [(enqueue) => this.#news.onNews((job) => this.#noticeLoss(job, enqueue))],
      workers: 4,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  /** A job that is shown no more may be deleted, and its runs wait for that to be known. */
  #noticeLoss(job: ItemPath, enqueue: (key: ObjectKey) => void): void {
    const [namespace = '', name = ''] = job;
    if (job.length !== 2 || this.#news.job(job) !== undefined) return;
    const pipeline = this.#pipelines.get(name, namespace);
    if (pipeline === undefined) return;
    this.#copy.forget(pipeline);
    enqueue({ namespace, name });
  }

  async #reconcile(
    { namespace, name }: ObjectKey,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const pipeline = this.#pipelines.get(name, namespace);
    if (pipeline === undefined) return;
    const { jenkins, defaultEngine } = this.#engine;
    if (pipeline.metadata.deletionTimestamp !== undefined)
      return this.#copy.release(pipeline, context, (signal) =>
        jenkins.item(namespace, name).delete({ signal }),
      );
    if (wantedEngine(pipeline, undefined, defaultEngine) === 'jenkins') {
      const hash = specHash(pipeline.spec);
      const apply = (held: Pipeline, signal: AbortSignal): Promise<SyncNote> =>
        this.#apply(held, hash, signal);
      return this.#copy.keep(pipeline, hash, context, apply, { [jenkinsAnnotation.refusedHash]: hash });
    }
    if (!this.#copy.existsFor(pipeline)) return;
    return this.#copy.keep(pipeline, 'another engine', context, (_held, signal) =>
      this.#disable(namespace, name, signal),
    );
  }

  async #apply(pipeline: Pipeline, hash: string, signal: AbortSignal): Promise<SyncNote> {
    const { jenkins, recorder } = this.#engine;
    const { name = '', namespace = '', annotations = {} } = pipeline.metadata;
    const path = [namespace, name];
    const changed = annotations[jenkinsAnnotation.specHash] !== hash;
    let spec = jobSpec(pipeline.spec, name);
    const managed: Record<string, string | null> = {};
    if (spec.kind === 'inline') {
      managed[jenkinsAnnotation.managed] = managedSettings(spec) || null;
      const present = await this.#presentTriggers(path, signal);
      spec = withForeign(spec, present, annotations[jenkinsAnnotation.managed] ?? '');
    }
    // Jenkins tells no secrets, so that whether they changed is known from the Pipeline alone.
    const options = { rewriteSecrets: changed, signal };
    const result = await inFolder(jenkins, namespace, signal, () =>
      jenkins.pipelines.apply(path, spec, options),
    );
    if (!changed && result.action !== 'unchanged')
      recorder.event(pipeline, 'Warning', 'Drifted', driftMessage(result));
    return {
      status: 'successful',
      annotations: {
        ...managed,
        [jenkinsAnnotation.specHash]: hash,
        [jenkinsAnnotation.refusedHash]: null,
        [jenkinsAnnotation.unmanaged]: listed(result.unmanaged) || null,
      },
    };
  }

  async #presentTriggers(path: string[], signal: AbortSignal): Promise<TriggersSpec | undefined> {
    try {
      const { spec } = await this.#engine.jenkins.pipelines.read(path, { signal });
      return spec.kind === 'multibranch' ? undefined : spec.triggers;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #disable(namespace: string, name: string, signal: AbortSignal): Promise<SyncNote> {
    try {
      await this.#engine.jenkins.item(namespace, name).disable({ signal });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    // Without the hash the job is applied as a whole when the Pipeline comes back.
    return { status: 'disabled', annotations: { [jenkinsAnnotation.specHash]: null } };
  }
}

function driftMessage({ action, differences }: ApplyResult): string {
  if (action === 'created') return 'The job was gone from Jenkins. It was made anew.';
  return `The job was changed in Jenkins. Put right: ${listed(
    differences.map(({ path }) => path),
    ', ',
  )}.`;
}

function listed(paths: readonly string[], separator = '\n'): string {
  const rest = paths.length - MAX_LISTED;
  const shown = paths.slice(0, MAX_LISTED).map((path) => path.slice(0, 200));
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}
