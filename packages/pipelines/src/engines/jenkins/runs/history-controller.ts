import { BuildRef, type BuildState, type ItemPath } from '@armillary/jenkins-client';
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  type ControllerDefinition,
  type Informer,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
} from '@armillary/kube';
import { annotate, patchObject } from '../../../controllers/patch-object.ts';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';
import { pipelineKind, type Pipeline } from '../../../kinds/pipeline.ts';
import { wantedEngine } from '../../engine.ts';
import { isGone, isOutage } from '../failure.ts';
import { jenkinsAnnotation, ORPHAN_LABEL } from '../metadata.ts';
import type { JenkinsNews, JobNews } from '../news/jenkins-news.ts';
import type { JenkinsEngine } from '../options.ts';
import { buildNote, noteText } from './build-note.ts';
import { decideHistory, type HistoryMark } from './decide-history.ts';
import { isDiscarded } from './discarded.ts';
import { isOfJob } from './job-of-run.ts';
import { liveRuns } from './live-runs.ts';
import { outsideRun } from './outside-run.ts';

const BY_PIPELINE = 'jenkins-pipeline';
/** How many builds that came between two looks are read at most. */
const MAX_CATCH_UP = 1000;
/** How many marks of branches that are gone are kept, with those of branches that are there. */
const MAX_MARKS = 1000;
/** How many old runs, beyond the builds that a look shows, are asked for at each comparison. */
const MAX_OLD_CHECKS = 10;

/**
 * Makes a run of every build that nobody asked for here, and labels the runs whose builds Jenkins has no longer. A run
 * is deleted only when the Pipeline's own discarder explains that its build is gone, and Jenkins said so twice.
 */
export class HistoryController {
  readonly #engine: JenkinsEngine;
  readonly #news: JenkinsNews;
  readonly #pipelines: Informer<Pipeline>;
  readonly #runs: Informer<PipelineRun>;
  /** When the old runs of a Pipeline were last asked for, by UID; in milliseconds since 1970. */
  readonly #checkedAt = new Map<string, number>();

