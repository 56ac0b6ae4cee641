import { isJenkinsError } from '@armillary/jenkins-client';
import {
  generationChanged,
  watchOf,
  type ControllerDefinition,
  type Informer,
  type ReconcileContext,
  type ReconcileResult,
} from '@armillary/kube';
import { pipelineRunKind, type PipelineRun } from '../../../kinds/pipeline-run.ts';
import { pipelineKind, type Pipeline } from '../../../kinds/pipeline.ts';
import { wantedEngine } from '../../engine.ts';
import type { JenkinsEngine } from '../options.ts';
import { buildNote } from '../runs/build-note.ts';
import { knownJobOfRun } from '../runs/job-of-run.ts';
import type { JenkinsNews, WantedBuild } from './jenkins-news.ts';

const UNSETTLED = 'jenkins-unsettled';
const MAX_RETRY_MS = 30_000;

/** The one thing this controller reconciles: the watch. */
const WATCH = { namespace: '', name: 'jenkins' };

/**
 * Looks at Jenkins: often while builds run, seldom while nothing happens. It is a controller, so that only the leader
 * looks, and reconciles one key of its own, whatever wakes it.
 */
export class WatchController {
  readonly #engine: JenkinsEngine;
  readonly #news: JenkinsNews;
  readonly #pipelines: Informer<Pipeline>;
  readonly #runs: Informer<PipelineRun>;
  #lookedAt = -Infinity;
  #lookedEverywhereAt = -Infinity;
  #pauseMs: number;
  #failures = 0;

  constructor(engine: JenkinsEngine, news: JenkinsNews) {
    this.#engine = engine;
    this.#news = news;
    this.#pauseMs = engine.activePollMs;
    this.#pipelines = engine.manager.informer(pipelineKind);
    this.#runs = engine.manager.informer(pipelineRunKind);
    this.#runs.addIndex(UNSETTLED, (run) => (isUnsettled(run) ? [''] : []));
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Pipeline> {
    return {
      name: 'jenkins-watch',
      for: pipelineKind,
      predicates: [() => false],
      watches: [
        watchOf({ type: pipelineKind, map: () => [WATCH], predicates: [generationChanged] }),
        watchOf({
          type: pipelineRunKind,
          map: () => [WATCH],
          // A build was just started: its news are wanted sooner than those of a quiet server.
          predicates: [
            ({ before, after }) => after !== undefined && isUnsettled(after) && !isUnsettled(before),
          ],
        }),
      ],
      reconcile: (_key, context) => this.#reconcile(context),
    };
  }

  async #reconcile(context: ReconcileContext): Promise<ReconcileResult | void> {
    const { clock, activePollMs, idlePollMs } = this.#engine;
    const all = this.#folders();
    if (all.length === 0) return;
    const busy = [...new Set([...this.#unsettledFolders(), ...this.#news.busyFolders()])];
    // Something waits: do not sleep as long as was meant.
    if (busy.length > 0) this.#pauseMs = Math.min(this.#pauseMs, activePollMs * 2 ** this.#failures);
    const now = clock.now();
    const restMs = this.#lookedAt + this.#pauseMs - now;
    if (restMs > 0) return { requeueAfterMs: restMs };
    this.#lookedAt = now;
    // While builds run in one place, the others are looked at as seldom as if nothing ran.
    const everywhere = busy.length === 0 || this.#lookedEverywhereAt + idlePollMs <= now;
    try {
      const folders = everywhere ? all : busy;
      await this.#news.look({ folders, everywhere, wanted: this.#wanted() }, context.signal);
      if (everywhere) this.#lookedEverywhereAt = now;
      this.#failures = 0;
      const stillBusy = this.#unsettledFolders().length > 0 || this.#news.busyFolders().length > 0;
      this.#pauseMs = stillBusy ? activePollMs : Math.min(idlePollMs, this.#pauseMs * 1.5);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isJenkinsError(error)) throw error;
      context.logger.warn(
        { err: error },
        'Jenkins does not tell of its builds; what is known of them is not touched',
      );
      this.#failures = Math.min(this.#failures + 1, 10);
      this.#pauseMs = Math.min(MAX_RETRY_MS, activePollMs * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    }
    return { requeueAfterMs: this.#pauseMs };
  }

  /** The folders that hold jobs of Pipelines, or builds of Pipelines that moved to another engine meanwhile. */
  #folders(): string[] {
    const { defaultEngine } = this.#engine;
    const pipelines = this.#pipelines
      .list()
      .filter((pipeline) => wantedEngine(pipeline, undefined, defaultEngine) === 'jenkins');
    const namespaces = pipelines.map(({ metadata }) => metadata.namespace ?? '');
    return [...new Set([...namespaces, ...this.#unsettledFolders()])];
  }

  #unsettledFolders(): string[] {
    return this.#runs.byIndex(UNSETTLED, '').map(({ metadata }) => metadata.namespace ?? '');
  }

  #wanted(): WantedBuild[] {
    return this.#runs.byIndex(UNSETTLED, '').flatMap((run) => {
      const number = buildNote(run)?.number;
      const job = knownJobOfRun(run);
      return number === undefined || job === undefined ? [] : [{ job, number }];
    });
  }
}

function isUnsettled(run: PipelineRun | undefined): boolean {
  if (run === undefined || run.metadata.deletionTimestamp !== undefined) return false;
  const note = buildNote(run);
  if (note?.number !== undefined) return note.settled !== true;
  return note?.queueId !== undefined && run.status?.completionTime === undefined;
}
