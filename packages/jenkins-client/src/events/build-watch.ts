import { buildState } from '../builds/finish.ts';
import { buildStateTree, parseBuildState, type BuildState } from '../builds/build.ts';
import { listBuilds } from '../builds/list-builds.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { isJenkinsError } from '../errors.ts';
import { Queue } from '../queue/queue.ts';
import { BuildHistory } from './build-history.ts';
import type { JenkinsEvent } from './event.ts';
import { snapshotBuilds, type JobSnapshot } from './snapshot.ts';
import type { WatchedJobs } from './watched-jobs.ts';

/** More new builds of one job than this between two looks are not told one by one. */
const mostNewBuilds = 1000;

/** How many vanished queue items are asked for in one look. */
const mostQuestions = 20;

/**
 * Tells what happens to the builds of many jobs, one look at a time. A look is one request as a rule (see
 * `snapshotBuilds`); more only when something waits in the queue, when a job had more new builds than one answer
 * holds, or when a build is still running that ten newer ones overtook.
 */
export class BuildWatch {
  readonly #connection: Connection;
  readonly #jobs: WatchedJobs;
  readonly #history = new BuildHistory();

  constructor(connection: Connection, jobs: WatchedJobs = {}) {
    this.#connection = connection;
    this.#jobs = jobs;
  }

  /** Whether anything ran or waited at the last look. */
  get busy(): boolean {
    return this.#history.busy;
  }

  /**
   * What happened since the last look, oldest first; nothing at the first. When this throws, nothing is lost: the next
   * look tells it.
   */
  async poll(options: CallOptions = {}): Promise<readonly JenkinsEvent[]> {
    const deadline = new Deadline(this.#connection.clock, options);
    const snapshot = await snapshotBuilds(this.#connection, {
      ...this.#jobs,
      ...deadline.left(),
      inputs: false,
    });
    const jobs: JobSnapshot[] = [];
    for (const job of snapshot.jobs) jobs.push(await this.#complete(job, deadline));
    const ends: { id: number; end: 'cancelled' | 'lost' | 'built' }[] = [];
    for (const id of this.#history.unexplained.slice(0, mostQuestions)) {
      const end = await this.#endOf(id, deadline);
      if (end) ends.push({ id, end });
    }
    // From here on nothing is asked, so that what is taken in is told.
    const events = this.#history.advance({ ...snapshot, jobs });
    for (const { id, end } of ends) events.push(...this.#history.explain(id, end, snapshot.at));
    return events;
  }

  /** Adds the builds that the history needs and that were too old for the snapshot. */
  async #complete(job: JobSnapshot, deadline: Deadline): Promise<JobSnapshot> {
    if (job.allBuilds) return job;
    const builds = [...job.builds];
    const oldest = (): number => builds.at(-1)?.number ?? 0;
    const newFrom = this.#history.newFrom(job);
    if (newFrom !== undefined && oldest() > newFrom) {
      const older = listBuilds(this.#connection, job.path, buildStateTree, {
        ...deadline.left(),
        limit: mostNewBuilds,
      });
      for await (const json of older) {
        const build = parseBuildState(json);
        if (build.number < newFrom) break;
        if (build.number < oldest()) builds.push(build);
      }
    }
    const overtaken = this.#history.runningIn(job).filter((number) => number < oldest());
    for (const number of overtaken) {
      const build = await this.#build(job, number, deadline);
      if (build) builds.push(build);
    }
    return { ...job, builds };
  }

  async #build(job: JobSnapshot, number: number, deadline: Deadline): Promise<BuildState | undefined> {
    try {
      return await buildState(this.#connection, { item: job.path, number }, deadline.left());
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
      throw error;
    }
  }

  /** What became of a queue item; undefined when it still waits. */
  async #endOf(id: number, deadline: Deadline): Promise<'cancelled' | 'lost' | 'built' | undefined> {
    try {
      const { state, buildNumber } = await new Queue(this.#connection).item(id, deadline.left());
      if (state === 'cancelled') return 'cancelled';
      return buildNumber === undefined ? undefined : 'built';
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return 'lost';
      throw error;
    }
  }
}
