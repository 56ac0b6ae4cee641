import type { ItemPath } from '../address/item-path.ts';
import type { BuildState } from '../builds/build.ts';
import type { JenkinsEvent } from './event.ts';
import type { JobSnapshot, Snapshot } from './snapshot.ts';

interface RunningBuild {
  readonly queueId: number;
  readonly startedAt: number;
}

/** What is remembered of a job: of its builds only those that run. */
interface KnownJob {
  readonly path: ItemPath;
  /** Builds from this number on are new. */
  next: number;
  /** As the server said last; a smaller one tells that the job was deleted and made anew. */
  nextBuildNumber: number;
  readonly running: Map<number, RunningBuild>;
}

interface KnownQueueItem {
  readonly item: ItemPath;
  readonly queuedAt: number;
  /** In how many snapshots in a row it was neither in the queue nor a build. */
  missing: number;
}

/** How old a build of a job that was not seen before may be to count as new, in milliseconds before the first look. */
const leewayMs = 60_000;

/**
 * Tells what happened between two looks at the server. Its memory is bounded by what runs and what waits: how long it
 * is used does not matter. It asks nothing itself.
 */
export class BuildHistory {
  readonly #jobs = new Map<string, KnownJob>();
  readonly #queue = new Map<number, KnownQueueItem>();
  #firstLook: number | undefined;

  /** Whether anything runs or waits, as far as the last snapshot told. */
  get busy(): boolean {
    return this.#queue.size > 0 || [...this.#jobs.values()].some((job) => job.running.size > 0);
  }

  /** From which number on builds of a job are new; undefined for a job not seen before. */
  newFrom(job: JobSnapshot): number | undefined {
    const known = this.#jobs.get(keyOf(job.path));
    return known && job.nextBuildNumber >= known.nextBuildNumber ? known.next : undefined;
  }

  /** The builds of a job that ran at the last look. */
  runningIn(job: JobSnapshot): readonly number[] {
    return [...(this.#jobs.get(keyOf(job.path))?.running.keys() ?? [])];
  }

  /** Queue items that were neither in the queue nor a build in two looks: the server is to be asked what became of them. */
  get unexplained(): readonly number[] {
    return [...this.#queue].filter(([, { missing }]) => missing >= 2).map(([id]) => id);
  }

  /**
   * Takes a queue item off the list and tells its end. One that was `built` is told by its build, or by nothing when
   * that was deleted before it was seen.
   */
  explain(queueId: number, end: 'cancelled' | 'lost' | 'built', at: number): JenkinsEvent[] {
    const known = this.#queue.get(queueId);
    this.#queue.delete(queueId);
    return known && end !== 'built' ? [{ type: end, item: known.item, queueId, at }] : [];
  }

  /**
   * Takes a snapshot and tells what is new in it, oldest first. The builds of each job must reach back to `newFrom`
   * and hold those of `runningIn` that are still there. The first snapshot tells nothing: it is what all later ones
   * are compared with.
   */
  advance(snapshot: Snapshot): JenkinsEvent[] {
    const first = this.#firstLook === undefined;
    this.#firstLook ??= snapshot.at;
    const events: JenkinsEvent[] = [];
    const seen = new Set(snapshot.jobs.map((job) => keyOf(job.path)));
    const vanished = [...this.#jobs].filter(([key]) => !seen.has(key)).map(([, job]) => job);
    for (const job of snapshot.jobs) {
      const known = this.#known(job, vanished, first, events, snapshot.at);
      this.#compare(job, known, events, snapshot.at);
    }
    for (const job of vanished) {
      this.#jobs.delete(keyOf(job.path));
      events.push(...deletions(job, snapshot.at));
    }
    this.#compareQueue(snapshot, first, events);
    return events.sort((a, b) => a.at - b.at);
  }

  /** What is known of a job; for one that was renamed, what was known under its old name. */
  #known(
    job: JobSnapshot,
    vanished: KnownJob[],
    first: boolean,
    events: JenkinsEvent[],
    at: number,
  ): KnownJob {
    const key = keyOf(job.path);
    let known = this.#jobs.get(key);
    if (known && job.nextBuildNumber < known.nextBuildNumber) {
      events.push(...deletions(known, at));
      known = { path: job.path, next: 1, nextBuildNumber: job.nextBuildNumber, running: new Map() };
    }
    known ??= this.#renamed(job, vanished) ?? {
      path: job.path,
      next: first ? nextAfter(job.builds, 1) : this.#firstNew(job.builds),
      nextBuildNumber: job.nextBuildNumber,
      running: new Map(first ? job.builds.filter(isRunning).map((build) => [build.number, build]) : []),
    };
    this.#jobs.set(key, known);
    return known;
  }

  #renamed(job: JobSnapshot, vanished: KnownJob[]): KnownJob | undefined {
    const index = vanished.findIndex((old) =>
      job.builds.some((build) => old.running.get(build.number)?.startedAt === build.startedAt),
    );
    const [old] = index === -1 ? [] : vanished.splice(index, 1);
    if (!old) return undefined;
    this.#jobs.delete(keyOf(old.path));
    return { ...old, path: job.path };
  }

  /** A job that comes into view may be new, with its first builds, or old, with builds that nobody wants told. */
  #firstNew(builds: readonly BuildState[]): number {
    const since = (this.#firstLook ?? 0) - leewayMs;
    return nextAfter(
      builds.filter((build) => build.startedAt < since),
      1,
    );
  }

  #compare(job: JobSnapshot, known: KnownJob, events: JenkinsEvent[], at: number): void {
    const listed = new Map(job.builds.map((build) => [build.number, build]));
    for (const [number, { queueId, startedAt }] of known.running) {
      const build = listed.get(number);
      if (build && isRunning(build)) continue;
      known.running.delete(number);
      if (build?.startedAt === startedAt) events.push(finished(job.path, build));
      else events.push({ type: 'deleted', item: job.path, queueId, number, at });
    }
    for (const build of [...job.builds].reverse()) {
      if (build.number < known.next) continue;
      const { number, queueId, startedAt } = build;
      if (!this.#queue.delete(queueId)) {
        events.push({ type: 'queued', item: job.path, queueId, number, at: startedAt });
      }
      events.push({ type: 'started', item: job.path, queueId, number, at: startedAt });
      if (isRunning(build)) known.running.set(number, { queueId, startedAt });
      else events.push(finished(job.path, build));
    }
    known.next = nextAfter(job.builds, known.next);
    known.nextBuildNumber = job.nextBuildNumber;
  }

