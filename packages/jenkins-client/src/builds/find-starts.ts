import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf } from '../json-shape.ts';
import { listQueue } from '../queue/list-queue.ts';
import { buildTree, parseBuild, type BuildParameter } from './build.ts';
import type { BuildCause } from './cause.ts';

/** A start of a job: a queue item, or the build that one became. */
export interface FoundStart {
  /** The job. */
  readonly item: ItemPath;
  readonly queueId: number;
  /** Absent while it waits. */
  readonly number?: number;
  /** When it was queued or, once it is a build, when that started: milliseconds by the server's clock. */
  readonly at: number;
  readonly causes: readonly BuildCause[];
  readonly parameters: readonly BuildParameter[];
}

/** Which starts to look for. */
export interface FindStartsOptions extends CallOptions {
  /** Only those queued or started from then on, in milliseconds by the server's clock. */
  readonly since?: number | undefined;
  /** How many of the newest builds to look at; 50 when absent. */
  readonly builds?: number | undefined;
}

/**
 * The starts of a job that the queue and its newest builds tell of, newest first, each once. For finding out what came
 * of a start whose answer was lost: compare causes and parameters, and go on with `queue.follow`. Nothing in Jenkins marks a start as one's own, so
 * that two equal starts by one user cannot be told apart.
 */
export async function findStarts(
  connection: Connection,
  item: ItemPath,
  options: FindStartsOptions = {},
): Promise<readonly FoundStart[]> {
  const { since = 0, builds: limit = 50, ...call } = options;
  // The queue first: what leaves it between the two requests is among the builds then.
  const queue = await listQueue(connection, call);
  const waiting = queue
    .filter((entry) => entry.item?.join('/') === item.join('/'))
    .map(({ id, queuedAt, causes, parameters }) => ({ item, queueId: id, at: queuedAt, causes, parameters }));
  const response = await connection.request({
    ...call,
    path: itemRoute(item, 'api/json'),
    query: { tree: `allBuilds[${buildTree}]{0,${limit}}` },
  });
  const job = expected(objectOf(await response.json<unknown>()), 'a job');
  const builds = objectsOf(job.allBuilds)
    .map(parseBuild)
    .map(({ queueId, number, startedAt, causes, parameters }) => ({
      item,
      queueId,
      number,
      at: startedAt,
      causes,
      parameters,
    }));
  // An older build may have the same id: after a crash, ids begin again.
  const isBuilt = (entry: FoundStart): boolean =>
    builds.some((build) => build.queueId === entry.queueId && build.at >= entry.at);
  return [...waiting.filter((entry) => !isBuilt(entry)), ...builds].filter((start) => start.at >= since);
}
