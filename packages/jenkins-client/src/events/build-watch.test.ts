import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requestBuild } from '../builds/build-ref.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClient, makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';
import { BuildWatch } from './build-watch.ts';
import type { JenkinsEvent } from './event.ts';
import { snapshotBuilds } from './snapshot.ts';

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  jenkins = hastyClient(fake);
  await makeJob(jenkins.connection, ['team', 'p1']);
  await makeJob(jenkins.connection, ['team', 'sub', 'p2']);
  await makeJob(jenkins.connection, ['other', 'p3']);
});
afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

const start = (...item: string[]) => requestBuild(jenkins.connection, item);
const words = (events: readonly JenkinsEvent[]): string[] =>
  events.map(({ item, number, type }) => `${item.join('/')}#${number ?? '?'} ${type}`);
const gets = (): string[] => fake.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);

describe('a snapshot', () => {
  test('has the jobs below the wanted items, and no others', async () => {
    await (await start('team', 'p1')).finished();
    const { jobs } = await snapshotBuilds(jenkins.connection, { items: [['team'], ['missing', 'p9']] });
    expect(jobs.map(({ path }) => path)).toEqual([
      ['team', 'p1'],
      ['team', 'sub', 'p2'],
    ]);
    expect(jobs[0]).toMatchObject({
      nextBuildNumber: 2,
      inQueue: false,
      allBuilds: true,
      builds: [{ number: 1, building: false, result: 'SUCCESS' }],
    });
    const whole = await snapshotBuilds(jenkins.connection, { depth: 3 });
    expect(whole.jobs).toHaveLength(3);
  });

  test('of a job itself', async () => {
    const { jobs } = await snapshotBuilds(jenkins.connection, { items: [['other', 'p3']], depth: 0 });
    expect(jobs.map(({ path }) => path)).toEqual([['other', 'p3']]);
  });

  test('has what waits in the queue', async () => {
    const { queueId } = await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
    await requestBuild(jenkins.connection, ['other', 'p3'], {}, { quietPeriodS: 3600 });
    const { queue } = await snapshotBuilds(jenkins.connection, { items: [['team']] });
    expect(queue).toMatchObject([{ id: queueId, item: ['team', 'p1'], state: 'waiting' }]);
  });

  test('takes one request, however many builds run', async () => {
    const { opened, open } = door();
    fake.runs(
      () => true,
      () => opened,
    );
    await makeJob(jenkins.connection, ['team', 'busy'], {
      parameters: [
        { 'stapler-class': 'hudson.model.StringParameterDefinition', name: 'N', defaultValue: '' },
      ],
    });
    for (let n = 0; n < 50; n++) {
      await (await requestBuild(jenkins.connection, ['team', 'busy'], { N: n }, { check: false })).started();
    }
    fake.clearRequests();
    const options = { items: [['team']], builds: 60 };
    const { jobs } = await snapshotBuilds(jenkins.connection, options);
    expect(jobs.flatMap(({ builds }) => builds.filter(({ building }) => building))).toHaveLength(50);
    expect(gets()).toEqual(['/job/team/api/json']);
    open();
  });

  test('tells a build that waits for input', async () => {
    fake.runs('team/p1', async (build) => {
      await build.input({ id: 'Go', message: 'Go on?' });
    });
    const build = await (await start('team', 'p1')).started();
    await vi.waitFor(async () => {
      const { jobs } = await snapshotBuilds(jenkins.connection, { items: [['team', 'p1']], depth: 0 });
      expect(jobs[0]?.builds[0]).toMatchObject({ building: true, waitingForInput: true });
    }, 15_000);
    await build.stop();
  });
});

