import { itemUrlPath, type ItemPath } from '../address/item-path.ts';
import { buildStateTree, parseBuildState, type BuildState } from '../builds/build.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { listQueue } from '../queue/list-queue.ts';
import type { QueueItem } from '../queue/queue-item.ts';
import { isWatched, planRequests, type WatchedJobs, type WatchRequest } from './watched-jobs.ts';

/** A job with its newest builds. */
export interface JobSnapshot {
  readonly path: ItemPath;
  /** The number that its next build will have. */
  readonly nextBuildNumber: number;
  readonly inQueue: boolean;
  /** Newest first. */
  readonly builds: readonly BuildState[];
  /** Whether `builds` are all that there are. */
  readonly allBuilds: boolean;
}

/** The builds and queue items of many jobs at one time. */
export interface Snapshot {
  /** When the server answered, by its own or its proxy's clock, in milliseconds since 1970. */
  readonly at: number;
  /** The watched jobs that exist and that the user may see. */
  readonly jobs: readonly JobSnapshot[];
  /** What waits to become a build of one of them. */
  readonly queue: readonly QueueItem[];
}

/** What to look at. */
export interface SnapshotOptions extends WatchedJobs, CallOptions {
  /** How many of the newest builds of each job; 10 when absent. */
  readonly builds?: number;
}

/**
 * The state of the newest builds of many jobs with one request (one for each top-level folder, at most five, then one
 * to the root), and one more for the queue when one of the jobs is in it. A wanted item that is not there is just not
 * in the result; what this throws says that nothing is known.
 */
export async function snapshotBuilds(
  connection: Connection,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  const { builds = 10, signal, timeoutMs } = options;
  const call = { signal, timeoutMs };
  const answers = await Promise.all(
    planRequests(options).map((request) => ask(connection, request, builds, call)),
  );
  const jobs = answers.flatMap(({ jobs: found }) => found).filter((job) => isWatched(options, job.path));
  const waiting = jobs.some((job) => job.inQueue) ? await listQueue(connection, call) : [];
  return {
    at: Math.max(...answers.map(({ at }) => at)),
    jobs,
    queue: waiting.filter(({ item }) => item !== undefined && isWatched(options, item)),
  };
}

async function ask(
  connection: Connection,
  { base, path, levels }: WatchRequest,
  builds: number,
  call: CallOptions,
): Promise<{ at: number; jobs: readonly JobSnapshot[] }> {
  const response = await connection.request({
    ...call,
    path,
    query: { tree: treeOf(builds, levels) },
    accept: [404],
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  const at = Number.isNaN(date) ? connection.clock.now() : date;
  if (response.status === 404) {
    await response.discard();
    return { at, jobs: [] };
  }
  const root = expected(objectOf(await response.json<unknown>()), `the jobs of ${itemUrlPath(base)}`);
  return { at, jobs: [...jobsIn(root, base, builds)] };
}

function treeOf(builds: number, levels: number): string {
  let tree = '';
  for (let level = 0; level <= levels; level++) {
    tree = `name,nextBuildNumber,inQueue,allBuilds[${buildStateTree}]{0,${builds}}${tree === '' ? '' : `,jobs[${tree}]`}`;
  }
  return tree;
}

/** The jobs in an answer; folders have neither builds nor a next number. */
function* jobsIn(json: JsonObject, path: ItemPath, limit: number): Generator<JobSnapshot> {
  const nextBuildNumber = wholeOf(json.nextBuildNumber);
  if (nextBuildNumber !== undefined) {
    const builds = objectsOf(json.allBuilds).map(parseBuildState);
    yield {
      path,
      nextBuildNumber,
      inQueue: json.inQueue === true,
      builds,
      allBuilds: builds.length < limit,
    };
  }
  for (const child of objectsOf(json.jobs)) {
    const name = textOf(child.name);
    if (name !== undefined) yield* jobsIn(child, [...path, name], limit);
  }
}
