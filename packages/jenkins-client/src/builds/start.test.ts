import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';
import { recordedResponse } from '../testing/recording.ts';
import { requestBuild } from './build-ref.ts';
import { findStarts } from './find-starts.ts';
import { mayHaveStarted, startBuild } from './start.ts';

const parameters = [
  { 'stapler-class': 'hudson.model.StringParameterDefinition', name: 'WHO', defaultValue: 'world' },
  { 'stapler-class': 'hudson.model.ChoiceParameterDefinition', name: 'LEVEL', choices: 'low\nmid' },
  { 'stapler-class': 'hudson.model.BooleanParameterDefinition', name: 'FAIL', defaultValue: false },
];

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeAll(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  const { connection } = jenkins;
  await makeJob(connection, ['plain']);
  await makeJob(connection, ['team', 'with parameters'], { parameters });
  await makeJob(connection, ['off'], { disabled: true });
});
afterAll(async () => {
  await jenkins.close();
  await fake.close();
});
beforeEach(() => {
  fake.clearRequests();
});

const posts = (): string[] =>
  fake.requests.filter(({ method }) => method === 'POST').map(({ path, status }) => `${path} ${status}`);

describe('a start', () => {
  test('of a job without parameters', async () => {
    const request = await requestBuild(jenkins.connection, ['plain']);
    expect(request).toMatchObject({ item: ['plain'], coalesced: false });
    expect(await request.finished()).toMatchObject({
      building: false,
      result: 'SUCCESS',
      queueId: request.queueId,
    });
  });

  test('with parameters; those left out have their defaults', async () => {
    const item = ['team', 'with parameters'];
    const request = await requestBuild(jenkins.connection, item, { WHO: 'Ada & Bjørn', LEVEL: 'mid' });
    const build = await (await request.started()).get();
    expect(build.parameters).toEqual([
      { name: 'WHO', value: 'Ada & Bjørn' },
      { name: 'LEVEL', value: 'mid' },
      { name: 'FAIL', value: false },
    ]);
    expect(build.causes).toMatchObject([{ kind: 'user', userId: 'admin' }]);
  });

  test('of a job with parameters, without naming any', async () => {
    const request = await requestBuild(jenkins.connection, ['team', 'with parameters']);
    expect((await (await request.started()).get()).parameters).toContainEqual({
      name: 'WHO',
      value: 'world',
    });
  });

  test('without the check finds out by itself that the job takes parameters, and sends once more', async () => {
    await startBuild(jenkins.connection, ['team', 'with parameters'], {}, { check: false });
    expect(posts()).toEqual([
      '/job/team/job/with%20parameters/build 400',
      '/job/team/job/with%20parameters/buildWithParameters 201',
    ]);
  });

  test('like one that waits is merged into it', async () => {
    const start = () =>
      requestBuild(jenkins.connection, ['team', 'with parameters'], { WHO: 'same' }, { quietPeriodS: 60 });
    const [first, second] = [await start(), await start()];
    expect(second).toMatchObject({ queueId: first.queueId, coalesced: true });
    expect(first.coalesced).toBe(false);
    await second.cancel();
    expect(await first.state()).toEqual({ phase: 'cancelled' });
  });
});

describe('a start that cannot be', () => {
  test('of a disabled job', async () => {
    await expect(startBuild(jenkins.connection, ['off'])).rejects.toMatchObject({ code: 'Disabled' });
  });

  test('with parameters that do not fit sends nothing', async () => {
    const start = startBuild(jenkins.connection, ['team', 'with parameters'], { WHOM: 'x', LEVEL: 'high' });
    await expect(start).rejects.toMatchObject({
      code: 'Invalid',
      findings: [expect.anything(), expect.anything()],
    });
    expect(posts()).toEqual([]);
  });

  test('with a parameter that Jenkins takes for the quiet period', async () => {
    await expect(startBuild(jenkins.connection, ['plain'], { delay: '1' })).rejects.toMatchObject({
      code: 'Invalid',
    });
  });

  test('of a job that is not there, or not for this user', async () => {
    await expect(startBuild(jenkins.connection, ['none'])).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    const viewer = connect({ url: fake.url, auth: { user: 'viewer', token: fake.users.viewer.token } });
    await expect(startBuild(viewer.connection, ['plain'])).rejects.toMatchObject({
      code: 'Forbidden',
      permission: 'hudson.model.Item.Build',
    });
    await viewer.close();
  });

  test('of a multibranch project', async () => {
    const { jenkins: scripted } = await scriptedJenkins(({ method }, response) => {
      if (method === 'GET') response.end('{"property":[]}');
      else response.writeHead(302, { location: '/job/mb/' }).end();
    });
    await expect(startBuild(scripted.connection, ['mb'])).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('scan()') as string,
    });
  });

  test('of which the server does not say the queue item', async () => {
    const recorded = recordedResponse('03-builds-29-build-json-params-form');
    const { jenkins: scripted } = await scriptedJenkins((_, response) => {
      response.writeHead(recorded.status, { location: recorded.headers.get('location') ?? '' }).end();
    });
    const error: unknown = await startBuild(scripted.connection, ['p'], {}, { check: false }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'UnexpectedBody' });
    expect(mayHaveStarted(error)).toBe(true);
  });

  test('of which a browser does not say where it was redirected to', async () => {
    const { jenkins: scripted } = await scriptedJenkins((_, response) => response.writeHead(303).end());
    const error: unknown = await startBuild(scripted.connection, ['p'], {}, { check: false }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'UnexpectedBody' });
    expect(mayHaveStarted(error)).toBe(true);
  });
});

