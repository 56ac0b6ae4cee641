import { segment } from '../address/segment.ts';
import { buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection } from '../connection.ts';
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
      const { graphView } = await connection.capabilities(call);
      if (graphView !== 'pipeline-overview') return { logText };
      return {
        logText,
        plain: { path: buildRoute(build, 'pipeline-overview/log'), query: { nodeId } },
      };
    },
    options,
  );
}

/** The text of a log as it is now, byte for byte and without notes; of a running build its whole lines. */
export function consoleText(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): ReadableStream<Uint8Array> {
  let body: BodyReader | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        body ??= new BodyReader(
          await connection.request({ ...options, path: buildRoute(build, 'consoleText') }),
        );
        const bytes = await body.next();
        if (bytes) controller.enqueue(bytes);
        else controller.close();
      },
      cancel: () => body?.close(),
    },
    { highWaterMark: 0 },
  );
}
