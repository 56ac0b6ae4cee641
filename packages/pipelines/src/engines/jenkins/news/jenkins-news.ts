import {
  snapshotBuilds,
  type BuildState,
  type ItemPath,
  type JobSnapshot,
  type QueueItem,
  type Snapshot,
} from '@armillary/jenkins-client';
import { isGone, isRefusal } from '../failure.ts';
import type { JenkinsEngine } from '../options.ts';
import { jobKey } from '../runs/job-of-run.ts';
import { readDetails, type BuildDetails } from './build-details.ts';

/** How many of the newest builds of each job one look shows at least, and at most. */
const BUILDS = 10;
const MAX_BUILDS = 100;
/** How many builds more than is known to be needed: some may have come since. */
const SPARE_BUILDS = 5;
/** Of how many builds one look reads stages and causes. */
const DETAILS_PER_LOOK = 4;
/** How often the stages of a running build are read at most, in milliseconds. */
const DETAILS_PACE_MS = 2000;
/** After so many failures of Jenkins to tell the stages of a build, it counts as one without stages. */
const MAX_FAILURES = 3;

/** What Jenkins last told of a job: its newest builds, and what waits to be one. */
export interface JobNews extends JobSnapshot {
  readonly queued: readonly QueueItem[];
}

/** A build whose stages somebody waits for. */
export interface WantedBuild {
  readonly job: ItemPath;
  readonly number: number;
}

/** What to look at. */
export interface Look {
  /** The folders whose jobs are wanted. */
  readonly folders: readonly string[];
  /** Whether these are all: what is known of others is forgotten. */
  readonly everywhere: boolean;
  /** The builds whose stages are wanted. */
  readonly wanted: readonly WantedBuild[];
}

interface KnownDetails extends Partial<BuildDetails> {
  /** When they were read, in milliseconds since 1970. */
  readonly at: number;
  /** How often Jenkins failed to tell them. */
  readonly failures?: number;
}

/**
 * What Jenkins last told of all jobs that are looked at. One look takes one request for each of up to five folders, or
 * one for all, one for the queue when something waits, and the details of a few builds in turn: its cost does not grow
 * with the number of running builds. What is refused is not forgotten. Its memory is bounded by what is looked at.
 */
export class JenkinsNews {
  readonly #engine: JenkinsEngine;
  readonly #listeners: ((job: ItemPath) => void)[] = [];
  #jobs = new Map<string, JobNews>();
  #details = new Map<string, KnownDetails>();

  constructor(engine: JenkinsEngine) {
    this.#engine = engine;
  }

  /** Calls back with each job of which something is new. */
  onNews(listener: (job: ItemPath) => void): void {
    this.#listeners.push(listener);
  }

  /** The news of a job; undefined while Jenkins has not told of it, or shows no such job. */
  job(path: ItemPath): JobNews | undefined {
    return this.#jobs.get(jobKey(path));
  }