describe('a start whose answer is lost', () => {
  test.each([
    ['a connection that breaks', 'reset-after' as const, {}, true],
    ['a proxy that waited in vain', { status: 504 }, {}, true],
    ['a server that is starting', { status: 503 }, {}, false],
    ['a server that refuses', { status: 400 }, {}, false],
    ['a deadline', { delayMs: 60_000 }, { timeoutMs: 500, check: false }, true],
  ])('may have started after %s', async (_, fault, options, may) => {
    const undo = fake.fault(({ method }) => (method === 'POST' ? fault : undefined));
    const error: unknown = await startBuild(jenkins.connection, ['plain'], {}, options).catch(
      (e: unknown) => e,
    );
    undo();
    expect(mayHaveStarted(error)).toBe(may);
  });

  test('before it was sent has not started', async () => {
    const undo = fake.fault(({ method }) => (method === 'GET' ? 'reset' : undefined));
    const error: unknown = await startBuild(jenkins.connection, ['plain']).catch((e: unknown) => e);
    undo();
    expect(mayHaveStarted(error)).toBe(false);
    expect(mayHaveStarted(new Error('other'))).toBe(false);
  });

  test('is sent once, says so, and is found', async () => {
    const since = Date.now();
    const item = ['team', 'with parameters'];
    const builds = fake.job('team/with parameters')?.builds.length ?? 0;
    const undo = fake.fault(({ method }) => (method === 'POST' ? 'reset-after' : undefined));
    const start = startBuild(jenkins.connection, item, { WHO: 'lost' });
    await expect(start).rejects.toMatchObject({ code: 'ConnectionFailed', maybeSent: true });
    undo();
    expect(posts()).toHaveLength(1);
    expect(fake.job('team/with parameters')?.builds).toHaveLength(builds + 1);
    const starts = await findStarts(jenkins.connection, item, { since });
    const ours = starts.filter((found) => found.parameters.some(({ value }) => value === 'lost'));
    expect(ours).toMatchObject([{ number: builds + 1, causes: [{ kind: 'user', userId: 'admin' }] }]);
  });

  test('is not repeated by an error page of a proxy either', async () => {
    const undo = fake.fault(({ method }) => (method === 'POST' ? { status: 502 } : undefined));
    await expect(startBuild(jenkins.connection, ['plain'])).rejects.toMatchObject({ code: 'NotReady' });
    undo();
    expect(posts()).toHaveLength(1);
  });
});

test.each([-12, -0.5, 0.5])('a proxy whose clock is %s hours wrong hides no build', async (hours) => {
  const { jenkins: scripted } = await scriptedJenkins(({ method }, response) => {
    response.setHeader('date', new Date(Date.now() + hours * 3_600_000).toUTCString());
    if (method === 'POST') response.writeHead(201, { location: '/queue/item/3/' }).end();
    else response.end(JSON.stringify({ id: 3, inQueueSince: Date.now(), executable: { number: 8 } }));
  });
  const request = await requestBuild(scripted.connection, ['p'], {}, { check: false });
  expect((await request.started()).number).toBe(8);
});

test('files are sent as they are', async () => {
  const { jenkins: scripted, requests } = await scriptedJenkins((_, response) => {
    response.writeHead(201, { location: '/queue/item/3/' }).end();
  });
  const file = { file: new Blob(['line 1\nline 2\n']), name: 'data.txt' };
  const start = await startBuild(
    scripted.connection,
    ['p'],
    { F: file, N: 7 },
    { check: false, quietPeriodS: 0 },
  );
  expect(start).toMatchObject({ queueId: 3, coalesced: false });
  expect(requests[0]?.url).toBe('/job/p/buildWithParameters?delay=0sec');
  expect(requests[0]?.headers['content-type']).toMatch(/^multipart\/form-data/u);
  expect(requests[0]?.body).toMatch(/name="F"; filename="data.txt"[\s\S]*line 1\nline 2\n/u);
  expect(requests[0]?.body).toMatch(/name="N"\r\n\r\n7\r\n/u);
});

test('one deadline is for all of it', async () => {
  const undo = fake.fault(() => ({ delayMs: 60_000 }));
  await expect(startBuild(jenkins.connection, ['plain'], {}, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'Timeout',
  });
  undo();
  const signal = AbortSignal.abort('enough');
  await expect(startBuild(jenkins.connection, ['plain'], {}, { signal })).rejects.toMatchObject({
    code: 'Aborted',
  });
});
