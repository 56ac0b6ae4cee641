import { describe, expect, test } from 'vitest';
import { recordedJson, recording } from './testing/recording.ts';
import { rejection, scriptedJenkins, type Arrived } from './transport/scripted-server.ts';
import type { ServerResponse } from 'node:http';

/** Answers with a recording. */
function play(response: ServerResponse, name: string, session = 'a71d8b89'): void {
  const { status, headers, body } = recording(name).response;
  response.setHeader('content-type', String(headers['content-type'] ?? 'text/html'));
  response.setHeader('x-jenkins', '2.516.2');
  response.setHeader('x-jenkins-session', session);
  response.writeHead(status).end(body);
}

/** What a recorded server with all plugins answers to who may not list them. */
function full({ url, method }: Arrived, response: ServerResponse): void {
  if (url.startsWith('/api/json')) play(response, '06-sys-35-root-tree-version');
  else if (url.startsWith('/pluginManager')) play(response, '06-sys-28-plugins-viewer');
  else if (url.startsWith('/blue/rest/organizations/')) play(response, '08-blue-01-orgs');
  else if (url.startsWith('/pipeline-model-converter/toJson')) play(response, '07-conv-20-toJson-get');
  else if (url.startsWith('/configuration-as-code/') && method === 'HEAD')
    play(response, '06-sys-42-casc-root');
  else if (url.startsWith('/sse-gateway/connect')) play(response, '06-sys-51-sse-connect');
  else if (url.startsWith('/job/mb/1/wfapi/describe')) play(response, '13-pgv-15-wfapi-full');
  else if (url.startsWith('/job/mb/1/pipeline-overview/tree'))
    play(response, '13-pgv-01-pipeline-overview-tree');
  else if (url.startsWith('/job/mb/1/api/json')) play(response, '03-builds-16-build-done');
  else if (url.startsWith('/job/free/1/api/json')) {
    response.setHeader('content-type', 'application/json').end('{"_class":"hudson.model.FreeStyleBuild"}');
  } else if (url.startsWith('/job/new/1/api/json')) play(response, '03-builds-16-build-done');
  else if (url.startsWith('/job/new/1/')) play(response, '08-blue-46-node-log');
  else play(response, '01-auth-31-admin-job-missing');
}

/** The plugins that offer something, in the versions of the recorded server. */
const optional = {
  'pipeline-rest-api': '2.34',
  'pipeline-graph-view': '637.vb_6105ed84508',
  'blueocean-rest-impl': '1.27.16',
  'pipeline-model-definition': '2.2265.v140e610fe9d5',
  'configuration-as-code': '1963.v24e046127a_3f',
  'sse-gateway': '1.27',
};

