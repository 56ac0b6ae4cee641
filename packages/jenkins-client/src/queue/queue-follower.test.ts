import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requestBuild } from '../builds/build-ref.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClient, hastyClock, makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';
import type { BuildRequestState } from './queue-follower.ts';

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  jenkins = hastyClient(fake);
  await makeJob(jenkins.connection, ['team', 'p1'], { concurrent: false });
});
afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

const start = (quietPeriodS = 0) => requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS });

/** Resolves once the queue item was asked for, so that a wait is under way. */
const asked = (queueId: number, times = 2) =>
  vi.waitFor(
    () => {
      const looks = fake.requests.filter(({ path }) => path === `/queue/item/${queueId}/api/json`);
      expect(looks.length).toBeGreaterThanOrEqual(times);
    },
    { timeout: 15_000, interval: 5 },
  );

describe('changes', () => {
  test('are told once each, up to the start', async () => {
    const running = door();
    fake.runs('team/p1', () => running.opened);
    const first = await start();
    await first.started();
    const second = await start();
    const states: BuildRequestState[] = [];
    for await (const state of second.changes()) {
      states.push(state);
      if (state.phase === 'blocked') running.open();
    }
    expect(states).toEqual([
      { phase: 'blocked', why: expect.stringContaining('already in progress') as string },
      { phase: 'started', number: 2 },
    ]);
  });

  test('in a reason’s numbers are no changes', async () => {
    let looks = 0;
    const { jenkins: scripted } = await scriptedJenkins((_, response) => {
      looks++;
      const item =
        looks < 5
          ? { _class: 'hudson.model.Queue$WaitingItem', why: `Expires in ${5 - looks}.${looks} sec` }
          : { _class: 'hudson.model.Queue$LeftItem', executable: { number: 3 } };
      response.end(JSON.stringify({ id: 7, inQueueSince: 1, ...item }));
    });
    const request = scripted.queue.follow({ item: ['p'], queueId: 7 });
    const states: BuildRequestState[] = [];
    for await (const state of request.changes()) states.push(state);
    expect(states.map(({ phase }) => phase)).toEqual(['waiting', 'started']);
  });
});

describe('a build is found', () => {
  test('after its queue item expired', async () => {
    const request = await start();
    await vi.waitFor(() => {
      expect(fake.job('team/p1')?.builds).toHaveLength(1);
    }, 15_000);
    fake.expireQueueItems();
    expect(await request.started()).toMatchObject({ item: ['team', 'p1'], number: 1 });
  });

  test('among many builds', async () => {
    const first = await start();
    await first.finished();
    for (let count = 0; count < 60; count++) await (await start()).finished();
    fake.expireQueueItems();
    const again = jenkins.queue.follow({ item: ['team', 'p1'], queueId: first.queueId });
    expect((await again.started()).number).toBe(1);
  });

  test('when the server restarts after the start and before the first look', async () => {
    const running = door();
    fake.runs('team/p1', () => running.opened);
    const request = await start();
    await fake.restart();
    const build = await request.started();
    expect(build.number).toBe(1);
    running.open();
    expect((await build.finished()).result).toBe('SUCCESS');
    expect(fake.job('team/p1')?.builds).toHaveLength(1);
  });

  test('of a queue that was saved in the restart, under the same id', async () => {
    const { jenkins: scripted } = await scriptedJenkins(
      (_, response, nth) => {
        const item = { id: 7, inQueueSince: 1000 };
        if (nth > 1 && nth < 9) response.writeHead(503).end('<title>Starting Jenkins</title>');
        else if (nth < 11)
          response.end(JSON.stringify({ ...item, _class: 'hudson.model.Queue$WaitingItem' }));
        else response.end(JSON.stringify({ ...item, executable: { number: 5 } }));
      },
      { clock: hastyClock() },
    );
    expect((await scripted.queue.follow({ item: ['p'], queueId: 7 }).started()).number).toBe(5);
  });

  test('when the server is away while it starts', async () => {
    let away = false;
    const undo = fake.fault(() => (away ? 'reset' : undefined));
    const request = await start(1);
    const started = request.started();
    await asked(request.queueId);
    away = true;
    await vi.waitFor(
      () => {
        expect(fake.requests.filter(({ status }) => status === 0).length).toBeGreaterThan(4);
      },
      { timeout: 15_000, interval: 5 },
    );
    away = false;
    expect((await started).number).toBe(1);
    undo();
  });
});

describe('a queue item that is lost', () => {
  test('in a restart: the error says so, and nothing is started again', async () => {
    const request = await start(3600);
    const started = request.started();
    const failure = expect(started).rejects.toMatchObject({
      code: 'QueueItemLost',
      queueId: request.queueId,
    });
    await asked(request.queueId);
    await fake.restart({ downMs: 20, crash: true });
    await failure;
    expect(fake.requests.filter(({ path }) => path.endsWith('/build'))).toHaveLength(1);
    expect(fake.job('team/p1')?.builds).toHaveLength(0);
  });

  test('with its job', async () => {
    const request = jenkins.queue.follow({ item: ['team', 'gone'], queueId: 99 });
    await expect(request.state()).rejects.toMatchObject({ code: 'QueueItemLost' });
  });

  test('and whose id is another one’s now', async () => {
    const { jenkins: scripted } = await scriptedJenkins(
      ({ url }, response, nth) => {
        const since = nth === 1 ? 1000 : 2000;
        if (!url.startsWith('/queue/'))
          response.end('{"allBuilds":[{"number":4,"queueId":7,"timestamp":900}]}');
        else
          response.end(
            JSON.stringify({ id: 7, inQueueSince: since, _class: 'hudson.model.Queue$WaitingItem' }),
          );
      },
      { clock: hastyClock() },
    );
    const request = scripted.queue.follow({ item: ['p'], queueId: 7 });
    await expect(request.started()).rejects.toMatchObject({ code: 'QueueItemLost', queueId: 7 });
  });
});

describe('cancelling', () => {
  test('ends the wait', async () => {
    const request = await start(3600);
    const failure = expect(request.started()).rejects.toMatchObject({
      code: 'QueueItemCancelled',
      queueId: request.queueId,
    });
    await asked(request.queueId);
    await jenkins.queue.cancel(request.queueId);
    await failure;
    await request.cancel();
  });

  test('what became a build is refused', async () => {
    const running = door();
    fake.runs('team/p1', () => running.opened);
    const request = await start();
    await request.started();
    await expect(request.cancel()).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('became build #1') as string,
    });
    running.open();
  });
});

describe('a wait ends', () => {
  test('at its deadline', async () => {
    const request = await start(3600);
    await expect(request.started({ timeoutMs: 5000 })).rejects.toMatchObject({ code: 'Timeout' });
    await expect(request.finished({ timeoutMs: 5000 })).rejects.toMatchObject({ code: 'Timeout' });
  });

  test('by its signal', async () => {
    const request = await start(3600);
    const controller = new AbortController();
    const failure = expect(request.started({ signal: controller.signal })).rejects.toMatchObject({
      code: 'Aborted',
      cause: 'enough',
    });
    await asked(request.queueId);
    controller.abort('enough');
    await failure;
  });

  test('with the error of a server that stays away', async () => {
    const request = await start(3600);
    fake.fault(() => 'reset');
    await expect(request.started()).rejects.toMatchObject({ code: 'ConnectionFailed' });
  });

  test('at once for an error that waiting does not help', async () => {
    const request = await start(3600);
    fake.fault(() => ({ status: 401 }));
    await expect(request.started()).rejects.toMatchObject({ code: 'Unauthenticated' });
  });
});
