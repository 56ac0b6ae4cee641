import type { CallOptions, Connection } from '../connection.ts';
import { UnexpectedBodyError } from '../errors.ts';
import { Deadline } from '../deadline.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { buildName, buildRoute, type BuildAddress } from './build-address.ts';
import { buildStateTree, parseBuildState, type BuildResultName, type BuildState } from './build.ts';

/** A build that is over. */
export interface BuildResult extends BuildState {
  readonly building: false;
  readonly result: BuildResultName;
}

/** The result comes with the end; one that stays away for so many looks does not come. */
const mostLooksWithoutResult = 20;

/** The state of a build now. Throws NotFoundOrHiddenError when there is none. */
export async function buildState(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions,
): Promise<BuildState> {
  const response = await connection.request({
    ...options,
    path: buildRoute(build, 'api/json'),
    query: { tree: buildStateTree },
  });
  return parseBuildState(await response.json<unknown>());
}

/**
 * Waits until a build is over. While the server restarts, or cannot be reached, it waits on within the deadline.
 * Throws NotFoundOrHiddenError when the build is deleted meanwhile. A permalink is followed to the build that it names
 * at first.
 */
export async function waitForEnd(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<BuildResult> {
  const deadline = new Deadline(connection.clock, options);
  const pace = new Pace(300, 5000);
  let address = build;
  for (let looks = 0; looks < mostLooksWithoutResult;) {
    const { building, result, ...state } = await throughOutages(connection.clock, deadline, (call) =>
      buildState(connection, address, call),
    );
    if (!building && result !== undefined) return { ...state, building, result };
    if (!building) looks++;
    address = { ...address, number: state.number };
    await deadline.sleep(pace.next());
  }
  throw new UnexpectedBodyError(`${buildName(address)} is over and Jenkins names no result of it.`);
}
