import { describe, expect, onTestFinished, test } from 'vitest';
import { BuildRef, requestBuild } from '../builds/build-ref.ts';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeBuild, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClock, makeJob } from '../testing/made-jobs.ts';
import { rejection, scriptedJenkins } from '../transport/scripted-server.ts';
import { flatStages } from './stage.ts';

const item = ['team', 'p1'];

type Options = Parameters<typeof startFakeJenkins>[0];

async function start(
  options: Options = {},
  user = 'admin',
): Promise<{ fake: FakeJenkins; jenkins: Jenkins }> {
  const fake = await startFakeJenkins({ prefix: '/jenkins', ...options });
  const admin = client(fake, 'admin');
  onTestFinished(() => fake.close());
  await makeJob(admin.connection, item);
  return { fake, jenkins: user === 'admin' ? admin : client(fake, user) };
}

function client(fake: FakeJenkins, user: string): Jenkins {
  const token = fake.users[user]?.token ?? '';
  const jenkins = connect({ url: fake.url, auth: { user, token }, clock: hastyClock() });
  onTestFinished(() => jenkins.close());
  return jenkins;
}

/** Runs a build to its end. */
async function ran(
  { fake, jenkins }: { fake: FakeJenkins; jenkins: Jenkins },
  behaviour: (build: FakeBuild) => Promise<void> | void,
): Promise<BuildRef> {
  fake.runs('team/p1', behaviour);
  const { number } = await (await requestBuild(jenkins.connection, item)).finished();
  return new BuildRef(jenkins.connection, item, number);
}

/** Starts a build and waits until it waits for its input. */
async function asking(
  { fake, jenkins }: { fake: FakeJenkins; jenkins: Jenkins },
  input: Parameters<FakeBuild['input']>[0],
  answers: (values: unknown) => void = () => undefined,
): Promise<BuildRef> {
  const { opened, open } = door();
  fake.runs('team/p1', (build) =>
    build.stage('Gate', async () => {
      const answered = build.input(input);
      open();
      answers(await answered);
    }),
  );
  const build = await (await requestBuild(jenkins.connection, item)).started();
  await opened;
  return build;
}

const pipeline = async (build: FakeBuild): Promise<void> => {
  await build.stage('Build', () => build.step('sh', () => build.print('+ make\n'), 'make'));
  await build.stage('Test', () =>
    build.parallel({
      unit: () => build.step('sh', () => build.print('ok\n'), 'npm test'),
      lint: () => build.step('echo', () => build.print('fine\n'), 'fine'),
    }),
  );
  build.skip('Deploy');
  await build.stage('Report', () => {
    throw new Error('no disk');
  });
};

