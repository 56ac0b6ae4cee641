import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Jenkins } from '../jenkins.ts';
import { select } from '../select.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClient, hastyClock, makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';
import { BuildRef, requestBuild } from './build-ref.ts';

const item = ['team', 'p1'];
let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  jenkins = hastyClient(fake);
  await makeJob(jenkins.connection, item);
});
afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

/** Starts a build that runs until its door is opened. */
async function running(): Promise<{ build: BuildRef; open: () => void }> {
  const { opened, open } = door();
  fake.runs('team/p1', async (build) => {
    await Promise.race([opened, new Promise((resolve) => build.signal.addEventListener('abort', resolve))]);
  });
  const build = await (await requestBuild(jenkins.connection, item)).started();
  return { build, open };
}

async function ended(): Promise<BuildRef> {
  const { number } = await (await requestBuild(jenkins.connection, item)).finished();
  return new BuildRef(jenkins.connection, item, number);
}

describe('reading', () => {
  test('what a selection asks for, and nothing else', async () => {
    const build = await ended();
    const found = await build.get(select({ number: true, result: true }));
    expect(found).toMatchObject({ number: 1, result: 'SUCCESS' });
    expect(found).not.toHaveProperty('timestamp');
  });

  test('by permalink', async () => {
    await ended();
    await ended();
    const last = await new BuildRef(jenkins.connection, item, 'lastBuild').resolve();
    expect(last.number).toBe(2);
    const failed = new BuildRef(jenkins.connection, item, 'lastFailedBuild');
    await expect(failed.get()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });
});

describe('waiting for the end', () => {
  test('goes on through a restart of the server', async () => {
    const { build, open } = await running();
    const finished = build.finished();
    await fake.restart({ downMs: 30 });
    open();
    expect(await finished).toMatchObject({ number: 1, building: false, result: 'SUCCESS' });
  });

  test('tells a build that did not survive the restart', async () => {
    const { build } = await running();
    const finished = build.finished();
    await fake.restart({ downMs: 10, abortBuilds: true });
    expect((await finished).result).toBe('ABORTED');
  });

  test('follows a permalink to the build that it names at first', async () => {
    const { opened, open } = door();
    fake.runs('team/p1', async (build) => (build.number === 1 ? opened : undefined));
    await (await requestBuild(jenkins.connection, item)).started();
    const finished = new BuildRef(jenkins.connection, item, 'lastBuild').finished();
    await vi.waitFor(() => {
      expect(fake.requests.some(({ path }) => path === '/job/team/job/p1/1/api/json')).toBe(true);
    }, 15_000);
    await ended();
    open();
    expect((await finished).number).toBe(1);
  });

  test('ends when the build is deleted, at a deadline, and by a signal', async () => {
    const { build } = await running();
    await expect(build.finished({ timeoutMs: 3000 })).rejects.toMatchObject({ code: 'Timeout' });
    await expect(build.finished({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Aborted' });
    const gone = new BuildRef(jenkins.connection, item, 99);
    await expect(gone.finished()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('does not take a build without a result for finished', async () => {
    const { jenkins: scripted } = await scriptedJenkins((_, response, nth) => {
      response.end(
        JSON.stringify({ number: 1, timestamp: 1, building: false, result: nth < 4 ? null : 'SUCCESS' }),
      );
    });
    expect(await new BuildRef(scripted.connection, item, 1).finished()).toMatchObject({ result: 'SUCCESS' });
    const { jenkins: never } = await scriptedJenkins((_, response) => {
      response.end('{"number":1,"timestamp":1,"building":false,"result":null}');
    });
    await expect(new BuildRef(never.connection, item, 1).finished()).rejects.toMatchObject({
      code: 'UnexpectedBody',
    });
  });
});

describe('stopping', () => {
  test('ends a build that obeys with the first step', async () => {
    const { build } = await running();
    expect(await build.stop({ escalate: true })).toBe('stop');
    expect((await build.get()).result).toBe('ABORTED');
    expect(await build.stop({ escalate: true })).toBeUndefined();
  });

  test('goes on to the step that helps', async () => {
    const { opened, open } = door();
    fake.runs('team/p1', () => opened);
    const build = await (await requestBuild(jenkins.connection, item)).started();
    fake.clearRequests();
    expect(await build.stop({ escalate: true, waitMs: 1000 })).toBe('term');
    const posts = fake.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(posts).toEqual(['/job/team/job/p1/1/stop', '/job/team/job/p1/1/term']);
    open();
  });

  test('by a permalink keeps to the build that it named at first', async () => {
    const { jenkins: scripted, requests } = await scriptedJenkins(
      ({ method, url }, response, nth) => {
        if (method === 'POST') response.writeHead(302, { location: '/job/team/job/p1/' }).end();
        else {
          const number = url.includes('lastBuild') ? nth : 1;
          response.end(JSON.stringify({ number, timestamp: 1, building: nth < 8, result: null }));
        }
      },
      { clock: hastyClock() },
    );
    await new BuildRef(scripted.connection, item, 'lastBuild').stop({ escalate: true, waitMs: 500 });
    const stopped = requests.filter(({ method }) => method === 'POST').map(({ url }) => url);
    expect(stopped[0]).toBe('/job/team/job/p1/1/stop');
    expect(stopped.every((url) => url.startsWith('/job/team/job/p1/1/'))).toBe(true);
  });

  test('says when not even the last step helps', async () => {
    const { jenkins: scripted, requests } = await scriptedJenkins(
      ({ method }, response) => {
        if (method === 'POST') response.writeHead(302, { location: '/job/team/job/p1/1/' }).end();
        else response.end('{"number":1,"timestamp":1,"building":true,"result":null}');
      },
      { clock: hastyClock() },
    );
    const stop = new BuildRef(scripted.connection, item, 1).stop({ escalate: true, waitMs: 500 });
    await expect(stop).rejects.toMatchObject({ code: 'Timeout' });
    expect(requests.filter(({ method }) => method === 'POST').map(({ url }) => url)).toEqual([
      '/job/team/job/p1/1/stop',
      '/job/team/job/p1/1/term',
      '/job/team/job/p1/1/kill',
    ]);
  });

  test('without escalation only asks; a build that is over is no error', async () => {
    const { build, open } = await running();
    expect(await build.stop()).toBeUndefined();
    expect((await build.finished()).result).toBe('ABORTED');
    await build.stop();
    await build.term();
    await build.kill();
    open();
  });
});

describe('running again', () => {
  test('with other scripts, as the build that it becomes', async () => {
    const build = await ended();
    const replay = await build.replay({ script: "echo 'replayed'", scripts: { 'com.example.Script1': 'x' } });
    const again = await replay.started();
    expect(again.number).toBe(2);
    expect((await again.get()).causes).toMatchObject([{ kind: 'user' }, { kind: 'replay' }]);
  });

  test('as it was', async () => {
    const build = await ended();
    expect((await (await build.replay()).finished()).number).toBe(2);
  });

  test('happens once and is found when the answer is lost', async () => {
    const build = await ended();
    const undo = fake.fault(({ method }) => (method === 'POST' ? 'reset-after' : undefined));
    const replay = await build.replay({ script: 'x' });
    undo();
    expect((await replay.finished()).number).toBe(2);
    expect(fake.job('team/p1')?.builds).toHaveLength(2);
  });

  test('fails with the lost connection when nothing came of it', async () => {
    const build = await ended();
    fake.fault(({ method }) => (method === 'POST' ? 'reset' : undefined));
    await expect(build.replay()).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(fake.job('team/p1')?.builds).toHaveLength(1);
  });

  test('tells two replays at the same time apart', async () => {
    const first = await ended();
    const second = await ended();
    const replays = await Promise.all([first.replay(), second.replay()]);
    const [one, two] = await Promise.all(replays.map(async (replay) => (await replay.started()).get()));
    expect(one?.causes).toContainEqual(expect.objectContaining({ description: 'Replayed #1' }));
    expect(two?.causes).toContainEqual(expect.objectContaining({ description: 'Replayed #2' }));
  });

  test('reads the scripts from the page', async () => {
    const page = '<textarea name="_.mainScript">a &amp; b</textarea><textarea name="_.S1">c</textarea>';
    const { jenkins: scripted } = await scriptedJenkins((_, response, nth) => {
      response.end(nth === 1 ? page : '<html></html>');
    });
    const build = new BuildRef(scripted.connection, item, 1);
    expect(await build.replayScripts()).toEqual({ script: 'a & b', scripts: { S1: 'c' } });
    await expect(build.replayScripts()).rejects.toMatchObject({ code: 'UnexpectedBody' });
  });

  test('says when no build of a replay appears', async () => {
    const { jenkins: scripted } = await scriptedJenkins(
      ({ method, url }, response) => {
        if (method === 'POST') response.writeHead(302, { location: '/job/team/job/p1/1/replay/../..' }).end();
        else response.end(url.startsWith('/queue') ? '{"items":[]}' : '{"allBuilds":[]}');
      },
      { clock: hastyClock() },
    );
    const replay = new BuildRef(scripted.connection, item, 1).replay({ script: 'x' });
    await expect(replay).rejects.toMatchObject({ code: 'Timeout' });
  });

  test('from a stage', async () => {
    await makeJob(jenkins.connection, ['staged'], {
      script:
        "pipeline { agent any; stages { stage('Build') { steps { echo 'b' } }\nstage('Test') { steps { echo 't' } } } }",
    });
    fake.runs('staged', async (build) => {
      await build.stage('Build', () => undefined);
      await build.stage('Test', () => undefined);
    });
    const { number } = await (await requestBuild(jenkins.connection, ['staged'])).finished();
    const build = new BuildRef(jenkins.connection, ['staged'], number);
    expect(await build.restartableStages()).toEqual(['Build', 'Test']);
    await expect(build.restartFrom('Deploy')).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('Build, Test') as string,
    });
    const again = await (await build.restartFrom('Test')).started();
    expect((await again.get()).causes).toMatchObject([{ kind: 'user' }, { kind: 'restart' }]);
  });

  test('from a stage is not for builds that are no Declarative Pipelines', async () => {
    const { jenkins: scripted } = await scriptedJenkins((_, response) => {
      response.writeHead(404).end();
    });
    const build = new BuildRef(scripted.connection, item, 1);
    expect(await build.restartableStages()).toEqual([]);
    await expect(build.restartFrom('Build')).rejects.toMatchObject({ code: 'Invalid' });
  });
});

describe('the record', () => {
  test('is kept and released, with a switch only when needed', async () => {
    const build = await ended();
    await build.keep(true);
    await build.keep(true);
    expect((await build.get()).kept).toBe(true);
    await expect(build.delete()).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('explicitly marked to be kept') as string,
    });
    await build.keep(false);
    await build.delete();
    await expect(build.get()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('has a description and a display name that do not undo each other', async () => {
    const build = await ended();
    await build.describe('noted <b>& äöü');
    await build.rename('release 1');
    expect(await build.get()).toMatchObject({ displayName: 'release 1', description: 'noted <b>& äöü' });
    await build.rename('');
    expect(await build.get()).toMatchObject({ displayName: '#1', description: 'noted <b>& äöü' });
  });
});