  /** The news of a job, or of all branches of it. */
  jobsOf(path: ItemPath): JobNews[] {
    return [...this.#jobs.values()].filter((job) => path.every((name, index) => job.path[index] === name));
  }

  /** What was last read of a build beside its state. */
  details(job: ItemPath, number: number): BuildDetails | undefined {
    const known = this.#details.get(buildKey(job, number));
    return known !== undefined && isRead(known) ? known : undefined;
  }

  /** Reads the details of a build that newer ones overtook, so that no look shows it. Once after its end. */
  async readDetails(job: ItemPath, build: BuildState, signal: AbortSignal): Promise<BuildDetails> {
    const known = this.details(job, build.number);
    return known?.final === true
      ? known
      : readDetails(this.#engine.jenkins, job, build.number, false, signal);
  }

  /** Looks at all jobs of some folders, and tells what is new there. Throws what the client throws. */
  async look({ folders, everywhere, wanted }: Look, signal: AbortSignal): Promise<void> {
    const { jobs, queue, refused } = await this.#snapshot(folders, wanted, signal);
    const before = this.#jobs;
    const isElsewhere = ({ path: [folder = ''] }: JobNews): boolean =>
      refused.has(folder) || (!everywhere && !folders.includes(folder));
    const elsewhere = [...before].filter(([, job]) => isElsewhere(job));
    const seen = jobs.map((job): [string, JobNews] => {
      const key = jobKey(job.path);
      const queued = queue.filter(({ item }) => item !== undefined && jobKey(item) === key);
      return [key, { ...job, queued }];
    });
    this.#jobs = new Map([...elsewhere, ...seen]);
    for (const [key, job] of seen)
      if (JSON.stringify(before.get(key)) !== JSON.stringify(job)) this.#tell(job.path);
    for (const [key, job] of before) if (!this.#jobs.has(key)) this.#tell(job.path);
    await this.#readDetails(wanted, signal);
  }

  /** All folders at once; one by one when that is refused, so that one of them does not hide the others. */
  async #snapshot(
    folders: readonly string[],
    wanted: readonly WantedBuild[],
    signal: AbortSignal,
  ): Promise<Pick<Snapshot, 'jobs' | 'queue'> & { readonly refused: ReadonlySet<string> }> {
    const { connection } = this.#engine.jenkins;
    const builds = this.#reach(wanted);
    const ask = (some: readonly string[]): Promise<Snapshot> =>
      snapshotBuilds(connection, { items: some.map((folder) => [folder]), builds, signal });
    const refused = new Set<string>();
    try {
      return { ...(await ask(folders)), refused };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const answers = await Promise.all(
        folders.map((folder) =>
          ask([folder]).catch((why: unknown) => {
            if (!isRefusal(why)) throw why;
            refused.add(folder);
            return { jobs: [], queue: [] };
          }),
        ),
      );
      if (refused.size === folders.length) throw error;
      const jobs = answers.flatMap((answer) => answer.jobs);
      return { jobs, queue: answers.flatMap((answer) => answer.queue), refused };
    }
  }

  /** The folders in which something runs or waits, as far as is known. */
  busyFolders(): string[] {
    const busy = [...this.#jobs.values()].filter(
      ({ queued, builds }) => queued.length > 0 || builds.some(({ building }) => building),
    );
    return [...new Set(busy.map(({ path: [folder = ''] }) => folder))];
  }

  /** How many builds of each job to list, so that those that somebody follows are among them. */
  #reach(wanted: readonly WantedBuild[]): number {
    const distances = wanted.map(
      ({ job, number }) => (this.job(job)?.nextBuildNumber ?? 0) - number + SPARE_BUILDS,
    );
    // One build that was left behind long ago must not make every list long: it is asked for alone.
    return Math.max(BUILDS, ...distances.filter((distance) => distance <= MAX_BUILDS));
  }

  async #readDetails(wanted: readonly WantedBuild[], signal: AbortSignal): Promise<void> {
    const keys = new Set(wanted.map(({ job, number }) => buildKey(job, number)));
    this.#details = new Map([...this.#details].filter(([key]) => keys.has(key)));
    const due = wanted
      .map((each) => ({ ...each, state: this.#stateOf(each), at: this.#readAt(each) }))
      .filter(({ job, number, state, at }) => state !== undefined && this.#isDue(state, job, number, at))
      // Those that ended are waited for most, then whoever was not looked at for longest.
      .toSorted((a, b) => Number(a.state?.building) - Number(b.state?.building) || a.at - b.at)
      .slice(0, DETAILS_PER_LOOK);
    await Promise.all(due.map((each) => this.#readOne(each.job, each.number, signal)));
  }

  async #readOne(job: ItemPath, number: number, signal: AbortSignal): Promise<void> {
    const { jenkins, clock } = this.#engine;
    const key = buildKey(job, number);
    const failures = this.#details.get(key)?.failures ?? 0;
    try {
      const details = await readDetails(jenkins, job, number, failures < MAX_FAILURES, signal);
      this.#details.set(key, { ...details, at: clock.now() });
      this.#tell(job);
    } catch (error) {
      // A build that is gone is missing in the next look, too.
      if (isGone(error)) return;
      if (!isRefusal(error)) throw error;
      this.#details.set(key, { failures: failures + 1, at: clock.now() });
    }
  }

  #stateOf({ job, number }: WantedBuild): BuildState | undefined {
    return this.job(job)?.builds.find((build) => build.number === number);
  }

  #readAt({ job, number }: WantedBuild): number {
    return this.#details.get(buildKey(job, number))?.at ?? -Infinity;
  }

  #isDue(state: BuildState, job: ItemPath, number: number, at: number): boolean {
    if (!state.building && this.details(job, number)?.final === true) return false;
    if (!state.building && (this.#details.get(buildKey(job, number))?.failures ?? 0) === 0) return true;
    return at + DETAILS_PACE_MS <= this.#engine.clock.now();
  }

  #tell(job: ItemPath): void {
    for (const listener of this.#listeners) listener(job);
  }
}

function isRead(known: KnownDetails): known is KnownDetails & BuildDetails {
  return known.build !== undefined;
}

function buildKey(job: ItemPath, number: number): string {
  return `${jobKey(job)}\n${number}`;
}