describe('what a server can', () => {
  test('is read from the plugin list by who may read it', async () => {
    // The recorded list is cut; these are the rest of it that matters.
    const { plugins } = recordedJson('06-sys-27-plugins') as { plugins: object[] };
    for (const [shortName, version] of Object.entries(optional))
      plugins.push({ active: true, shortName, version });
    plugins.push({ active: false, shortName: 'sleeping', version: '1' });
    const { jenkins, requests } = await scriptedJenkins((request, response) => {
      if (!request.url.startsWith('/pluginManager')) full(request, response);
      else response.setHeader('content-type', 'application/json').end(JSON.stringify({ plugins }));
    });
    const found = await jenkins.capabilities();
    expect(found).toMatchObject({
      version: '2.516.2',
      session: 'a71d8b89',
      wfapi: true,
      graphView: 'pipeline-overview',
      blueOcean: true,
      converter: true,
      casc: true,
      sse: true,
      crumbs: true,
    });
    expect(found.plugins?.get('pipeline-rest-api')).toBe('2.34');
    expect(found.plugins?.has('sleeping')).toBe(false);
    expect(requests).toHaveLength(2);
  });

  test('is found by asking without that right', async () => {
    const { jenkins } = await scriptedJenkins(full);
    expect(await jenkins.capabilities()).toEqual({
      version: '2.516.2',
      session: 'a71d8b89',
      wfapi: undefined,
      graphView: undefined,
      blueOcean: true,
      converter: true,
      casc: true,
      sse: true,
      crumbs: true,
      plugins: undefined,
    });
  });

  test('of a bare server is nothing optional', async () => {
    const { jenkins } = await scriptedJenkins((request, response) => {
      if (request.url.startsWith('/api/json')) play(response, '06-sys-35-root-tree-version');
      else play(response, '01-auth-31-admin-job-missing');
    });
    expect(await jenkins.capabilities()).toMatchObject({
      blueOcean: false,
      converter: false,
      casc: false,
      sse: false,
    });
  });

  test('is nothing optional for who may not read it, but its version is', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => play(response, '01-auth-01-anon-root-api'), {
      auth: 'anonymous',
    });
    expect(await jenkins.capabilities()).toMatchObject({
      version: '2.516.2',
      blueOcean: false,
      converter: false,
      casc: false,
      sse: false,
      crumbs: true,
    });
  });

  test('of pages that a proxy makes up is nothing', async () => {
    const { jenkins } = await scriptedJenkins(({ url }, response) => {
      if (url.startsWith('/api/json')) response.setHeader('content-type', 'application/json').end('{}');
      else response.setHeader('content-type', 'text/html').end('<html>Welcome</html>');
    });
    // The plugin list is HTML, too: that is no list, and no server to talk to.
    expect(await rejection(jenkins.capabilities())).toMatchObject({ code: 'UnexpectedBody' });
  });

  test('asks a build for what only builds show', async () => {
    const { jenkins, requests } = await scriptedJenkins(full);
    const asked = { build: 'job/mb/1' };
    expect(await jenkins.connection.capabilities(asked)).toMatchObject({
      wfapi: true,
      graphView: 'pipeline-overview',
    });
    const before = requests.length;
    expect(await jenkins.connection.capabilities(asked)).toMatchObject({
      wfapi: true,
      graphView: 'pipeline-overview',
    });
    expect(requests).toHaveLength(before);
  });

  test.each([
    ['is gone', 'job/mb/99'],
    ['is of no Pipeline', 'job/free/1'],
    ['has only just begun', 'job/new/1'],
  ])('is not told by a build that %s, so the next is asked', async (_, build) => {
    const { jenkins } = await scriptedJenkins(full);
    expect(await jenkins.connection.capabilities({ build })).toMatchObject({ wfapi: undefined });
    expect(await jenkins.connection.capabilities({ build: 'job/mb/1' })).toMatchObject({ wfapi: true });
  });

  test('of pipeline plugins that are not there is told by one build', async () => {
    const { jenkins, requests } = await scriptedJenkins((request, response) => {
      if (/wfapi|pipeline-overview/u.test(request.url)) play(response, '01-auth-31-admin-job-missing');
      else full(request, response);
    });
    const expected = { wfapi: false, graphView: undefined };
    expect(await jenkins.connection.capabilities({ build: 'job/mb/1' })).toMatchObject(expected);
    const before = requests.length;
    expect(await jenkins.connection.capabilities({ build: 'job/mb/1' })).toMatchObject(expected);
    expect(requests).toHaveLength(before);
  });

  test('is asked once by many, and again after a restart or a failure', async () => {
    let session = 'one';
    let fail = true;
    const { jenkins, requests } = await scriptedJenkins(
      ({ url }, response) => {
        if (fail) response.writeHead(503).end();
        else if (url.startsWith('/api/json')) play(response, '06-sys-35-root-tree-version', session);
        else play(response, '01-auth-31-admin-job-missing', session);
      },
      { retry: false },
    );
    const roots = (): number => requests.filter((request) => request.url.startsWith('/api/json')).length;
    expect(await rejection(jenkins.capabilities())).toMatchObject({ code: 'NotReady' });
    fail = false;
    const all = await Promise.all(Array.from({ length: 10 }, () => jenkins.capabilities()));
    expect(new Set(all.map((one) => one.session))).toEqual(new Set(['one']));
    expect(roots()).toBe(2);
    session = 'two';
    await rejection(jenkins.raw.request({ path: 'job/x' }));
    expect(await jenkins.capabilities()).toMatchObject({ session: 'two' });
    expect(roots()).toBe(3);
  });

  test('is of use to others when one caller gives up', async () => {
    const { promise: hold, resolve: go } = Promise.withResolvers<undefined>();
    const { jenkins } = await scriptedJenkins(async (request, response) => {
      await hold;
      full(request, response);
    });
    const controller = new AbortController();
    const first = rejection(jenkins.capabilities({ signal: controller.signal }));
    const second = jenkins.capabilities();
    controller.abort();
    expect(await first).toMatchObject({ code: 'Aborted' });
    go(undefined);
    expect(await second).toMatchObject({ blueOcean: true });
  });
});
