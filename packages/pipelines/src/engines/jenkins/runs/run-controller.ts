import { BuildRef, isJenkinsError, type BuildState, type ItemPath } from '@armillary/jenkins-client';
import {
  isConflict,
  isNotFound,
  watchOf,
  type ControllerDefinition,
  type Informer,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
} from '@armillary/kube';
import { annotate } from '../../../controllers/patch-object.ts';
import { tellRun } from '../../../controllers/tell-run.ts';
import { Turns } from '../../../controllers/turns.ts';
import { annotation } from '../../../kinds/metadata.ts';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';
import { pipelineKind, type Pipeline } from '../../../kinds/pipeline.ts';
import { wantedEngine } from '../../engine.ts';
import { RunFailure } from '../../failure.ts';
import { isFinal, type RunState } from '../../run-state.ts';
import { isGone, isOutage, messageOf } from '../failure.ts';
import { JenkinsCopy } from '../jenkins-copy.ts';
import { jenkinsAnnotation, jenkinsFinalizer, sync } from '../metadata.ts';
import type { JenkinsNews } from '../news/jenkins-news.ts';
import type { JenkinsEngine } from '../options.ts';
import { buildNote, noteText, type BuildNote } from './build-note.ts';
import { decideJenkinsRun, type JenkinsRunDecision, type JenkinsRunFacts } from './decide-jenkins-run.ts';
import { deleteBuild } from './delete-build.ts';
import { detailAnnotations } from './detail-annotations.ts';
import { jobAddress, jobKey, jobOfRun, knownJobOfRun } from './job-of-run.ts';
import { BuildStarter } from './start-build.ts';
import { BuildStopper } from './stop-build.ts';

const BY_JOB = 'jenkins-job';
const WORKERS = 8;
const CONFLICT_MS = 50;
/** How long to wait for what nobody tells of: a job or branch that is not there yet, a start that may be on its way. */
const LATER_MS = 3000;
/** How long to wait for what somebody has to put right in Jenkins. */
const REFUSED_MS = 30_000;

/** Starts the builds of runs on Jenkins, follows them to their end by the news of their jobs, and deletes them. */
export class JenkinsRunController {
  readonly #engine: JenkinsEngine;
  readonly #news: JenkinsNews;
  readonly #runs: Informer<PipelineRun>;
  readonly #pipelines: Informer<Pipeline>;
  readonly #copy: JenkinsCopy<PipelineRun>;
  readonly #starter: BuildStarter;
  readonly #stopper: BuildStopper;
  readonly #turns = new Turns();