  constructor(engine: JenkinsEngine, news: JenkinsNews) {
    this.#engine = engine;
    this.#news = news;
    this.#pipelines = engine.manager.informer(pipelineKind);
    this.#pipelines.onEvent({ deleted: ({ metadata }) => this.#checkedAt.delete(metadata.uid ?? '') });
    this.#runs = engine.manager.informer(pipelineRunKind);
    this.#runs.addIndex(BY_PIPELINE, ({ metadata, spec }) => [
      `${metadata.namespace ?? ''}/${spec.pipelineRef.name ?? ''}`,
    ]);
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Pipeline> {
    return {
      name: 'jenkins-history',
      for: pipelineKind,
      sources: [
        (enqueue) => this.#news.onNews(([namespace = '', name = '']) => enqueue({ namespace, name })),
      ],
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  async #reconcile(
    { namespace, name }: ObjectKey,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const pipeline = this.#pipelines.get(name, namespace);
    if (pipeline === undefined || pipeline.metadata.deletionTimestamp !== undefined) return;
    if (wantedEngine(pipeline, undefined, this.#engine.defaultEngine) !== 'jenkins') return;
    const jobs = this.#news.jobsOf([namespace, name]);
    if (jobs.length === 0) return;
    try {
      await this.#takeIn(pipeline, jobs, context);
      await this.#checkOldRuns(pipeline, jobs, context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (isConflict(error)) return { requeueAfterMs: 100 * (1 + Math.random()) };
      // The next news lead here again.
      if (!isOutage(error)) throw error;
      context.logger.warn({ err: error }, 'Jenkins does not answer; its builds are looked at later');
    }
    return { requeueAfterMs: this.#engine.resyncMs };
  }

  async #takeIn(pipeline: Pipeline, jobs: readonly JobNews[], context: ReconcileContext): Promise<void> {
    const { historyLimit: limit } = this.#engine;
    const { namespace = '', name = '' } = pipeline.metadata;
    const marks = readMarks(pipeline);
    const next: Marks = {};
    for (const job of jobs) {
      const key = markKey(job.path);
      const runs = this.#runsOf(pipeline, job.path);
      const mark = Object.hasOwn(marks, key) ? marks[key] : undefined;
      let news = job;
      let decision = decideHistory({ news, runs, mark, limit });
      if (decision.listMore !== undefined) {
        news = await this.#listMore(job, decision.listMore, context.signal);
        decision = decideHistory({ news, runs, mark, limit });
      }
      if (decision.takeIn.length > 0) {
        // A run whose start was just noted may be missing in the cache, and its build must not become a second run.
        const live = (await liveRuns(namespace, name, context)).filter((run) => isOfJob(run, job.path));
        decision = decideHistory({ news, runs: live, mark, limit });
      }
      for (const build of decision.takeIn) await this.#create(pipeline, news.path, build, context);
      for (const run of decision.gone) await this.#noteGone(run, pipeline, news, context);
      for (const run of decision.back) await this.#noteBack(run, context);
      if (decision.mark !== undefined)
        Object.defineProperty(next, key, { value: decision.mark, enumerable: true });
    }
    await this.#writeMarks(pipeline, marks, next, context);
  }

  #runsOf({ metadata }: Pipeline, job: ItemPath): PipelineRun[] {
    const key = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    return this.#runs.byIndex(BY_PIPELINE, key).filter((run) => isOfJob(run, job));
  }

  /** More builds came since the last look than a look shows. */
  async #listMore(job: JobNews, count: number, signal: AbortSignal): Promise<JobNews> {
    const limit = Math.min(count, MAX_CATCH_UP);
    const builds: BuildState[] = [];
    for await (const build of this.#engine.jenkins.item(...job.path).builds({ limit, signal }))
      builds.push(build);
    return { ...job, builds, allBuilds: builds.length < limit };
  }

  async #create(
    pipeline: Pipeline,
    job: ItemPath,
    build: BuildState,
    { client, signal }: ReconcileContext,
  ): Promise<void> {
    try {
      const run = outsideRun(pipeline, job, build, this.#engine.jenkins.url.href);
      await client.resource<PipelineRun>(pipelineRunKind).create(run, { signal });
    } catch (error) {
      // Its name says which build it is of, so that it is the same run, which the cache does not have yet.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #noteGone(
    run: PipelineRun,
    pipeline: Pipeline,
    news: JobNews,
    context: ReconcileContext,
  ): Promise<void> {
    const { clock, resyncMs } = this.#engine;
    const note = buildNote(run);
    // What is still followed is told about by its own controller.
    if (note === undefined || run.status?.completionTime === undefined) return;
    if (note.goneAt === undefined) {
      const gone = noteText({ ...note, settled: true, goneAt: clock.now() });
      return this.#label(run, 'true', gone, context);
    }
    const newest = news.nextBuildNumber - 1;
    const facts = { note, spec: pipeline.spec, newest, now: clock.now(), graceMs: resyncMs };
    if (!isDiscarded(facts)) return;
    const { name = '', namespace, uid = '' } = run.metadata;
    try {
      await context.client
        .resource<PipelineRun>(pipelineRunKind)
        .delete(name, { namespace, preconditions: { uid }, signal: context.signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #noteBack(run: PipelineRun, context: ReconcileContext): Promise<void> {
    const { goneAt: _, ...note } = buildNote(run) ?? {};
    await this.#label(run, null, noteText(note), context);
  }

  async #label(
    run: PipelineRun,
    orphan: string | null,
    note: string,
    context: ReconcileContext,
  ): Promise<void> {
    const metadata = { labels: { [ORPHAN_LABEL]: orphan }, annotations: { [jenkinsAnnotation.build]: note } };
    await patchObject<PipelineRun>(pipelineRunKind, run, { metadata }, context);
  }

  /** Runs of builds that are older than what a look shows: a few at a time, each asked for by its number. */
  async #checkOldRuns(
    pipeline: Pipeline,
    jobs: readonly JobNews[],
    context: ReconcileContext,
  ): Promise<void> {
    const { clock, resyncMs, jenkins } = this.#engine;
    const { uid = '' } = pipeline.metadata;
    const checkedAt = this.#checkedAt.get(uid) ?? -Infinity;
    if (checkedAt + resyncMs > clock.now()) return;
    this.#checkedAt.set(uid, clock.now());
    const old = jobs.flatMap((news) => {
      const oldest = news.builds.at(-1)?.number ?? 0;
      if (news.allBuilds) return [];
      return this.#runsOf(pipeline, news.path)
        .map((run) => ({ run, news, number: buildNote(run)?.number ?? Infinity }))
        .filter(({ number }) => number < oldest);
    });
    // The oldest are discarded first.
    const first = old.toSorted((a, b) => a.number - b.number).slice(0, MAX_OLD_CHECKS);
    for (const { run, news, number } of first) {
      try {
        await new BuildRef(jenkins.connection, news.path, number).get({ signal: context.signal });
      } catch (error) {
        if (!isGone(error)) throw error;
        await this.#noteGone(run, pipeline, news, context);
      }
    }
  }

  async #writeMarks(
    pipeline: Pipeline,
    before: Marks,
    marks: Marks,
    context: ReconcileContext,
  ): Promise<void> {
    // A branch that is not shown for a while keeps its mark.
    const all = { ...before, ...marks };
    const text = JSON.stringify(Object.keys(all).length > MAX_MARKS ? marks : all);
    await annotate<Pipeline>(pipelineKind, pipeline, { [jenkinsAnnotation.history]: text }, context);
  }
}

/** Which mark is a job's: the branch's item, or an empty text for a plain pipeline. */
function markKey(job: ItemPath): string {
  return job[2] ?? '';
}

/** By {@link markKey}. */
type Marks = Record<string, HistoryMark>;

function readMarks(pipeline: Pipeline): Marks {
  const marks: Marks = {};
  let value: unknown;
  try {
    value = JSON.parse(pipeline.metadata.annotations?.[jenkinsAnnotation.history] ?? '{}');
  } catch {
    // Somebody garbled it: the newest builds are taken in once more, under the names they have.
    return marks;
  }
  if (typeof value !== 'object' || value === null) return marks;
  for (const [key, mark] of Object.entries(value))
    if (isMark(mark)) Object.defineProperty(marks, key, { value: mark, enumerable: true });
  return marks;
}

function isMark(value: unknown): value is HistoryMark {
  if (typeof value !== 'object' || value === null) return false;
  const { number, startedAt } = value as Partial<HistoryMark>;
  return Number.isSafeInteger(number) && Number.isSafeInteger(startedAt);
}
