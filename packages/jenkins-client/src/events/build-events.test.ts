import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requestBuild } from '../builds/build-ref.ts';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { hastyClient, hastyClock, makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins, type Arrived } from '../transport/scripted-server.ts';
import { BuildEvents } from './build-events.ts';
import type { JenkinsEvent } from './event.ts';

describe('without the gateway', () => {
  let fake: FakeJenkins;
  let jenkins: Jenkins;

  beforeEach(async () => {
    fake = await startFakeJenkins();
    jenkins = hastyClient(fake);
    await makeJob(jenkins.connection, ['team', 'p1']);
  });
  afterEach(async () => {
    await jenkins.close();
    await fake.close();
  });

  /** Resolves once the first look is done, from which on events are told. */
  const watching = () =>
    vi.waitFor(() => {
      expect(fake.requests.filter(({ path }) => path === '/job/team/api/json').length).toBeGreaterThan(1);
    }, 15_000);

  test('builds are told in order, across a restart of the server', async () => {
    const events: JenkinsEvent[] = [];
    const told = (async () => {
      for await (const event of jenkins.events({ items: [['team']] })) {
        events.push(event);
        if (event.type === 'finished' && event.number === 3) break;
      }
    })();
    await watching();
    await (await requestBuild(jenkins.connection, ['team', 'p1'])).finished();
    await fake.restart({ downMs: 20 });
    await (await requestBuild(jenkins.connection, ['team', 'p1'])).finished();
    await (await requestBuild(jenkins.connection, ['team', 'p1'])).finished();
    await told;
    for (const number of [1, 2, 3]) {
      const types = events.filter((event) => event.number === number).map(({ type }) => type);
      expect(types.filter((type) => type !== 'queued')).toEqual(['started', 'finished']);
    }
    expect(events.filter(({ type }) => type === 'queued')).toHaveLength(3);
  });

  test('they end with the signal, the deadline, and an error that waiting does not help', async () => {
    const controller = new AbortController();
    const next = (options: object) =>
      new BuildEvents(jenkins.connection, options)[Symbol.asyncIterator]().next();
    const aborted = expect(next({ items: [['team']], signal: controller.signal })).rejects.toMatchObject({
      code: 'Aborted',
    });
    await watching();
    controller.abort();
    await aborted;
    await expect(next({ items: [['team']], timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'Timeout' });
    fake.fault(({ path }) => (path.startsWith('/job') ? { status: 401 } : undefined));
    await expect(next({ items: [['team']] })).rejects.toMatchObject({ code: 'Unauthenticated' });
  });
});

describe('with the gateway', () => {
  /** A server whose gateway the test speaks through, and whose only job has as many builds as the test says. */
  async function server(): Promise<{
    jenkins: Jenkins;
    requests: Arrived[];
    /** `asleep`: whether the client sleeps until it is woken up. */
    state: { builds: number; stream: ServerResponse | undefined; asleep: boolean };
    say: (job: string) => void;
    looks: () => number;
  }> {
    const state: Awaited<ReturnType<typeof server>>['state'] = {
      builds: 0,
      stream: undefined,
      asleep: false,
    };
    const { jenkins, requests } = await scriptedJenkins(
      ({ url }, response) => {
        const path = url.split('?')[0] ?? '';
        if (path === '/pluginManager/api/json') {
          response.end('{"plugins":[{"shortName":"sse-gateway","version":"1.27","active":true}]}');
        } else if (path === '/sse-gateway/connect') {
          response.writeHead(200, { 'set-cookie': 'JSESSIONID.abc=s1; Path=/; HttpOnly' });
          response.end('{"status":"ok","data":{"jsessionid":"s1"}}');
        } else if (path.startsWith('/sse-gateway/listen/')) {
          state.stream = response;
          response.writeHead(200, { 'content-type': 'text/event-stream;charset=UTF-8' });
          response.write('event: open\ndata: {}\n\n');
        } else if (path === '/sse-gateway/configure') {
          response.end('{"status":"ok"}');
        } else if (path === '/job/p1/api/json') {
          const builds = Array.from({ length: state.builds }, (_, index) => ({
            number: state.builds - index,
            queueId: state.builds - index,
            timestamp: Date.now(),
            building: false,
            result: 'SUCCESS',
          }));
          response.end(
            JSON.stringify({ nextBuildNumber: state.builds + 1, inQueue: false, allBuilds: builds }),
          );
        } else {
          response.end('{}');
        }
      },
      // Pauses without end: only what the gateway says brings a look.
      {
        clock: {
          now: () => Date.now(),
          sleep: (ms, signal) =>
            new Promise((resolve, reject) => {
              if (ms < 1000) setTimeout(resolve, 1);
              else state.asleep = true;
              signal?.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
        },
      },
    );
    const say = (job: string): void => {
      state.stream?.write(
        `event: job\ndata: ${JSON.stringify({ job_name: job, jenkins_event: 'job_run_ended' })}\n\n`,
      );
    };
    const looks = () => requests.filter(({ url }) => url.startsWith('/job/p1/api/json')).length;
    return { jenkins, requests, state, say, looks };
  }

  const options = { items: [['p1']], depth: 0, intervalMs: 10 };
  const until = (condition: () => void) => vi.waitFor(condition, { timeout: 15_000, interval: 5 });

  test('a word of a watched job brings a look, with the session’s cookie; repetitions tell nothing twice', async () => {
    const { jenkins, requests, state, say, looks } = await server();
    const events = jenkins.events(options)[Symbol.asyncIterator]();
    const first = events.next();
    await until(() => {
      expect(looks()).toBeGreaterThan(0);
      expect(requests.some(({ url }) => url.startsWith('/sse-gateway/configure'))).toBe(true);
    });
    say('other');
    state.builds = 1;
    for (let count = 0; count < 5; count++) say('p1');
    expect(await first).toMatchObject({ value: { type: 'queued', number: 1 } });
    expect(await events.next()).toMatchObject({ value: { type: 'started', number: 1 } });
    expect(await events.next()).toMatchObject({ value: { type: 'finished', number: 1, result: 'SUCCESS' } });
    const second = events.next();
    state.builds = 2;
    say('p1');
    expect(await second).toMatchObject({ value: { type: 'queued', number: 2 } });
    await events.return(undefined);
    const gateway = requests.filter(({ url }) => /^\/sse-gateway\/(?:listen|configure)/u.test(url));
    expect(gateway.map(({ headers }) => headers.cookie)).toEqual(['JSESSIONID.abc=s1', 'JSESSIONID.abc=s1']);
    expect(JSON.parse(gateway[1]?.body ?? '')).toMatchObject({ subscribe: [{ jenkins_channel: 'job' }] });
    await until(() => {
      expect(state.stream?.closed).toBe(true);
    });
  });

  test('wake() brings a look without a word', async () => {
    const { jenkins, state } = await server();
    const source = jenkins.events({ ...options, gateway: false });
    const events = source[Symbol.asyncIterator]();
    const first = events.next();
    await until(() => {
      expect(state.asleep).toBe(true);
    });
    state.builds = 1;
    source.wake();
    expect(await first).toMatchObject({ value: { type: 'queued' } });
    await events.return(undefined);
  });
});

test('the gateway of the fake server tells when to look, also after a restart', async () => {
  await using fake = await startFakeJenkins({ plugins: { sse: true } });
  let asleep = false;
  const jenkins = connect({
    url: fake.url,
    auth: { user: 'admin', token: fake.users.admin.token },
    // Short pauses are over at once, long ones never: then only the gateway brings a look.
    clock: {
      now: () => Date.now(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (ms < 2000) setTimeout(resolve, 1);
          else asleep = true;
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    },
  });
  await makeJob(jenkins.connection, ['team', 'p1']);
  const events = jenkins.events({ items: [['team']], intervalMs: 10 })[Symbol.asyncIterator]();
  const connected = (times: number) =>
    vi.waitFor(
      () => {
        const configured = fake.requests.filter(({ path }) => path === '/sse-gateway/configure');
        expect(configured.length).toBeGreaterThanOrEqual(times);
        expect(asleep).toBe(true);
      },
      { timeout: 15_000, interval: 5 },
    );
  const told = async (count: number): Promise<string[]> => {
    const types: string[] = [];
    while (types.length < count) {
      const { value } = await events.next();
      if (value) types.push(`#${value.number} ${value.type}`);
    }
    return types;
  };
  const first = told(3);
  await connected(1);
  await (await requestBuild(jenkins.connection, ['team', 'p1'])).finished();
  expect(await first).toEqual(['#1 queued', '#1 started', '#1 finished']);
  const second = told(3);
  await fake.restart({ downMs: 10 });
  await connected(2);
  await (await requestBuild(jenkins.connection, ['team', 'p1'])).finished();
  expect(await second).toEqual(['#2 queued', '#2 started', '#2 finished']);
  await events.return(undefined);
  await jenkins.close();
});

test('a gateway that breaks is connected again, and one that refuses is left alone', async () => {
  let connects = 0;
  let refuse = false;
  const { jenkins } = await scriptedJenkins(
    ({ url }, response) => {
      const path = url.split('?')[0] ?? '';
      if (path === '/pluginManager/api/json') {
        response.end('{"plugins":[{"shortName":"sse-gateway","version":"1.27","active":true}]}');
      } else if (path === '/sse-gateway/connect') {
        connects++;
        response.writeHead(refuse ? 404 : 200).end('{"status":"ok"}');
      } else if (path.startsWith('/sse-gateway/listen/')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(':\n\n');
        setTimeout(() => response.destroy(), 1);
      } else response.end('{"status":"ok"}');
    },
    { clock: hastyClock() },
  );
  const controller = new AbortController();
  const events = jenkins.events({ items: [['p1']], signal: controller.signal })[Symbol.asyncIterator]();
  const failure = expect(events.next()).rejects.toMatchObject({ code: 'Aborted' });
  await vi.waitFor(() => {
    expect(connects).toBeGreaterThan(3);
  }, 15_000);
  refuse = true;
  const atRefusal = connects;
  await vi.waitFor(() => {
    expect(connects).toBeGreaterThan(atRefusal);
  }, 15_000);
  controller.abort();
  await failure;
  expect(connects).toBeLessThanOrEqual(atRefusal + 2);
});
