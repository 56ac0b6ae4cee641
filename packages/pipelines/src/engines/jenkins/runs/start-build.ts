import { BuildRef, findStarts, select, type BuildRequest, type ItemPath } from '@armillary/jenkins-client';
import type { Informer, ReconcileContext } from '@armillary/kube';
import { patchObject } from '../../../controllers/patch-object.ts';
import { pipelineTies } from '../../../controllers/pipeline-ties.ts';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline } from '../../../kinds/pipeline.ts';
import { RunFailure } from '../../failure.ts';
import { givenParameters } from '../../given-parameters.ts';
import { isRefusal, messageOf } from '../failure.ts';
import { jenkinsAnnotation, jenkinsFinalizer } from '../metadata.ts';
import type { JenkinsEngine } from '../options.ts';
import { buildNote, noteText, type BuildNote } from './build-note.ts';
import { findStart } from './find-start.ts';
import { isOfJob } from './job-of-run.ts';
import { liveRuns } from './live-runs.ts';

const nextNumber = select({ nextBuildNumber: true });

/** How an attempt to start went. */
export type StartResult =
  /** The run has its queue item noted. */
  | 'queued'
  /** Another run with the same parameters waits in the queue. */
  | 'twin'
  /** A start may still be on its way. */
  | 'unsettled';

/** Starts builds for runs, each once. */
export class BuildStarter {
  readonly #engine: JenkinsEngine;
  readonly #runs: Informer<PipelineRun>;

  constructor(engine: JenkinsEngine, runs: Informer<PipelineRun>) {
    this.#engine = engine;
    this.#runs = runs;
  }