  #compareQueue({ queue, jobs, at }: Snapshot, first: boolean, events: JenkinsEvent[]): void {
    const waiting = new Set(queue.map((entry) => entry.id));
    const built = new Set(jobs.flatMap((job) => job.builds.map((build) => build.queueId)));
    for (const [id, known] of this.#queue) {
      if (built.has(id)) this.#queue.delete(id);
      else known.missing = waiting.has(id) ? 0 : known.missing + 1;
    }
    for (const { id, item, queuedAt } of queue) {
      const known = this.#queue.get(id);
      if (item === undefined || built.has(id) || known?.queuedAt === queuedAt) continue;
      // After a crash, ids begin again.
      if (known) events.push({ type: 'lost', item: known.item, queueId: id, at });
      this.#queue.set(id, { item, queuedAt, missing: 0 });
      if (!first) events.push({ type: 'queued', item, queueId: id, at: queuedAt });
    }
  }
}

function keyOf(path: ItemPath): string {
  return path.join('/');
}

/** A build without a result is not told as finished yet, whatever it says of building. */
function isRunning(build: BuildState): boolean {
  return build.building || build.result === undefined;
}

function nextAfter(builds: readonly BuildState[], atLeast: number): number {
  return builds.reduce((next, build) => Math.max(next, build.number + 1), atLeast);
}

function finished(item: ItemPath, build: BuildState): JenkinsEvent {
  const { number, queueId, startedAt, durationMs, result } = build;
  return {
    type: 'finished',
    item,
    queueId,
    number,
    at: startedAt + durationMs,
    ...(result === undefined ? {} : { result }),
  };
}

function deletions(job: KnownJob, at: number): JenkinsEvent[] {
  return [...job.running].map(([number, { queueId }]) => ({
    type: 'deleted',
    item: job.path,
    queueId,
    number,
    at,
  }));
}
