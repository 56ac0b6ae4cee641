import type { CallOptions, Connection, JenkinsRequest, JenkinsResponse } from './connection.ts';
import { objectOf, objectsOf, textOf } from './json-shape.ts';

/** What a server can. Optional parts are found by asking, so that no right to list plugins is needed. */
export interface Capabilities {
  /** The version of Jenkins, such as `2.516.2`; absent when the server hides it. */
  readonly version: string | undefined;
  /** The value of `X-Jenkins-Session`. */
  readonly session: string | undefined;
  /** Stages and inputs by pipeline-rest-api; undefined while there was neither a plugin list nor a build to ask. */
  readonly wfapi: boolean | undefined;
  /** Stages and steps by pipeline-graph-view: the path below a build where it answers, which changed over the years. */
  readonly graphView: GraphViewPath | undefined;
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
  /** The active plugins with their versions, when the user may list them. */
  readonly plugins: ReadonlyMap<string, string> | undefined;
}

/** Where pipeline-graph-view answers: `pipeline-overview` since May 2025, `stages` since early 2026. */
export type GraphViewPath = 'pipeline-overview' | 'stages';

/** What a build tells of the plugins that only builds show. */
export type RunCapabilities = Pick<Capabilities, 'wfapi' | 'graphView'>;

/**
 * Asks the server what it can; all at once, and none of it changes anything there.
 *
 * - version, session, crumbs: `api/json?tree=useCrumbs`; `login` when a proxy hides the headers of the first.
 * - plugins: `pluginManager/api/json`, for administrators. With it the rest is known without asking.
 * - Blue Ocean: its list of organizations. The converter: GET on a route that takes POST only, 405. Configuration as
 *   code: HEAD of its page. The event gateway: a connection of its own, which ends with its session.
 *
 * Who may not read the server at all is told of nothing optional.
 */
export async function probeServer(connection: Connection, options: CallOptions): Promise<Capabilities> {
  const ask = (request: JenkinsRequest): Promise<JenkinsResponse> =>
    connection.request({ ...options, ...request });
  const [{ readable, ...head }, plugins] = await Promise.all([probeHead(ask), listPlugins(ask)]);
  if (plugins) {
    return {
      ...head,
      plugins,
      wfapi: plugins.has('pipeline-rest-api'),
      graphView: plugins.has('pipeline-graph-view') ? 'pipeline-overview' : undefined,
      blueOcean: plugins.has('blueocean-rest-impl'),
      converter: plugins.has('pipeline-model-definition'),
      casc: plugins.has('configuration-as-code'),
      sse: plugins.has('sse-gateway'),
    };
  }
  const [blueOcean, converter, casc, sse] = await Promise.all([
    answers(ask, { path: 'blue/rest/organizations/' }, [200]),
    answers(ask, { path: 'pipeline-model-converter/toJson' }, [405]),
    // To see its page takes the right to read the configuration; without it there is a page all the same.
    answers(ask, { method: 'HEAD', path: 'configuration-as-code/' }, readable ? [200, 403] : [200]),
    answers(ask, { path: 'sse-gateway/connect', query: { clientId: 'capabilities' } }, [200]),
  ]);
  return { ...head, plugins, wfapi: undefined, graphView: undefined, blueOcean, converter, casc, sse };
}

/**
 * Asks a build, by its path below the server's address, for the plugins that only builds show. Undefined when it cannot
 * tell: it is gone, it is not of a Pipeline, or it has only just begun.
 */
export async function probeRun(
  connection: Connection,
  build: string,
  options: CallOptions,
): Promise<RunCapabilities | undefined> {
  const ask = (request: JenkinsRequest): Promise<JenkinsResponse> =>
    connection.request({ ...options, ...request });
  const [pipeline, wfapi, overview, stages] = await Promise.all([
    isPipelineRun(ask, build),
    jsonStatus(ask, `${build}/wfapi/describe`),
    jsonStatus(ask, `${build}/pipeline-overview/tree`),
    jsonStatus(ask, `${build}/stages/tree`),
  ]);
  const statuses = [wfapi, overview, stages];
  if (!pipeline || !(statuses.includes(200) || statuses.every((status) => status === 404))) return undefined;
  return {
    wfapi: wfapi === 200,
    graphView: overview === 200 ? 'pipeline-overview' : stages === 200 ? 'stages' : undefined,
  };
}

type Ask = (request: JenkinsRequest) => Promise<JenkinsResponse>;

/** Statuses that a route answers to the question whether it is there. Others, such as 401 and 503, are errors. */
const telling = [302, 400, 403, 404, 405, 500];

async function probeHead(
  ask: Ask,
): Promise<Pick<Capabilities, 'version' | 'session' | 'crumbs'> & { readonly readable: boolean }> {
  const root = await ask({ path: 'api/json', query: { tree: 'useCrumbs' }, accept: [403] });
  const readable = root.status === 200;
  const crumbs = readable ? objectOf(await root.json<unknown>())?.useCrumbs !== false : true;
  if (!readable) await root.discard();
  let { headers } = root;
  if (!headers.has('x-jenkins')) {
    const login = await ask({ path: 'login', accept: telling }).catch(() => undefined);
    await login?.discard();
    headers = login?.headers ?? headers;
  }
  return {
    readable,
    crumbs,
    version: headers.get('x-jenkins') ?? undefined,
    session: headers.get('x-jenkins-session') ?? undefined,
  };
}

async function listPlugins(ask: Ask): Promise<ReadonlyMap<string, string> | undefined> {
  const answer = await ask({
    path: 'pluginManager/api/json',
    query: { tree: 'plugins[shortName,version,active]' },
    accept: [403, 404],
  });
  if (answer.status !== 200) {
    await answer.discard();
    return undefined;
  }
  const plugins = objectOf(await answer.json<unknown>())?.plugins;
  if (!Array.isArray(plugins)) return undefined;
  return new Map(
    objectsOf(plugins)
      .filter((plugin) => plugin.active === true)
      .map((plugin) => [textOf(plugin.shortName) ?? '', textOf(plugin.version) ?? '']),
  );
}

/** Whether a route answers with one of the statuses. */
async function answers(ask: Ask, request: JenkinsRequest, expected: readonly number[]): Promise<boolean> {
  const answer = await ask({ ...request, accept: telling });
  await answer.discard();
  return (
    expected.includes(answer.status) && (answer.status !== 200 || request.method === 'HEAD' || isJson(answer))
  );
}

/** The status of a route that answers JSON; HTML with 200 is another's page, so it counts as missing. */
async function jsonStatus(ask: Ask, path: string): Promise<number> {
  const answer = await ask({ path, accept: telling });
  await answer.discard();
  return answer.status === 200 && !isJson(answer) ? 404 : answer.status;
}

async function isPipelineRun(ask: Ask, build: string): Promise<boolean> {
  const answer = await ask({ path: `${build}/api/json`, query: { tree: 'number' }, accept: [404] });
  if (answer.status === 200) {
    return textOf(objectOf(await answer.json<unknown>())?._class)?.endsWith('.WorkflowRun') === true;
  }
  await answer.discard();
  return false;
}

function isJson(answer: JenkinsResponse): boolean {
  return (answer.headers.get('content-type') ?? '').startsWith('application/json');
}