describe('stages and steps', () => {
  test('by graph-view, nested', async () => {
    const build = await ran(await start(), pipeline);
    const stages = await build.stages();
    expect(stages.map(({ name, state, result }) => [name, state, result])).toEqual([
      ['Build', 'finished', 'SUCCESS'],
      ['Test', 'finished', 'SUCCESS'],
      ['Deploy', 'skipped', 'NOT_BUILT'],
      ['Report', 'finished', 'FAILURE'],
    ]);
    expect(stages[1]?.children.map(({ name, kind }) => [name, kind])).toEqual([
      ['unit', 'parallel'],
      ['lint', 'parallel'],
    ]);
    const steps = await build.steps();
    const ids = new Set(flatStages(stages).map(({ id }) => id));
    expect(steps.length).toBeGreaterThanOrEqual(3);
    for (const { stageId } of steps) expect(ids).toContain(stageId);
  });

  test('by pipeline-rest-api, side by side', async () => {
    const build = await ran(await start({ plugins: { graphView: false } }), pipeline);
    const stages = await build.stages();
    expect(stages.map(({ name }) => name)).toEqual(['Build', 'Test', 'unit', 'lint', 'Deploy', 'Report']);
    expect(stages.at(-1)).toMatchObject({ state: 'finished', result: 'FAILURE' });
    const steps = await build.steps();
    expect(steps[0]).toMatchObject({ description: 'make', stageId: stages[0]?.id });
  });

  test('without any of the plugins', async () => {
    const build = await ran(await start({ plugins: { graphView: false, wfapi: false } }), pipeline);
    await expect(build.stages()).rejects.toMatchObject({ code: 'Unsupported' });
    await expect(build.inputs()).rejects.toMatchObject({ code: 'Unsupported' });
  });

  test.each([undefined, { graphView: false, wfapi: false }])(
    'of a build that is missing',
    async (plugins) => {
      const { jenkins } = await start(plugins ? { plugins } : {});
      const build = new BuildRef(jenkins.connection, item, 99);
      await expect(build.stages()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    },
  );

  test('of a build that is of no Pipeline, as far as its user can see', async () => {
    const { jenkins } = await scriptedJenkins(({ url }, response) => {
      const free = url.startsWith('/job/team/job/p1/1/api/json');
      const json = free ? { _class: 'hudson.model.FreeStyleBuild', number: 1 } : {};
      const found = free || url.startsWith('/api/json');
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    });
    const build = new BuildRef(jenkins.connection, item, 1);
    expect(await build.stages()).toEqual([]);
    expect(await build.steps()).toEqual([]);
    expect(await build.inputs()).toEqual([]);
  });

  test('the log of a step and of a stage', async () => {
    const build = await ran(await start(), pipeline);
    const stages = await build.stages();
    const [step] = await build.steps();
    const read = (id = ''): Promise<string> => new Response(build.stepLog(id).toWebStream()).text();
    expect(await read(step?.id)).toBe('+ make\n');
    await expect(read(stages[0]?.id)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    const text = await new Response(build.stageText(step?.id ?? '')).text();
    expect(text).toBe('+ make\n');
    const whole = await new Response(build.stageText(stages[0]?.id ?? '')).text();
    expect(whole).toContain('+ make\n');
  });
});

describe('inputs', () => {
  const question = {
    id: 'Gate1',
    message: 'Go on?',
    ok: 'Yes',
    submitter: 'dev',
    parameters: [
      { name: 'WHY', default: 'because' },
      { name: 'NOTE' },
      { name: 'SURE', type: 'boolean', default: true },
      { name: 'WHERE', type: 'choice', choices: ['here', 'there'] },
    ],
  } as const;

  test('are approved with values, and defaults for the others', async () => {
    let answer: unknown;
    const at = await start({}, 'dev');
    const build = await asking(at, question, (values) => (answer = values));
    const [input, ...others] = await build.inputs();
    expect(others).toEqual([]);
    expect(input).toMatchObject({ id: 'Gate1', message: 'Go on?', ok: 'Yes' });
    expect(input?.parameters?.map(({ name, kind }) => [name, kind])).toEqual([
      ['WHY', 'string'],
      ['NOTE', 'string'],
      ['SURE', 'boolean'],
      ['WHERE', 'choice'],
    ]);
    await input?.approve({ WHY: 'tested', SURE: false });
    await build.finished();
    expect(answer).toEqual({ WHY: 'tested', NOTE: '', SURE: false, WHERE: 'here' });
    expect(await build.inputs()).toEqual([]);
  });

  test('values that do not fit are refused before they are sent', async () => {
    const at = await start({}, 'dev');
    const [input] = await (await asking(at, question)).inputs();
    at.fake.clearRequests();
    await expect(input?.approve({ WHERE: 'nowhere', OTHER: 'x' })).rejects.toMatchObject({
      code: 'Invalid',
      findings: [expect.stringContaining('WHERE'), expect.stringContaining('OTHER')],
    });
    expect(at.fake.requests).toEqual([]);
  });

  test('who may not answer is told so', async () => {
    const at = await start({}, 'dev');
    const build = await asking(at, question);
    const viewer = new BuildRef(client(at.fake, 'viewer').connection, item, build.number);
    const [input] = await viewer.inputs();
    await expect(input?.approve()).rejects.toMatchObject({
      code: 'Forbidden',
      message: expect.stringContaining('You need to be dev'),
    });
    await expect(input?.abort()).rejects.toMatchObject({ code: 'Forbidden' });
  });

  test('who is late is told so', async () => {
    const build = await asking(await start({}, 'dev'), question);
    const [input] = await build.inputs();
    const [same] = await build.inputs();
    await input?.abort();
    expect(await build.finished()).toMatchObject({ result: 'ABORTED' });
    await expect(same?.approve()).rejects.toMatchObject({ code: 'Conflict' });
    await expect(same?.abort()).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('by graph-view alone, parameters are unknown and sent as given', async () => {
    let answer: unknown;
    const at = await start({ plugins: { wfapi: false } }, 'dev');
    const build = await asking(at, question, (values) => (answer = values));
    const [input] = await build.inputs();
    expect(input).toMatchObject({ id: 'Gate1', parameters: undefined });
    await input?.approve({ WHERE: 'there' });
    await build.finished();
    expect(answer).toEqual({ WHERE: 'there' });
  });

  test('without parameters', async () => {
    let answer: unknown;
    const build = await asking(await start(), { message: 'Sure?' }, (values) => (answer = values));
    const [input] = await build.inputs();
    expect(input?.parameters).toEqual([]);
    await input?.approve();
    expect(await build.finished()).toMatchObject({ result: 'SUCCESS' });
    expect(answer).toEqual({});
  });

  test('passwords keep their default; runs, files and what has no default', async () => {
    const definitions = [
      { type: 'PasswordParameterDefinition', name: 'PW', definition: { defaultVal: 'hunter2' } },
      { type: 'RunParameterDefinition', name: 'RUN', definition: {} },
      { type: 'FileParameterDefinition', name: 'FILE', definition: {} },
    ];
    const { jenkins, requests } = await scriptedJenkins(({ url, method }, response) => {
      const json = url.includes('pendingInputActions')
        ? [{ id: 'In', inputs: definitions }]
        : { plugins: [{ shortName: 'pipeline-rest-api', version: '2.34', active: true }] };
      const wanted = method === 'POST' || /wfapi|api\/json/u.test(url);
      response
        .writeHead(wanted ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(json));
    });
    const build = new BuildRef(jenkins.connection, item, 1);
    const [input] = await build.inputs();
    await expect(input?.approve()).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('RUN'),
    });
    await input?.approve({ RUN: 'up#3' });
    expect(Object.fromEntries(new URLSearchParams(requests.at(-1)?.body))).toEqual({
      proceed: 'Proceed',
      json: JSON.stringify({
        parameter: [
          { name: 'PW', value: '<DEFAULT>' },
          { name: 'RUN', runId: 'up#3' },
        ],
      }),
    });
    await input?.approve({ RUN: 'up#3', FILE: { file: new Blob(['content']), name: 'a.txt' } });
    expect(requests.at(-1)?.headers['content-type']).toContain('multipart/form-data');
    expect(requests.at(-1)?.body).toContain('{"name":"FILE","file":"file0"}');
    expect(requests.at(-1)?.body).toContain('name="file0"; filename="a.txt"');
  });
});

describe('tests', () => {
  test('are read by suites; there may be none', async () => {
    const at = await start();
    const without = await ran(at, () => undefined);
    expect(await without.tests()).toBeUndefined();
    const build = await ran(at, (run) => {
      run.tests({
        unit: [
          { className: 'a.B', name: 'ok', duration: 0.25 },
          { className: 'a.B', name: 'bad', status: 'FAILED', errorDetails: 'boom' },
          { name: 'later', status: 'SKIPPED' },
        ],
      });
    });
    const report = await build.tests({ output: true });
    expect(report).toMatchObject({ passed: 1, failed: 1, skipped: 1, suites: [{ name: 'unit' }] });
    expect(report?.suites[0]?.cases).toMatchObject([
      { name: 'ok', status: 'PASSED', durationMs: 250 },
      { name: 'bad', status: 'FAILED', message: 'boom' },
      { name: 'later', status: 'SKIPPED' },
    ]);
    const missing = new BuildRef(at.jenkins.connection, item, 99);
    await expect(missing.tests()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });
});

describe('artifacts', () => {
  const names = ['out/a.txt', 'out/ü ber#1?%2F.json', 'deep/er/[x]&+.bin'];

  async function archived(): Promise<BuildRef> {
    return ran(await start(), (run) => {
      for (const name of names) run.artifact(name, `content of ${name}`);
    });
  }

  test('are listed, and each can be read', async () => {
    const build = await archived();
    const found = await build.artifacts();
    expect(found.map(({ path }) => path).sort()).toEqual([...names].sort());
    for (const { path } of found) {
      const { body, size, start: from, lastModified } = await build.artifact(path);
      const text = await new Response(body).text();
      expect(text).toBe(`content of ${path}`);
      expect(size).toBe(new TextEncoder().encode(text).length);
      expect(from).toBe(0);
      expect(lastModified).toBeInstanceOf(Date);
    }
  });

  test('in parts, and on from a part', async () => {
    const build = await archived();
    const first = await build.artifact('out/a.txt', { range: { start: 0, end: 7 } });
    expect(await new Response(first.body).text()).toBe('content');
    expect(first).toMatchObject({ start: 0, size: 20 });
    const rest = await build.artifact('out/a.txt', {
      range: { start: 7 },
      ...(first.lastModified ? { unchangedSince: first.lastModified } : {}),
    });
    expect(await new Response(rest.body).text()).toBe(' of out/a.txt');
    expect(rest).toMatchObject({ start: 7, size: 20 });
    await expect(
      build.artifact('out/a.txt', { range: { start: 7 }, unchangedSince: new Date(0) }),
    ).rejects.toMatchObject({ code: 'Conflict' });
    await expect(build.artifact('out/a.txt', { range: { start: 20 } })).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('20 bytes'),
    });
  });

  test('as a zip file', async () => {
    const build = await archived();
    for (const options of [{}, { folder: 'deep/er' }]) {
      const { body, contentType } = await build.archive(options);
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      expect(contentType).toBe('application/zip');
      expect(String.fromCharCode(...bytes.subarray(0, 2))).toBe('PK');
    }
  });

  test.each(['', 'a//b', '../secret', 'a/../../b', '.', '*zip*/x.zip', 'a/*plain*'])(
    'the path "%s" is refused',
    async (path) => {
      const { jenkins } = await start();
      const build = new BuildRef(jenkins.connection, item, 1);
      await expect(build.artifact(path)).rejects.toMatchObject({ code: 'Invalid' });
    },
  );

  test.each([{ start: -1 }, { start: 5, end: 5 }, { start: 0.5 }, { start: 0, end: Number.NaN }])(
    'the range %o is refused',
    async (range) => {
      const { jenkins } = await start();
      const error = await rejection(new BuildRef(jenkins.connection, item, 1).artifact('a', { range }));
      expect(error).toMatchObject({ code: 'Invalid' });
    },
  );

  test('a server that gives the whole for a part', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => response.end('all of it'));
    const build = new BuildRef(jenkins.connection, item, 1);
    await expect(build.artifact('a', { range: { start: 3 } })).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('at a Resource Root URL: neither credentials are sent there, nor is its address told', async () => {
    let visits = 0;
    const elsewhere = await scriptedJenkins((_, response) => {
      visits++;
      response.end('content');
    });
    const away = new URL('static-files/S3cretToken/out/a.txt', elsewhere.jenkins.url).href;
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.writeHead(302, { location: away }).end(),
    );
    const error = await rejection(new BuildRef(jenkins.connection, item, 1).artifact('out/a.txt'));
    expect(error).toMatchObject({ code: 'Unsupported', message: expect.stringContaining('archive()') });
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('S3cretToken');
    expect(visits).toBe(0);
  });

  test('that are missing', async () => {
    const build = await archived();
    await expect(build.artifact('out/none')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });
});
