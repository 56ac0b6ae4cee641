import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { InvalidError } from '../errors.ts';
import { objectOf, textsOf } from '../json-shape.ts';
import type { QueuedStart } from '../queue/queue-follower.ts';
import { buildName, buildRoute, type BuildAddress } from './build-address.ts';
import { startLike } from './replay.ts';

/**
 * The stages of a build from which it can be restarted: those of a Declarative Pipeline that is over. None when it
 * cannot be restarted, for which Jenkins answers 404 as if the build did not exist.
 */
export async function restartableStages(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const response = await connection.request({
    ...options,
    path: buildRoute(build, 'restart/api/json'),
    query: { tree: 'restartEnabled,restartableStages' },
    accept: [404],
  });
  if (response.status === 404) {
    await response.discard();
    return [];
  }
  const restart = objectOf(await response.json<unknown>());
  return restart?.restartEnabled === true ? textsOf(restart.restartableStages) : [];
}

/** Runs a build again from one of its stages on. Throws InvalidError for a stage from which it cannot. */
export async function restartFromStage(
  connection: Connection,
  build: BuildAddress & { readonly number: number },
  stage: string,
  options: CallOptions = {},
): Promise<QueuedStart> {
  const deadline = new Deadline(connection.clock, options);
  const stages = await restartableStages(connection, build, deadline.left());
  if (!stages.includes(stage)) {
    throw new InvalidError(
      stages.length === 0
        ? `${buildName(build)} cannot be restarted from a stage: it must be the build of a Declarative Pipeline that is over.`
        : `${buildName(build)} cannot be restarted from "${stage}", only from: ${stages.join(', ')}.`,
    );
  }
  return startLike(connection, build, 'restart', deadline, async (call) => {
    const response = await connection.request({
      ...call,
      method: 'POST',
      path: buildRoute(build, 'restart/restart'),
      // Both ways to name the stage, as in the one request of this kind that a real server was seen to take.
      form: { stageName: stage, json: JSON.stringify({ stageName: stage }) },
      accept: [302, 303],
    });
    await response.discard();
  });
}
