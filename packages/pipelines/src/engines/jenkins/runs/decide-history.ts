import type { BuildState } from '@armillary/jenkins-client';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { JobNews } from '../news/jenkins-news.ts';
import { buildNote, type BuildNote } from './build-note.ts';

/** What is known of the builds of one job and of the runs that stand for them. */
export interface HistoryFacts {
  readonly news: JobNews;
  /** The runs of this job. */
  readonly runs: readonly PipelineRun[];
  /** Up to which number builds were taken in; absent when the job was not seen before. */
  readonly mark: number | undefined;
  /** How many builds of a job that was not seen before are taken in. */
  readonly limit: number;
}

/** What the history of a job needs. */
export interface HistoryDecision {
  /** Builds that nobody asked for here, and that are to become runs. */
  readonly takeIn: readonly BuildState[];
  /** Up to which number builds are taken in then. */
  readonly mark: number;
  /** How many builds of the job are to be listed instead, when those that are do not reach back far enough. */
  readonly listMore?: number;
  /** Runs whose builds Jenkins has no longer. */
  readonly gone: readonly PipelineRun[];
  /** Runs that were thought gone and whose builds are there. */
  readonly back: readonly PipelineRun[];
}

/**
 * Decides which builds become runs, and which runs lost their builds. Pure.
 *
 * A build below the mark is never taken in: its run was there once, and somebody deleted it. A run lost its build only
 * when the list says so: the build is missing where its neighbours are listed, or the list is whole. Builds beyond the
 * end of a list that was cut are not known to be gone, and an answer that failed is no list.
 */
export function decideHistory({ news, runs, mark, limit }: HistoryFacts): HistoryDecision {
  const notes = runs.map((run) => ({ run, note: buildNote(run) }));
  // While the outcome of a start is unknown, a new build may be that start's.
  const undecided = notes.some(({ run, note }) => isUndecided(run, note));
  const madeAnew = mark !== undefined && news.nextBuildNumber <= mark;
  const from = madeAnew ? 0 : mark;
  const fresh =
    from === undefined ? news.builds.slice(0, limit) : news.builds.filter(({ number }) => number > from);
  const oldest = news.builds.at(-1)?.number ?? 0;
  // Numbers may be missing in between, so that this is the most that can be needed.
  const needed = from === undefined ? limit : oldest > from + 1 ? news.nextBuildNumber - 1 - from : 0;
  return {
    takeIn: undecided ? [] : fresh.filter((build) => !notes.some(({ note }) => isBuildOf(note, build))),
    mark: undecided ? (mark ?? 0) : Math.max(from ?? 0, ...news.builds.map(({ number }) => number)),
    ...(!news.allBuilds && needed > news.builds.length && { listMore: needed }),
    gone: notes.filter(({ note }) => isGone(note, news, oldest)).map(({ run }) => run),
    back: notes
      .filter(({ note }) => note?.goneAt !== undefined && isListed(note, news))
      .map(({ run }) => run),
  };
}

function isUndecided(run: PipelineRun, note: BuildNote | undefined): boolean {
  if (run.status?.completionTime !== undefined) return false;
  return note?.from !== undefined && note.queueId === undefined && note.number === undefined;
}

function isBuildOf(note: BuildNote | undefined, build: BuildState): boolean {
  if (note === undefined) return false;
  const { number, startedAt = build.startedAt, queueId, from = 0 } = note;
  if (number !== undefined) return number === build.number && startedAt === build.startedAt;
  return queueId === build.queueId && build.number >= from;
}

function isListed(note: BuildNote, { builds }: JobNews): boolean {
  return builds.some((build) => isBuildOf(note, build));
}

function isGone(note: BuildNote | undefined, news: JobNews, oldest: number): boolean {
  if (note?.number === undefined || isListed(note, news)) return false;
  return news.allBuilds || note.number >= oldest;
}
