import { buildPath, buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { UnsupportedError } from '../errors.ts';
import { objectOf, textOf } from '../json-shape.ts';
import { blueOcean, blueStages, blueSteps } from './blue-ocean.ts';
import { graphViewStages, graphViewSteps } from './graph-view.ts';
import { onceItHasBegun } from './just-begun.ts';
import type { Stage, Step } from './stage.ts';
import { wfapiStages, wfapiSteps } from './wfapi.ts';

/**
 * The stages of a build: from pipeline-graph-view, else pipeline-rest-api, else Blue Ocean; none for a build that is of
 * no Pipeline. Throws UnsupportedError when the server has none of the plugins.
 */
export async function stages(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<readonly Stage[]> {
  const source = await sourceOf(connection, build, options);
  if (!source) return [];
  if (source.graphView !== undefined) return graphViewStages(await source.json(`${source.graphView}/tree`));
  if (source.wfapi) return wfapiStages(await source.json('wfapi/describe'));
  return blueStages(await source.blue('nodes/'));
}

/** The steps of a build, in the order of their start; from the same plugins. */
export async function steps(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<readonly Step[]> {
  const source = await sourceOf(connection, build, options);
  if (!source) return [];
  if (source.graphView !== undefined) {
    return graphViewSteps(await source.json(`${source.graphView}/allSteps`));
  }
  if (source.wfapi) return wfapiSteps(await source.json('wfapi/describe', { fullStages: true }));
  return blueSteps(await source.blue('steps/'));
}

/** What of the three plugins answers for a build, and how to ask it. */
export interface RunSource {
  readonly graphView: string | undefined;
  readonly wfapi: boolean;
  readonly blueOcean: boolean;
  /** Asks a route below the build for JSON. */
  json(route: string, query?: Readonly<Record<string, boolean>>): Promise<unknown>;
  /** Asks Blue Ocean. */
  blue(route: 'nodes/' | 'steps/'): Promise<unknown>;
}

/**
 * Finds out which plugins can tell of a build. Undefined when it has nothing to tell, as it is of no Pipeline. Throws UnsupportedError when the server has none of the plugins.
 */
export async function sourceOf(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions,
): Promise<RunSource | undefined> {
  const deadline = new Deadline(connection.clock, options);
  const {
    graphView,
    wfapi,
    blueOcean: hasBlue,
  } = await connection.capabilities({
    ...options,
    build: buildPath(build),
  });
  let pipeline = true;
  if (graphView === undefined && !wfapi && !hasBlue) {
    // A build that is missing tells nothing either: then this throws what is wrong.
    const path = buildRoute(build, 'api/json');
    const answer = await connection.request({ ...deadline.left(), path, query: { tree: 'number' } });
    pipeline = textOf(objectOf(await answer.json<unknown>())?._class)?.endsWith('.WorkflowRun') ?? false;
    if (wfapi === false) {
      throw new UnsupportedError(
        'The server tells nothing of the stages of builds. Install pipeline-graph-view or pipeline-rest-api.',
        ['pipeline-graph-view', 'pipeline-rest-api', 'blueocean-rest-impl'],
      );
    }
  }
  if (!pipeline) return undefined;
  return {
    graphView,
    // What no build could tell yet is tried.
    wfapi: wfapi ?? !hasBlue,
    blueOcean: hasBlue,
    json: (route, query) =>
      onceItHasBegun(connection, build, deadline, async () => {
        const path = buildRoute(build, route);
        const answer = await connection.request({ ...deadline.left(), path, ...(query ? { query } : {}) });
        return answer.json<unknown>();
      }),
    blue: (route) =>
      onceItHasBegun(connection, build, deadline, () => blueOcean(connection, build, route, deadline.left())),
  };
}
