import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { UnexpectedBodyError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, wholeOf, type JsonObject } from '../json-shape.ts';

const pageSize = 50;

/** So many pages without a build that was not told yet are no coincidence any more. */
const mostIdlePages = 20;

/** Which builds to list. */
export interface ListBuildsOptions extends CallOptions {
  /** How many of the newest to leave out. */
  readonly from?: number | undefined;
  /** How many at most; all when absent. */
  readonly limit?: number | undefined;
}

/**
 * The builds of a job, newest first, asked for in pages of 50. `tree` is what to read of each and must hold `number`.
 *
 * Builds come and go between two pages, which moves the others. So each page begins with the last build of the page
 * before: one that was there all the time is told exactly once.
 */
export async function* listBuilds(
  connection: Connection,
  item: ItemPath,
  tree: string,
  options: ListBuildsOptions = {},
): AsyncGenerator<JsonObject, void, undefined> {
  const { limit = Infinity } = options;
  const deadline = new Deadline(connection.clock, options);
  let from = options.from ?? 0;
  let told = 0;
  let last: number | undefined;
  for (let idlePages = 0; told < limit; idlePages++) {
    if (idlePages > mostIdlePages) {
      throw new UnexpectedBodyError(
        `The builds of ${item.join('/')} cannot be listed: the server's pages of them do not fit together.`,
      );
    }
    const to = from + Math.min(pageSize, limit - told + (last === undefined ? 0 : 1));
    const response = await connection.request({
      ...deadline.left(),
      path: itemRoute(item, 'api/json'),
      query: { tree: `allBuilds[${tree}]{${from},${to}}` },
    });
    const job = expected(objectOf(await response.json<unknown>()), 'a job');
    const builds = objectsOf(job.allBuilds);
    const first = wholeOf(builds[0]?.number);
    // Newer builds were deleted and ours moved up. Without this step back some would be passed over.
    if (last !== undefined && from > 0 && (first === undefined || first < last)) {
      from = Math.max(0, from - pageSize);
      continue;
    }
    for (const build of builds) {
      const number = expected(wholeOf(build.number), 'a build');
      if (last !== undefined && number >= last) continue;
      last = number;
      idlePages = 0;
      yield build;
      if (++told >= limit) return;
    }
    if (builds.length < to - from) return;
    from = to - 1;
  }
}