test('a server that cannot say which builds wait for input does not hold up the rest', async () => {
  const { jenkins: scripted, requests } = await scriptedJenkins(({ url }, response) => {
    // What Jenkins does while a build's node does not come back: it answers after a minute.
    if (url.includes('waitingForInput')) return;
    response.end('{"nextBuildNumber":2,"allBuilds":[{"number":1,"timestamp":1,"building":true}]}');
  });
  const options = { items: [['p']], depth: 0, timeoutMs: 500 };
  await expect(snapshotBuilds(scripted.connection, options)).rejects.toMatchObject({ code: 'Timeout' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const before = requests.length;
    const snapshot = snapshotBuilds(scripted.connection, { items: [['p']], depth: 0 });
    while (requests.length === before) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(10_000);
    const { jobs } = await snapshot;
    expect(jobs[0]?.builds[0]).toMatchObject({ number: 1, building: true, waitingForInput: false });
  } finally {
    vi.useRealTimers();
  }
});

describe('a watch', () => {
  test('tells each build once, from the queue to its end', async () => {
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    expect(await watch.poll()).toEqual([]);
    const { opened, open } = door();
    fake.runs('team/p1', () => opened);
    const request = await start('team', 'p1');
    await request.started();
    expect(words(await watch.poll())).toEqual(['team/p1#1 queued', 'team/p1#1 started']);
    expect(watch.busy).toBe(true);
    expect(await watch.poll()).toEqual([]);
    open();
    await request.finished();
    expect(await watch.poll()).toMatchObject([
      { type: 'finished', item: ['team', 'p1'], number: 1, queueId: request.queueId, result: 'SUCCESS' },
    ]);
    expect(await watch.poll()).toEqual([]);
    expect(watch.busy).toBe(false);
  });

  test('misses none of many builds between two looks', async () => {
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    await watch.poll();
    for (let count = 0; count < 35; count++) await (await start('team', 'p1')).finished();
    const events = await watch.poll();
    for (const type of ['queued', 'started', 'finished']) {
      const numbers = events.filter((event) => event.type === type).map(({ number }) => number);
      expect(numbers).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
    }
  });

  test('sees the end of a build that many newer ones overtook', async () => {
    const { opened, open } = door();
    fake.runs('team/p1', (build) => (build.number === 1 ? opened : undefined));
    const first = await (await start('team', 'p1')).started();
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    await watch.poll();
    for (let count = 0; count < 15; count++) await (await start('team', 'p1')).finished();
    expect(await watch.poll()).toHaveLength(45);
    open();
    await first.finished();
    expect(words(await watch.poll())).toEqual(['team/p1#1 finished']);
  });

  test('tells what was cancelled, what was lost, what was deleted', async () => {
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    await watch.poll();
    const waiting = await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
    expect(words(await watch.poll())).toEqual(['team/p1#? queued']);
    await waiting.cancel();
    const ends: string[] = [];
    while (watch.busy) ends.push(...words(await watch.poll()));
    expect(ends).toEqual(['team/p1#? cancelled']);

    await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
    await watch.poll();
    await fake.restart({ crash: true });
    ends.length = 0;
    while (watch.busy) ends.push(...words(await watch.poll()));
    expect(ends).toEqual(['team/p1#? lost']);

    const { opened, open } = door();
    fake.runs('team/p1', () => opened);
    await (await start('team', 'p1')).started();
    await watch.poll();
    const deleted = await jenkins.connection.request({
      method: 'POST',
      path: 'job/team/job/p1/doDelete',
      accept: [302],
    });
    await deleted.discard();
    open();
    expect(words(await watch.poll())).toEqual(['team/p1#1 deleted']);
  });

  test('loses nothing when a look fails', async () => {
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    await watch.poll();
    await (await start('team', 'p1')).finished();
    const undo = fake.fault(({ path }) => (path.endsWith('/api/json') ? { status: 500 } : undefined));
    await expect(watch.poll()).rejects.toMatchObject({ code: 'ServerFault' });
    undo();
    expect(words(await watch.poll())).toHaveLength(3);
  });

  test('goes on after a restart of the server', async () => {
    const { opened, open } = door();
    fake.runs('team/p1', () => opened);
    const request = await start('team', 'p1');
    const build = await request.started();
    const watch = new BuildWatch(jenkins.connection, { items: [['team']] });
    await watch.poll();
    await fake.restart();
    open();
    await build.finished();
    expect(words(await watch.poll())).toEqual(['team/p1#1 finished']);
  });
});
