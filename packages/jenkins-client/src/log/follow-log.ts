import { segment } from '../address/segment.ts';
import { buildPath, buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection, JenkinsRequest } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { UnsupportedError } from '../errors.ts';
import { isRunning, onceItHasBegun } from '../run/just-begun.ts';
import { BodyReader } from './body-reader.ts';
import { BuildLog } from './build-log.ts';
import type { LogOptions } from './log-chunk.ts';

/** The log of a build. Nothing is asked before it is iterated. */
export function followLog(connection: Connection, build: BuildAddress, options: LogOptions = {}): BuildLog {
  return new BuildLog(
    connection,
    { logText: buildRoute(build, 'logText'), plain: { path: buildRoute(build, 'consoleText') } },
    options,
  );
}

/**
 * The log of one step, by the id of its node, from workflow-api, which every pipeline has. A stage has no log of its
 * own: NotFoundOrHiddenError.
 */
export function followStepLog(
  connection: Connection,
  build: BuildAddress,
  nodeId: string,
  options: LogOptions = {},
): BuildLog {
  const logText = buildRoute(build, `execution/node/${segment(nodeId, 'id of a step')}/log/logText`);
  return new BuildLog(
    connection,
    async (call) => {
      const deadline = new Deadline(connection.clock, call);
      const { graphView } = await connection.capabilities({ ...call, build: buildPath(build) });
      if (await isRunning(connection, build, deadline)) {
        const path = `${logText}/progressiveText`;
        await onceItHasBegun(connection, build, deadline, async () => {
          const answer = await connection.request({
            ...deadline.left(),
            method: 'HEAD',
            path,
            query: { start: 0 },
          });
          await answer.discard();
        });
      }
      if (graphView === undefined) return { logText };
      return { logText, plain: { path: buildRoute(build, `${graphView}/log`), query: { nodeId } } };
    },
    options,
  );
}

/** The text of a build's log as it is now, byte for byte and without notes; of a running build its whole lines. */
export function consoleText(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): ReadableStream<Uint8Array> {
  return textStream(connection, () => ({ ...options, path: buildRoute(build, 'consoleText') }));
}

/**
 * The logs of all steps of a stage as they are now, one after the other, from pipeline-graph-view: UnsupportedError
 * without it. Of a step that still runs it has at most 10,000 lines; `followStepLog` has all.
 */
export function stageText(
  connection: Connection,
  build: BuildAddress,
  stageId: string,
  options: CallOptions = {},
): ReadableStream<Uint8Array> {
  return textStream(connection, async () => {
    const { graphView } = await connection.capabilities({ ...options, build: buildPath(build) });
    if (graphView === undefined) {
      throw new UnsupportedError('The server cannot tell the log of a stage. Install pipeline-graph-view.', [
        'pipeline-graph-view',
      ]);
    }
    return { ...options, path: buildRoute(build, `${graphView}/log`), query: { nodeId: stageId } };
  });
}

/** A body as a stream that asks for it when it is read. */
function textStream(
  connection: Connection,
  request: () => JenkinsRequest | Promise<JenkinsRequest>,
): ReadableStream<Uint8Array> {
  let body: BodyReader | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        body ??= new BodyReader(await connection.request(await request()));
        const bytes = await body.next();
        if (bytes) controller.enqueue(bytes);
        else controller.close();
      },
      cancel: () => body?.close(),
    },
    { highWaterMark: 0 },
  );
}
