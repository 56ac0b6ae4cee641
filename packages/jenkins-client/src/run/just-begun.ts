import { buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { isJenkinsError } from '../errors.ts';
import { objectOf } from '../json-shape.ts';
import { Pace } from '../waiting.ts';

/** How often it is asked again; with the pauses, for some two seconds. */
const most = 5;

/**
 * Asks for what a build or a step tells of itself. Within the first moments of a build that runs, its plugins may
 * answer 404 or 500, as it has no flow graph yet: then it is asked again, a few times. Not for a build that is over.
 */
export async function onceItHasBegun<T>(
  connection: Connection,
  build: BuildAddress,
  deadline: Deadline,
  ask: () => Promise<T>,
): Promise<T> {
  const pace = new Pace(150, 800);
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const early = isJenkinsError(error, 'NotFoundOrHidden') || isJenkinsError(error, 'ServerFault');
      if (!early || tries >= most || !(await isRunning(connection, build, deadline))) throw error;
      await deadline.sleep(pace.next());
    }
  }
}

/** Whether a build is running. Throws NotFoundOrHiddenError when there is no such build. */
export async function isRunning(
  connection: Connection,
  build: BuildAddress,
  deadline: Deadline,
): Promise<boolean> {
  const path = buildRoute(build, 'api/json');
  const answer = await connection.request({ ...deadline.left(), path, query: { tree: 'building' } });
  return objectOf(await answer.json<unknown>())?.building === true;
}
