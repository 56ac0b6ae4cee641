import type { BuildState } from '@armillary/jenkins-client';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { JobNews } from '../news/jenkins-news.ts';
import { buildNote, type BuildNote } from './build-note.ts';

/** The newest build of a job that was seen. */
export interface HistoryMark {
  readonly number: number;
  /** By Jenkins' clock, in milliseconds since 1970. */
  readonly startedAt: number;
}

/** What is known of the builds of one job and of the runs that stand for them. */
export interface HistoryFacts {
  readonly news: JobNews;
  /** The runs of this job. */
  readonly runs: readonly PipelineRun[];
  /** Up to which build they were taken in; absent when the job was not seen before. */
  readonly mark: HistoryMark | undefined;
  /** How many builds of a job that was not seen before are taken in. */
  readonly limit: number;
}

/** What the history of a job needs. */
export interface HistoryDecision {
  /** Builds that nobody asked for here, and that are to become runs. */
  readonly takeIn: readonly BuildState[];
  /** Up to which build they are taken in then. */
  readonly mark: HistoryMark | undefined;
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
 * A build below the mark is never taken in: its run was there once, and somebody deleted it. Numbers begin again when a
 * job is made anew, and go back when Jenkins is restored from a backup; then a build is new when it started later than
 * all that were seen. A run lost its build only when the list says so: the build is missing where its neighbours are
 * listed, or the list is whole. Builds beyond the end of a list that was cut are not known to be gone, and an answer
 * that failed is no list.
 */
export function decideHistory({ news, runs, mark, limit }: HistoryFacts): HistoryDecision {
  const notes = runs.map((run) => ({ run, note: buildNote(run) }));
  // While the outcome of a start is unknown, a new build may be that start's.
  const undecided = notes.some(({ run, note }) => isUndecided(run, note));
  const fresh =
    mark === undefined
      ? news.builds.slice(0, limit)
      : news.builds.filter(({ number, startedAt }) => number > mark.number || startedAt > mark.startedAt);
  const needed = neededBuilds(news, mark, limit);
  const oldest = news.builds.at(-1)?.number ?? 0;
  return {
    takeIn: undecided ? [] : fresh.filter((build) => !notes.some(({ note }) => isBuildOf(note, build))),
    mark: undecided ? mark : nextMark(news, mark),
    ...(!news.allBuilds && needed > news.builds.length && { listMore: needed }),
    gone: notes.filter(({ note }) => isGone(note, news, oldest)).map(({ run }) => run),
    back: notes
      .filter(({ note }) => note?.goneAt !== undefined && isListed(note, news))
      .map(({ run }) => run),
  };
}

/** How many builds must be listed to see all that may be new. Numbers may be missing in between: it is the most. */
function neededBuilds(
  { nextBuildNumber, builds }: JobNews,
  mark: HistoryMark | undefined,
  limit: number,
): number {
  if (mark === undefined) return limit;
  const wentBack = nextBuildNumber <= mark.number;
  const from = wentBack ? 0 : mark.number;
  const oldest = builds.at(-1);
  if (oldest === undefined || oldest.number <= from + 1) return 0;
  return wentBack && oldest.startedAt <= mark.startedAt ? 0 : nextBuildNumber - 1 - from;
}

function nextMark({ nextBuildNumber, builds }: JobNews, mark: HistoryMark | undefined): HistoryMark {
  const { number = 0, startedAt = 0 } = mark ?? {};
  return {
    number: Math.max(Math.min(number, nextBuildNumber - 1), ...builds.map((build) => build.number)),
    startedAt: Math.max(startedAt, ...builds.map((build) => build.startedAt)),
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
