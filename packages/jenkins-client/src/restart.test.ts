/** A server that is restarted, killed, or loses answers in the middle of things: the right end, and nothing twice. */
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../e2e/testing/free-port.ts';
import { findStarts } from './builds/find-starts.ts';
import { mayHaveStarted } from './builds/start.ts';
import { connect } from './connect.ts';
import { isJenkinsError } from './errors.ts';
import type { Jenkins } from './jenkins.ts';
import { startFakeJenkins, type FakeJenkins, type Fault } from './testing/index.ts';
import { door, hastyClock, makeJob } from './testing/made-jobs.ts';
import type { Auth } from './transport/authentication.ts';

const path = 'team/p1';
const parameters = [{ 'stapler-class': 'hudson.model.StringParameterDefinition', name: 'WHO' }];
/** By a clock whose waits take no time. */
const long = { timeoutMs: 1_000_000_000 };

let fake: FakeJenkins;
let line: Line;
let jenkins: Jenkins;

/** The way to the server, which can be cut: what is under way breaks, and new connections are refused. */
class Line {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(target: number) {
    this.#target = target;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      const onward = connectTo(this.#target, '127.0.0.1');
      for (const [end, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(end);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          this.#sockets.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
    // One that nobody takes while it is cut.
    if (this.port === 0) this.port = await freePort();
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.#server = server;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }
}

function as(auth: Auth): Jenkins {
  return connect({ url: `http://127.0.0.1:${line.port}/`, auth, clock: hastyClock() });
}

beforeEach(async () => {
  fake = await startFakeJenkins();
  line = new Line(Number(new URL(fake.url).port));
  await line.open();
  jenkins = as({ user: 'admin', token: fake.users.admin.token });
  await makeJob(jenkins.connection, ['team', 'p1'], { parameters });
  fake.clearRequests();
});
afterEach(async () => {
  await line.cut();
  await fake.close();
});

/** Restarts the server by going down in order, or by a kill that loses the queue and the connections. */
async function restart(how: 'clean' | 'killed'): Promise<void> {
  if (how === 'clean') return fake.restart({ downMs: 30 });
  await line.cut();
  await fake.restart({ crash: true });
  await new Promise((resolve) => setTimeout(resolve, 30));
  await line.open();
}

const builds = () => fake.job(path)?.builds ?? [];

const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 2 });

/** Resolves when something was asked, and so is under way. */
const asked = (part: string) =>
  until(() => {
    expect(fake.requests.some((request) => request.path.includes(part))).toBe(true);
  });

/** Starts a build that goes on until it is let. */
async function running() {
  const { opened, open } = door();
  fake.runs(path, async (build) => {
    build.print('begun\n');
    await opened;
    build.print('done\n');
  });
  return { request: await jenkins.item(path).build({ WHO: 'ada' }), open };
}

describe('a restart in the middle of a wait in the queue', () => {
  test('in order keeps the queue: the build comes', async () => {
    const request = await jenkins.item(path).build({ WHO: 'ada' }, { quietPeriodS: 1 });
    const finished = request.finished(long);
    await asked('queue/item/');
    await restart('clean');
    expect(await finished).toMatchObject({ number: 1, result: 'SUCCESS', queueId: request.queueId });
    expect(builds()).toHaveLength(1);
  });

  test('by a kill loses the queue: the error says so, and nothing is started again', async () => {
    const request = await jenkins.item(path).build({ WHO: 'ada' }, { quietPeriodS: 3600 });
    const failure = expect(request.finished(long)).rejects.toMatchObject({
      code: 'QueueItemLost',
      queueId: request.queueId,
    });
    await asked('queue/item/');
    await restart('killed');
    await failure;
    expect(builds()).toHaveLength(0);
  });
});

describe('after a kill, when ids begin again', () => {
  test('a start that was lost is not taken for a later one with its id', async () => {
    const lost = await jenkins.item(path).build({ WHO: 'lost' }, { quietPeriodS: 3600 });
    expect((await lost.state()).phase).toBe('waiting');
    await restart('killed');
    const later = await jenkins.item(path).build({ WHO: 'later' });
    expect(later.queueId).toBe(lost.queueId);
    await expect(lost.finished(long)).rejects.toMatchObject({ code: 'QueueItemLost' });
    expect(await later.finished(long)).toMatchObject({ number: 1, result: 'SUCCESS' });
  });

  test('a start is not taken for an earlier one with its id', async () => {
    const earlier = await jenkins.item(path).build({ WHO: 'earlier' });
    await earlier.finished(long);
    await restart('killed');
    const later = await jenkins.item(path).build({ WHO: 'later' }, { quietPeriodS: 1 });
    expect(later.queueId).toBe(earlier.queueId);
    expect(await later.finished(long)).toMatchObject({ number: 2 });
  });

  test('a start that waits is found beside an earlier build with its id', async () => {
    const earlier = await jenkins.item(path).build({ WHO: 'earlier' });
    await earlier.finished(long);
    await restart('killed');
    const { queueId } = await jenkins.item(path).build({ WHO: 'later' }, { quietPeriodS: 3600 });
    expect(await findStarts(jenkins.connection, ['team', 'p1'])).toMatchObject([
      { queueId, parameters: [{ value: 'later' }] },
      { queueId, parameters: [{ value: 'earlier' }], number: 1 },
    ]);
  });

  test('a replay is found that has the id of what it replays', async () => {
    const { number } = await (await jenkins.item(path).build({ WHO: 'ada' })).finished(long);
    await restart('killed');
    const replay = await jenkins.item(path).buildRef(number).replay(long);
    expect(replay.queueId).toBe(1);
    expect(await replay.finished(long)).toMatchObject({ number: 2 });
  });
});

describe.each(['clean', 'killed'] as const)('a %s restart in the middle of a build', (how) => {
  test('that is waited for from its start on', async () => {
    const { request, open } = await running();
    const finished = request.finished(long);
    await asked('/1/api/json');
    await restart(how);
    open();
    expect(await finished).toMatchObject({ number: 1, result: 'SUCCESS' });
    expect(builds()).toHaveLength(1);
  });

  test('whose queue item nobody had asked for yet', async () => {
    const { request, open } = await running();
    await restart(how);
    open();
    expect(await request.finished(long)).toMatchObject({ number: 1, result: 'SUCCESS' });
  });

  test('whose log is followed', async () => {
    const { request, open } = await running();
    const build = await request.started(long);
    let text = '';
    const reading = (async () => {
      for await (const chunk of build.log({ follow: true, ...long })) text += chunk.text;
    })();
    await until(() => {
      expect(text).toContain('begun\n');
    });
    await restart(how);
    open();
    await reading;
    expect(text).toBe(builds()[0]?.log);
    expect(text).toContain('done\n');
  });

  test('whose events are told', async () => {
    const events = jenkins.events({ ...long, intervalMs: 1 });
    const told: string[] = [];
    const listening = (async () => {
      for await (const { type, number } of events) {
        told.push(`${type} ${number}`);
        if (type === 'finished') return;
      }
    })();
    await asked('api/json');
    await until(() => {
      expect(fake.requests.length).toBeGreaterThan(2);
    });
    const { open } = await running();
    await until(() => {
      expect(told).toContain('started 1');
    });
    await restart(how);
    open();
    await listening;
    expect(told.filter((one) => one !== 'queued undefined' && one !== 'queued 1')).toEqual([
      'started 1',
      'finished 1',
    ]);
    expect(told.filter((one) => one.startsWith('queued'))).toHaveLength(1);
  });

  test('that is being stopped', async () => {
    const { request, open } = await running();
    const build = await request.started(long);
    const stopped = build.stop({ escalate: true, ...long });
    await asked('/1/stop');
    await restart(how);
    open();
    expect(await stopped).toMatch(/^(?:stop|term|kill)$/u);
    expect(builds()[0]?.running).toBe(false);
  });
});

describe('a start happens once', () => {
  const start = (as: Jenkins) => as.item(path).build({ WHO: 'ada' });

  test('when its crumb and session died with the server', async () => {
    const withPassword = as({ user: 'admin', password: fake.users.admin.password });
    await (await start(withPassword)).finished(long);
    await fake.restart();
    await (await start(withPassword)).finished(long);
    expect(builds()).toHaveLength(2);
    const posts = fake.requests.filter(({ method }) => method === 'POST').map(({ status }) => status);
    expect(posts.filter((status) => status === 201)).toHaveLength(2);
  });

  test('when the crumb’s answer is lost', async () => {
    let faults = 0;
    fake.fault((request) =>
      request.path === '/crumbIssuer/api/json' && faults++ === 0 ? 'reset-after' : undefined,
    );
    await (await start(as({ user: 'admin', password: fake.users.admin.password }))).finished(long);
    expect(faults).toBe(2);
    expect(builds()).toHaveLength(1);
  });

  test('when the token was changed meanwhile', async () => {
    const tokens = ['outdated', fake.users.admin.token];
    const rotating = as(() => ({ user: 'admin', token: tokens.shift() ?? '' }));
    // Without the check, so that the start itself is what is refused at first.
    await (await rotating.item(path).build({ WHO: 'ada' }, { check: false })).finished(long);
    expect(fake.requests.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([
      401, 201,
    ]);
    expect(builds()).toHaveLength(1);
  });

  test('when the server was away at first', async () => {
    await line.cut();
    const waits: number[] = [];
    const patient = connect({
      url: jenkins.url,
      auth: { user: 'admin', token: fake.users.admin.token },
      clock: {
        now: () => Date.now(),
        sleep: (ms) => (waits.push(ms) === 1 ? line.open() : Promise.resolve()),
      },
    });
    await start(patient);
    expect(waits.length).toBeGreaterThan(0);
    await until(() => {
      expect(builds()[0]?.result).toBe('SUCCESS');
    });
    expect(builds()).toHaveLength(1);
  });

  test('whatever goes wrong with its requests', { timeout: 240_000 }, async () => {
    const faults: (Fault | undefined)[] = [
      'reset',
      'reset-after',
      { status: 502 },
      { status: 503 },
      { status: 504 },
      { status: 500 },
      { status: 401 },
      { delayMs: 20 },
      undefined,
      undefined,
      undefined,
    ];
    let state = 20_261_122;
    const random = (): number =>
      (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
    const undo = fake.fault(() => faults[Math.floor(random() * faults.length)]);
    const clients = [jenkins, as({ user: 'admin', password: fake.users.admin.password })];
    const outcomes = new Map<string, 'started' | 'unknown' | 'failed'>();
    for (let count = 0; count < 120; count++) {
      const who = `start ${count}`;
      const client = clients[count % 2] ?? jenkins;
      try {
        await client.item(path).build({ WHO: who }, { check: count % 3 === 0 });
        outcomes.set(who, 'started');
      } catch (error) {
        if (!isJenkinsError(error)) throw error;
        outcomes.set(who, mayHaveStarted(error) ? 'unknown' : 'failed');
      }
    }
    undo();
    await until(() => {
      expect(builds().some((build) => build.running)).toBe(false);
    });
    const found = await findStarts(jenkins.connection, ['team', 'p1'], { builds: 500 });
    const times = (who: string): number =>
      found.filter(({ parameters }) => parameters.some(({ value }) => value === who)).length;
    for (const [who, outcome] of outcomes) {
      if (outcome === 'started') expect([who, times(who)]).toEqual([who, 1]);
      if (outcome === 'failed') expect([who, times(who)]).toEqual([who, 0]);
      expect(times(who)).toBeLessThanOrEqual(1);
    }
    expect(new Set(outcomes.values())).toEqual(new Set(['started', 'unknown', 'failed']));
  });
});