  constructor(engine: JenkinsEngine, news: JenkinsNews) {
    this.#engine = engine;
    this.#news = news;
    this.#runs = engine.manager.informer(pipelineRunKind);
    this.#runs.addIndex(BY_JOB, jobKeys);
    this.#runs.onEvent({ deleted: ({ metadata }) => this.#stopper.forget(metadata.uid ?? '') });
    this.#pipelines = engine.manager.informer(pipelineKind);
    this.#starter = new BuildStarter(engine, this.#runs);
    this.#stopper = new BuildStopper(engine);
    this.#copy = new JenkinsCopy(engine, {
      type: pipelineRunKind,
      finalizer: jenkinsFinalizer.run,
      sync: sync.run,
    });
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<PipelineRun> {
    return {
      name: 'jenkins-run',
      for: pipelineRunKind,
      // A job that is ready now is what its new runs wait for.
      watches: [watchOf({ type: pipelineKind, map: (pipeline) => this.#unstarted(pipeline) })],
      sources: [
        (enqueue) =>
          this.#news.onNews((job) => {
            for (const { metadata } of this.#runs.byIndex(BY_JOB, jobKey(job)))
              enqueue({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' });
          }),
      ],
      workers: WORKERS,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  #unstarted({ metadata }: Pipeline): ObjectKey[] {
    const { namespace = '', name } = metadata;
    return this.#runs
      .list(namespace)
      .filter((run) => run.spec.pipelineRef.name === name && run.status?.completionTime === undefined)
      .filter((run) => buildNote(run) === undefined)
      .map((run) => ({ namespace, name: run.metadata.name ?? '' }));
  }

  async #reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult | void> {
    const run = this.#runs.get(key.name, key.namespace);
    if (run === undefined) return;
    const pipeline = this.#pipelines.get(run.spec.pipelineRef.name ?? '', key.namespace);
    if (run.metadata.deletionTimestamp !== undefined) {
      return this.#copy.release(run, context, (signal) =>
        deleteBuild(this.#engine, this.#stopper, run, pipeline, signal),
      );
    }
    if (wantedEngine(pipeline, run.spec.pipelineSpec, this.#engine.defaultEngine) !== 'jenkins') return;
    try {
      return await this.#bringOn(run, pipeline, context);
    } catch (error) {
      context.signal.throwIfAborted();
      // Somebody else changed the object meanwhile, which is no error: look again.
      if (isConflict(error)) return { requeueAfterMs: CONFLICT_MS * (1 + Math.random()) };
      // Deleted meanwhile.
      if (isNotFound(error)) return;
      if (!isOutage(error)) throw error;
      context.logger.warn({ err: error }, 'Jenkins does not answer; it is asked again');
      return { requeueAfterMs: LATER_MS * (1 + Math.random()) };
    }
  }

  async #bringOn(
    run: PipelineRun,
    pipeline: Pipeline | undefined,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const decision = decideJenkinsRun(this.#facts(run, pipeline));
    const starts = decision.do === 'start' || decision.do === 'find-start';
    // The caches may be behind: nothing is started, and no run is given up, on their word alone.
    if (!starts && !(decision.do === 'tell' && isFinal(decision.state.phase) && decision.build === undefined))
      return this.#carryOut(decision, run, pipeline, context);
    const { namespace = '', name = '' } = run.metadata;
    // Runs of one Pipeline start in turn, so that none takes the build of another for its own.
    return this.#turns.take(`${namespace}/${run.spec.pipelineRef.name ?? ''}`, async () => {
      const { client, signal } = context;
      const live = await client.resource<PipelineRun>(pipelineRunKind).get(name, { namespace, signal });
      const livePipeline = await this.#livePipeline(live, context);
      const next = decideJenkinsRun(this.#facts(live, livePipeline));
      return this.#carryOut(next, live, livePipeline, context);
    });
  }

  #facts(
    run: PipelineRun,
    pipeline: Pipeline | undefined,
    extra: readonly BuildState[] = [],
  ): JenkinsRunFacts {
    const note = buildNote(run);
    const job = knownJobOfRun(run, pipeline);
    const news = job === undefined ? undefined : this.#news.job(job);
    return {
      run,
      pipeline,
      note,
      news: news === undefined ? undefined : { ...news, builds: [...news.builds, ...extra] },
      details: job && note?.number !== undefined ? this.#news.details(job, note.number) : undefined,
      twin: job !== undefined && note === undefined && this.#starter.hasTwin(run, job),
      address: (path) => jobAddress(this.#engine.jenkins.url, path),
    };
  }

  async #livePipeline(run: PipelineRun, { client, signal }: ReconcileContext): Promise<Pipeline | undefined> {
    const name = run.spec.pipelineRef.name ?? '';
    if (name === '') return undefined;
    const { namespace } = run.metadata;
    try {
      return await client.resource<Pipeline>(pipelineKind).get(name, { namespace, signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #carryOut(
    decision: JenkinsRunDecision,
    run: PipelineRun,
    pipeline: Pipeline | undefined,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const { jenkins } = this.#engine;
    const { signal } = context;
    switch (decision.do) {
      case 'nothing':
        return;
      case 'start':
      case 'find-start':
        return this.#start(decision, run, pipeline, context);
      case 'find-queue-item':
        return this.#findQueueItem(decision.job, decision.queueId, run, context);
      case 'cancel-queue-item':
        await jenkins.queue.cancel(decision.queueId, { signal });
        return this.#tell(
          run,
          { phase: 'Cancelled', reason: 'Cancelled', message: 'The run was stopped in the queue.' },
          context,
        );
      case 'note-build':
        return this.#noteBuild(run, decision.build, context);
      case 'find-build':
        return this.#findBuild(decision.job, decision.number, run, pipeline, context);
      case 'stop-build': {
        const { uid = '' } = run.metadata;
        const job = jobOfRun(run, pipeline);
        const { waitMs, refusal } = await this.#stopper.stop(uid, job, decision.build.number, signal);
        const message = `Jenkins does not stop the build. ${messageOf(refusal)}`;
        const refused = refusal === undefined ? {} : { reason: 'StopRefused', message };
        await this.#tell(run, { ...decision.state, ...refused }, context);
        return { requeueAfterMs: waitMs };
      }
      default:
        await this.#tellBuild(run, decision, context);
        // Nobody tells when the queue of Jenkins has room for the next.
        return decision.state.reason === 'Queued' && buildNote(run) === undefined
          ? { requeueAfterMs: LATER_MS }
          : undefined;
    }
  }

  async #start(
    decision: Extract<JenkinsRunDecision, { do: 'start' | 'find-start' }>,
    run: PipelineRun,
    pipeline: Pipeline | undefined,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    if (pipeline === undefined) return;
    const { job } = decision;
    try {
      const result =
        decision.do === 'start'
          ? await this.#starter.start(run, pipeline, job, context)
          : await this.#starter.find(run, pipeline, job, decision.note, context);
      // The notes of the run lead to the next decision.
      return result === 'queued' ? undefined : { requeueAfterMs: LATER_MS };
    } catch (error) {
      if (error instanceof RunFailure)
        return this.#tellLatest(
          run,
          { phase: 'Failed', reason: error.reason, message: error.message },
          context,
        );
      context.signal.throwIfAborted();
      if (!isJenkinsError(error)) throw error;
      const missing = isGone(error);
      const message = missing
        ? `Jenkins shows no job ${job.join('/')} yet.`
        : `Waiting for Jenkins. ${messageOf(error)}`;
      const reason = missing ? 'WaitingForJob' : 'JenkinsUnavailable';
      await this.#tellLatest(run, { phase: 'Pending', reason, message }, context);
      const ageMs = this.#engine.clock.now() - Date.parse(run.metadata.creationTimestamp ?? '');
      // A branch that is not there after an hour is not asked for every few seconds.
      const missingMs = Math.max(LATER_MS, Math.min(REFUSED_MS, ageMs / 10));
      const waitMs = missing ? missingMs : isOutage(error) ? LATER_MS : REFUSED_MS;
      return { requeueAfterMs: waitMs * (1 + Math.random()) };
    }
  }

  async #findQueueItem(
    job: ItemPath,
    queueId: number,
    run: PipelineRun,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const { jenkins } = this.#engine;
    const { signal } = context;
    try {
      const state = await jenkins.queue.follow({ item: job, queueId }).state({ signal, timeoutMs: 40_000 });
      if (state.phase === 'started') {
        const build = await new BuildRef(jenkins.connection, job, state.number).get({ signal });
        if (build.number >= (buildNote(run)?.from ?? 0)) return await this.#noteBuild(run, build, context);
      } else if (state.phase === 'cancelled') {
        const message = 'The build was taken out of the queue of Jenkins before it started.';
        return await this.#tell(run, { phase: 'Cancelled', reason: 'Cancelled', message }, context);
      } else {
        const message = state.why ?? 'The build waits in the queue of Jenkins.';
        await this.#tell(run, { phase: 'Pending', reason: 'Queued', message }, context);
        return { requeueAfterMs: LATER_MS };
      }
    } catch (error) {
      if (!isJenkinsError(error, 'QueueItemLost') && !isGone(error)) throw error;
    }
    const message = `Jenkins lost the queue item ${queueId} of the run, which happens when it crashes, and has no build of it. Create a new run.`;
    return this.#tell(run, { phase: 'Failed', reason: 'QueueItemLost', message }, context);
  }

  /** A build that newer ones overtook, or that is gone: only Jenkins' word on this very build counts. */
  async #findBuild(
    job: ItemPath,
    number: number,
    run: PipelineRun,
    pipeline: Pipeline | undefined,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const { signal } = context;
    const note = buildNote(run);
    try {
      const build = await new BuildRef(this.#engine.jenkins.connection, job, number).get({ signal });
      if (build.startedAt === (note?.startedAt ?? build.startedAt)) {
        const details = await this.#news.readDetails(job, build, signal);
        const decision = decideJenkinsRun({ ...this.#facts(run, pipeline, [build]), details });
        await this.#carryOut(decision, run, pipeline, context);
        return build.building ? { requeueAfterMs: this.#engine.idlePollMs } : undefined;
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    // Of a build whose end was told there is nothing more to tell.
    if (run.status?.completionTime !== undefined)
      return this.#annotate(run, { ...note, settled: true }, {}, context);
    const message = `Build #${number} was deleted in Jenkins before its end was seen.`;
    await this.#tell(run, { phase: 'Failed', reason: 'BuildDeleted', message }, context);
  }

  async #noteBuild(run: PipelineRun, build: BuildState, context: ReconcileContext): Promise<void> {
    const { number, startedAt } = build;
    const annotations = {
      [annotation.runId]: String(number),
      [annotation.runIdOwner]: run.metadata.uid ?? '',
    };
    await this.#annotate(run, { ...buildNote(run), number, startedAt }, annotations, context);
  }

  async #tellBuild(
    run: PipelineRun,
    { state, build, details, settled }: Extract<JenkinsRunDecision, { do: 'tell' }>,
    context: ReconcileContext,
  ): Promise<void> {
    const note = buildNote(run);
    if (build === undefined || note === undefined) return this.#tell(run, state, context);
    if (!build.building) this.#stopper.forget(run.metadata.uid ?? '');
    const annotations = details === undefined ? {} : detailAnnotations(details, jobOfRun(run, undefined));
    // The end first: what comes after a crash between the two is told when the run is looked at again.
    await this.#tell(run, state, context);
    await this.#annotate(run, { ...note, ...(settled === true && { settled }) }, annotations, context);
  }

  /** Writes the note and annotations of a run, unless they are there. What is noted is so, whatever else changed. */
  async #annotate(
    run: PipelineRun,
    note: BuildNote,
    others: Readonly<Record<string, string>>,
    context: ReconcileContext,
  ): Promise<void> {
    const annotations = { ...others, [jenkinsAnnotation.build]: noteText(note) };
    await annotate<PipelineRun>(pipelineRunKind, run, annotations, context);
  }

  async #tell(run: PipelineRun, state: RunState, context: ReconcileContext): Promise<void> {
    await tellRun(run, state, this.#engine.clock.now(), this.#engine.recorder, context);
  }

  /** For a run that was changed by what came before. */
  async #tellLatest(run: PipelineRun, state: RunState, context: ReconcileContext): Promise<void> {
    const { name = '', namespace } = run.metadata;
    const { client, signal } = context;
    const live = await client.resource<PipelineRun>(pipelineRunKind).get(name, { namespace, signal });
    await this.#tell(live, state, context);
  }
}

/** The job of a run whose start was noted, and that is not settled yet. */
function jobKeys(run: PipelineRun): string[] {
  const job = knownJob(run);
  return job === undefined ? [] : [jobKey(job)];
}

function knownJob(run: PipelineRun): ItemPath | undefined {
  const note = buildNote(run);
  return note === undefined || note.settled === true ? undefined : knownJobOfRun(run);
}