  /** Whether another run with the same parameters waits in the queue, as far as is known without asking. */
  hasTwin(run: PipelineRun, job: ItemPath): boolean {
    const parameters = JSON.stringify(givenParameters(run));
    return this.#runs.list(run.metadata.namespace).some((other) => {
      const note = buildNote(other);
      if (
        note?.queueId === undefined ||
        note.number !== undefined ||
        other.status?.completionTime !== undefined
      )
        return false;
      if (other.metadata.uid === run.metadata.uid || !isOfJob(other, job)) return false;
      return JSON.stringify(givenParameters(other)) === parameters;
    });
  }

  /**
   * Notes that the run is about to start, and from which number on its build must be; then starts it; then notes the
   * queue item. Whoever finds the first note without the second knows where to look for the build. Throws RunFailure
   * when Jenkins refuses, and what the client throws when it is not known what became of it.
   */
  async start(
    run: PipelineRun,
    pipeline: Pipeline,
    job: ItemPath,
    context: ReconcileContext,
  ): Promise<StartResult> {
    const { jenkins, clock } = this.#engine;
    const { signal } = context;
    const parameters = givenParameters(run);
    const replayed = this.#replayed(run, job);
    const me = await jenkins.system.whoAmI({ signal });
    const { nextBuildNumber } = await jenkins.item(...job).get(nextNumber, { signal });
    const note: BuildNote = {
      uid: run.metadata.uid ?? '',
      from: nextBuildNumber,
      at: clock.now(),
      ...(!me.anonymous && { user: me.name }),
    };
    await patchObject<PipelineRun>(
      pipelineRunKind,
      run,
      startPatch(run, pipeline, note, jenkins.url.href),
      context,
    );
    let request: BuildRequest;
    try {
      request =
        replayed === undefined
          ? await jenkins.item(...job).build(parameters, { signal })
          : await replayed.replay({ signal });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new RunFailure('StartRefused', messageOf(error));
    }
    const { queueId } = request;
    if (request.coalesced && (await this.#isClaimed(run, queueId, context))) {
      await this.#note(run, undefined, context);
      return 'twin';
    }
    await this.#note(run, { ...note, queueId }, context);
    return 'queued';
  }

  /** Finds out what became of a start that was noted without its outcome. Throws RunFailure when it cannot be told. */
  async find(
    run: PipelineRun,
    pipeline: Pipeline,
    job: ItemPath,
    note: BuildNote,
    context: ReconcileContext,
  ): Promise<StartResult> {
    const { jenkins, clock, startSettleMs } = this.#engine;
    const { signal } = context;
    const { from = 0, at = 0 } = note;
    // The number first: builds that come after it only add to what is found.
    const { nextBuildNumber } = await jenkins.item(...job).get(nextNumber, { signal });
    const builds = Math.min(1000, Math.max(20, nextBuildNumber - from + 10));
    const found = await findStarts(jenkins.connection, job, { builds, signal });
    const isReplay = run.metadata.annotations?.[jenkinsAnnotation.replayOf] !== undefined;
    const outcome = findStart({
      note,
      // A replay has the parameters of what is replayed.
      parameters: isReplay ? {} : givenParameters(run),
      found,
      nextNumber: nextBuildNumber,
      // What ended without a build, such as in a crash, stands for none.
      claimed: (await this.#others(run, context))
        .map((other) => ({ ended: other.status?.completionTime !== undefined, ...buildNote(other) }))
        .filter(({ ended, number }) => !ended || number !== undefined),
    });
    switch (outcome.is) {
      case 'started':
        await this.#note(run, { ...note, queueId: outcome.start.queueId }, context);
        return 'queued';
      case 'unknown':
        throw new RunFailure(
          'StartUncertain',
          `It is not known whether Jenkins started this run, and it is not started twice. ${outcome.why} Look at the job, then create a new run.`,
        );
      default:
        return clock.now() - at < startSettleMs ? 'unsettled' : this.start(run, pipeline, job, context);
    }
  }

  #replayed(run: PipelineRun, job: ItemPath): BuildRef | undefined {
    const name = run.metadata.annotations?.[jenkinsAnnotation.replayOf];
    if (name === undefined) return undefined;
    const source = this.#runs.get(name, run.metadata.namespace);
    const number = source === undefined ? undefined : buildNote(source)?.number;
    if (source === undefined || number === undefined)
      throw new RunFailure('ReplayNotFound', `There is no run "${name}" with a build to replay.`);
    if (!isOfJob(source, job))
      throw new RunFailure('ReplayNotFound', `The run "${name}" is of another Pipeline or branch.`);
    return new BuildRef(this.#engine.jenkins.connection, job, number);
  }

  async #isClaimed(run: PipelineRun, queueId: number, context: ReconcileContext): Promise<boolean> {
    return (await this.#others(run, context)).some((other) => buildNote(other)?.queueId === queueId);
  }

  async #others(run: PipelineRun, context: ReconcileContext): Promise<PipelineRun[]> {
    const { namespace = '', uid } = run.metadata;
    const all = await liveRuns(namespace, run.spec.pipelineRef.name ?? '', context);
    return all.filter((other) => other.metadata.uid !== uid);
  }

  /** Without the resource version: what is noted is so, whatever else changed. */
  async #note(run: PipelineRun, note: BuildNote | undefined, context: ReconcileContext): Promise<void> {
    const text = note === undefined ? null : noteText(note);
    const metadata = { annotations: { [jenkinsAnnotation.build]: text } };
    await patchObject<PipelineRun>(pipelineRunKind, run, { metadata }, context);
  }
}

/** What is written before a start, with the resource version: of two controllers that both mean to start, one loses. */
function startPatch(run: PipelineRun, pipeline: Pipeline, note: BuildNote, heldBy: string): object {
  const { resourceVersion, finalizers = [] } = run.metadata;
  return {
    metadata: {
      resourceVersion,
      annotations: { [jenkinsAnnotation.build]: noteText(note), [jenkinsAnnotation.heldBy]: heldBy },
      ...(!finalizers.includes(jenkinsFinalizer.run) && {
        finalizers: [...finalizers, jenkinsFinalizer.run],
      }),
      ...pipelineTies(pipeline, run.metadata),
    },
    // Jenkins runs what the job is now, whatever the run's own snapshot said.
    spec: { pipelineSpec: { ...pipeline.spec, engine: { type: 'jenkins' } } },
  };
}
