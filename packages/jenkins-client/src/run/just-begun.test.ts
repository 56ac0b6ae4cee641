import { describe, expect, onTestFinished, test } from 'vitest';
import { requestBuild, type BuildRef } from '../builds/build-ref.ts';
import { connect } from '../connect.ts';
import { startFakeJenkins, type FakeJenkins, type FakeOptions } from '../testing/index.ts';
import { door, hastyClock, makeJob } from '../testing/made-jobs.ts';

const item = ['team', 'p1'];

/** A build that runs within a stage, and the ways to let it end and to count what was asked. */
async function running(plugins: FakeOptions['plugins'] = {}): Promise<{
  fake: FakeJenkins;
  build: BuildRef;
  end: () => void;
}> {
  const fake = await startFakeJenkins({ plugins });
  const auth = { user: 'admin', token: fake.users.admin.token };
  const jenkins = connect({ url: fake.url, auth, clock: hastyClock() });
  const begun = door();
  const ended = door();
  onTestFinished(async () => {
    ended.open();
    await jenkins.close();
    await fake.close();
  });
  await makeJob(jenkins.connection, item);
  fake.runs('team/p1', (build) =>
    build.stage('Build', () =>
      build.step('sh', async () => {
        build.print('+ make\n');
        begun.open();
        await ended.opened;
      }),
    ),
  );
  const build = await (await requestBuild(jenkins.connection, item)).started();
  await begun.opened;
  return { fake, build, end: ended.open };
}

/** Answers what begins and ends so with a status, so many times. */
function early(fake: FakeJenkins, route: RegExp, status: number, times: number): () => number {
  let left = times;
  fake.fault(({ path }) => {
    if (!route.test(path) || left === 0) return undefined;
    left--;
    return { status, body: '<html><body>Oops</body></html>', headers: { 'content-type': 'text/html' } };
  });
  return () => times - left;
}

describe.each([404, 500])('a build that has only just begun answers %i', (status) => {
  test.each([
    ['pipeline-graph-view', {}, /pipeline-overview\/(?:tree|allSteps)$/u],
    ['pipeline-rest-api', { graphView: false }, /wfapi\//u],
    [
      'Blue Ocean',
      { graphView: false, wfapi: false, blueOcean: true },
      /blue\/rest\/organizations\/jenkins\/pipelines/u,
    ],
  ])('and is asked again by %s', async (_, plugins, route) => {
    const { fake, build } = await running(plugins);
    const met = early(fake, route, status, 2);
    expect((await build.stages()).map(({ name }) => name)).toEqual(['Build']);
    expect(met()).toBe(2);
    early(fake, route, status, 2);
    expect((await build.steps()).length).toBeGreaterThan(0);
    early(fake, route, status, 2);
    expect(await build.inputs()).toEqual([]);
  });

  test('when nobody knows the plugins yet, too', async () => {
    const { fake, build } = await running({ graphView: false });
    early(fake, /^\/pluginManager/u, 403, 1);
    early(fake, /wfapi\//u, status === 404 ? 500 : status, 2);
    expect((await build.stages()).map(({ name }) => name)).toEqual(['Build']);
  });

  test('but not without end', async () => {
    const { fake, build } = await running();
    await build.stages();
    const met = early(fake, /pipeline-overview\/tree$/u, status, 100);
    await expect(build.stages()).rejects.toMatchObject({
      code: status === 404 ? 'NotFoundOrHidden' : 'ServerFault',
    });
    expect(met()).toBe(6);
  });

  test('and a build that is over is asked once', async () => {
    const { fake, build, end } = await running();
    await build.stages();
    end();
    await build.finished();
    let asked = 0;
    fake.fault(({ path }) => {
      if (!path.endsWith('pipeline-overview/tree')) return undefined;
      asked++;
      return { status };
    });
    await expect(build.stages()).rejects.toThrow();
    expect(asked).toBe(1);
  });

  test('the log of a step is there a little later', async () => {
    const { fake, build, end } = await running();
    const step = (await build.steps()).at(-1)?.id ?? '';
    early(fake, /\/execution\/node\/\d+\/log\//u, status, 2);
    const chunks = build.stepLog(step)[Symbol.asyncIterator]();
    expect((await chunks.next()).value?.text).toBe('+ make\n');
    end();
  });
});
