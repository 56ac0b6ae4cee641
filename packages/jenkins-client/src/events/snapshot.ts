import { itemUrlPath, type ItemPath } from '../address/item-path.ts';
import { buildStateTree, parseBuildState, pausableStateTree, type BuildState } from '../builds/build.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { isJenkinsError } from '../errors.ts';
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
  readonly builds?: number | undefined;
  /** Whether to ask which builds wait for input. True when absent. */
  readonly inputs?: boolean | undefined;
}

/**
 * How long to wait for an answer that tells of inputs, in milliseconds. One build whose node does not come back after a
 * restart holds up the answer for all (see `pausableStateTree`): then what is told is told without.
 */
const inputsWithinMs = 10_000;

/**
 * The state of the newest builds of many jobs with one request (one for each top-level folder, at most five, then one
 * to the root), and one more for the queue when one of the jobs is in it. A wanted item that is not there is just not
 * in the result; what this throws says that nothing is known. When the server is slow to tell which builds wait for
 * input, it is told of none of them.
 */
export async function snapshotBuilds(
  connection: Connection,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  const { builds = 10, inputs = true } = options;
  const deadline = new Deadline(connection.clock, options);
  const askAll = (state: string, call: CallOptions): Promise<Answer[]> =>
    Promise.all(planRequests(options).map((request) => ask(connection, request, builds, state, call)));
  const { signal, timeoutMs = Infinity } = deadline.left();
  const answers = inputs
    ? await askAll(pausableStateTree, { signal, timeoutMs: Math.min(timeoutMs, inputsWithinMs) }).catch(
        (error: unknown) => {
          if (!isJenkinsError(error, 'Timeout')) throw error;
          return askAll(buildStateTree, deadline.left());
        },
      )
    : await askAll(buildStateTree, deadline.left());
  const jobs = answers.flatMap(({ jobs: found }) => found).filter((job) => isWatched(options, job.path));
  const waiting = jobs.some((job) => job.inQueue) ? await listQueue(connection, deadline.left()) : [];
  return {
    at: Math.max(...answers.map(({ at }) => at)),
    jobs,
    queue: waiting.filter(({ item }) => item !== undefined && isWatched(options, item)),
  };
}

interface Answer {
  readonly at: number;
  readonly jobs: readonly JobSnapshot[];
}

async function ask(
  connection: Connection,
  { base, path, levels }: WatchRequest,
  builds: number,
  state: string,
  call: CallOptions,
): Promise<Answer> {
  const response = await connection.request({
    ...call,
    path,
    query: { tree: treeOf(builds, state, levels) },
    accept: [404],
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  const at = Number.isNaN(date) ? connection.clock.now() : date;
  if (response.status === 404) {
    await response.discard();
    return { at, jobs: [] };
  }
  const root = expected(objectOf(await response.json<unknown>()), `the jobs of ${itemUrlPath(base)}`);
  return { at, jobs: [...jobsIn(root, base, builds, levels)] };
}

function treeOf(builds: number, state: string, levels: number): string {
  let tree = '';
  for (let level = 0; level <= levels; level++) {
    tree = `name,nextBuildNumber,inQueue,allBuilds[${state}]{0,${builds}}${tree === '' ? '' : `,jobs[${tree}]`}`;
  }
  return tree;
}

/** The jobs in an answer; folders have neither builds nor a next number. No deeper than asked for. */
function* jobsIn(json: JsonObject, path: ItemPath, limit: number, levels: number): Generator<JobSnapshot> {
  const nextBuildNumber = wholeOf(json.nextBuildNumber);
  if (nextBuildNumber !== undefined) {
    const builds = objectsOf(json.allBuilds).map(parseBuildState);
    const allBuilds = builds.length < limit;
    yield { path, nextBuildNumber, inQueue: json.inQueue === true, builds, allBuilds };
  }
  if (levels === 0) return;
  for (const child of objectsOf(json.jobs)) {
    const name = textOf(child.name);
    if (name !== undefined) yield* jobsIn(child, [...path, name], limit, levels - 1);
  }
}
