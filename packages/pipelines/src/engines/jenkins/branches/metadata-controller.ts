import type {
  ControllerDefinition,
  Informer,
  ObjectKey,
  ReconcileContext,
  ReconcileResult,
} from '@armillary/kube';
import { annotate } from '../../../controllers/patch-object.ts';
import { pipelineKind, type Pipeline } from '../../../kinds/pipeline.ts';
import { wantedEngine } from '../../engine.ts';
import { isGone, isOutage, isRefusal, messageOf } from '../failure.ts';
import { jenkinsAnnotation } from '../metadata.ts';
import type { JenkinsNews } from '../news/jenkins-news.ts';
import type { JenkinsEngine } from '../options.ts';
import { blueBranches, blueMetadata } from './blue-pipeline.ts';
import { readOverview } from './job-overview.ts';

/** How often the branches of one Pipeline are read at most: once in so many looks at Jenkins. */
const LOOKS = 5;

/** Tells the branches, pull requests and parameters of jobs on their Pipelines, and scans for branches when asked. */
export class MetadataController {
  readonly #engine: JenkinsEngine;
  readonly #news: JenkinsNews;
  readonly #pipelines: Informer<Pipeline>;
  /** Of which Pipelines there are news that were not read yet. */
  readonly #stale = new Set<string>();
  /** The branches and builds that the last news told of, by Pipeline. */
  readonly #seen = new Map<string, string>();
  /** When the branches of Pipelines were last read, by UID; in milliseconds since 1970. */
  readonly #readAt = new Map<string, number>();

  constructor(engine: JenkinsEngine, news: JenkinsNews) {
    this.#engine = engine;
    this.#news = news;
    this.#pipelines = engine.manager.informer(pipelineKind);
    this.#pipelines.onEvent({
      deleted: ({ metadata: { uid = '', namespace = '', name = '' } }) => {
        this.#readAt.delete(uid);
        this.#stale.delete(`${namespace}/${name}`);
        this.#seen.delete(`${namespace}/${name}`);
      },
    });
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Pipeline> {
    return {
      name: 'jenkins-metadata',
      for: pipelineKind,
      sources: [
        (enqueue) =>
          this.#news.onNews(([namespace = '', name = '']) => {
            if (this.#pipelines.get(name, namespace) === undefined || !this.#isNew(namespace, name)) return;
            this.#stale.add(`${namespace}/${name}`);
            enqueue({ namespace, name });
          }),
      ],
      workers: 2,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  /** Whether branches or results of builds changed: what waits in the queue is not told here. */
  #isNew(namespace: string, name: string): boolean {
    const jobs = this.#news.jobsOf([namespace, name]);
    const seen = JSON.stringify(
      jobs.map(({ path, builds }) => [
        path,
        builds.map(({ number, building, result }) => [number, building, result]),
      ]),
    );
    const key = `${namespace}/${name}`;
    if (this.#seen.get(key) === seen) return false;
    this.#seen.set(key, seen);
    return true;
  }

  async #reconcile(
    { namespace, name }: ObjectKey,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const pipeline = this.#pipelines.get(name, namespace);
    if (pipeline === undefined || pipeline.metadata.deletionTimestamp !== undefined) return;
    const { clock, resyncMs, activePollMs, defaultEngine } = this.#engine;
    const newsPaceMs = LOOKS * activePollMs;
    if (wantedEngine(pipeline, undefined, defaultEngine) !== 'jenkins') return;
    try {
      const { annotations = {} } = pipeline.metadata;
      if (annotations[jenkinsAnnotation.requestToScan] !== undefined) await this.#scan(pipeline, context);
      // Builds are looked for all the time.
      await annotate<Pipeline>(pipelineKind, pipeline, { [jenkinsAnnotation.requestToSync]: null }, context);
      const { uid = '' } = pipeline.metadata;
      const paceMs = this.#stale.has(`${namespace}/${name}`) ? newsPaceMs : resyncMs;
      const restMs = (this.#readAt.get(uid) ?? -Infinity) + paceMs - clock.now();
      if (restMs > 0) return { requeueAfterMs: restMs };
      this.#readAt.set(uid, clock.now());
      this.#stale.delete(`${namespace}/${name}`);
      await this.#tell(pipeline, context);
    } catch (error) {
      context.signal.throwIfAborted();
      // Its own controller tells why there is no job.
      if (!isGone(error) && !isOutage(error)) throw error;
      this.#stale.add(`${namespace}/${name}`);
      return { requeueAfterMs: newsPaceMs * (1 + Math.random()) };
    }
    return { requeueAfterMs: resyncMs };
  }

  async #scan(pipeline: Pipeline, context: ReconcileContext): Promise<void> {
    const { jenkins, recorder } = this.#engine;
    const { name = '', namespace = '' } = pipeline.metadata;
    if (pipeline.spec.type === 'multi-branch-pipeline') {
      try {
        await jenkins.item(namespace, name).scan({ signal: context.signal });
      } catch (error) {
        if (!isRefusal(error) || isGone(error)) throw error;
        recorder.event(pipeline, 'Warning', 'ScanRefused', messageOf(error));
      }
    }
    await annotate<Pipeline>(pipelineKind, pipeline, { [jenkinsAnnotation.requestToScan]: null }, context);
  }

  async #tell(pipeline: Pipeline, context: ReconcileContext): Promise<void> {
    const { name = '', namespace = '' } = pipeline.metadata;
    const overview = await readOverview(this.#engine.jenkins, [namespace, name], context.signal);
    const annotations = {
      [jenkinsAnnotation.metadata]: blueMetadata(overview, pipeline.spec.multi_branch_pipeline?.script_path),
      [jenkinsAnnotation.branches]: blueBranches(overview) ?? null,
    };
    await annotate<Pipeline>(pipelineKind, pipeline, annotations, context);
  }
}
