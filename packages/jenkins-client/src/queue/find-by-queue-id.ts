import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { objectOf, objectsOf, wholeOf } from '../json-shape.ts';

/** How many builds one request looks at, and how many all together. */
const pageSize = 50;
const mostBuilds = 500;

/**
 * The number of the build that came from a queue item; undefined when none of the newest 500 builds did. Builds from
 * before `queuedAfter` and from `reusedAt` on (milliseconds by the server's clock) are not looked at: after a crash, ids
 * begin again.
 */
export async function findByQueueId(
  connection: Connection,
  item: ItemPath,
  queueId: number,
  queuedAfter: number | undefined,
  reusedAt: number | undefined,
  options: CallOptions,
): Promise<number | undefined> {
  // Of two builds with the id, the older is ours: the other came from a later queue item.
  let found: number | undefined;
  for (let from = 0; from < mostBuilds; from += pageSize) {
    const response = await connection.request({
      ...options,
      path: itemRoute(item, 'api/json'),
      query: { tree: `allBuilds[number,queueId,timestamp]{${from},${from + pageSize}}` },
    });
    const builds = objectsOf(objectOf(await response.json<unknown>())?.allBuilds);
    for (const build of builds) {
      const startedAt = wholeOf(build.timestamp) ?? 0;
      if (queuedAfter !== undefined && startedAt < queuedAfter) return found;
      if (wholeOf(build.queueId) === queueId && startedAt < (reusedAt ?? Infinity)) {
        found = wholeOf(build.number);
        // Without a time, only the newest can be told from those of before a crash.
        if (queuedAfter === undefined) return found;
      }
    }
    if (builds.length < pageSize) break;
  }
  return found;
}
