import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ask, make, until } from '../asking.ts';
import { startFakeJenkins, type FakeJenkins } from '../fake-jenkins.ts';
import type { Behaviour } from './behaviour.ts';

let fake: FakeJenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  await make(fake, 'p1');
});
afterEach(() => fake.close());

const build = 'job/p1/1';
const start = async (behaviour: Behaviour): Promise<void> => {
  fake.runs('p1', behaviour);
  expect((await ask(fake, 'job/p1/build', { form: {} })).status).toBe(201);
};
const result = async (): Promise<unknown> => {
  const told = await until(fake, `${build}/api/json?tree=building,result`, ({ text }) =>
    text.includes('"building":false'),
  );
  return (told.json() as { result: unknown }).result;
};
const paused = () => until(fake, `${build}/wfapi/describe`, ({ text }) => text.includes('PAUSED'));

describe('how a build ends', () => {
  test.each<[string, Behaviour]>([
    ['SUCCESS', () => undefined],
    ['UNSTABLE', (run) => run.result('UNSTABLE')],
    [
      'FAILURE',
      () => {
        throw new Error('broken');
      },
    ],
    ['FAILURE', (run) => run.stage('A', () => Promise.reject(new Error('broken')))],
    ['FAILURE', (run) => run.parallel({ a: () => undefined, b: () => Promise.reject(new Error('broken')) })],
  ])('%s', async (expected, behaviour) => {
    await start(behaviour);
    expect(await result()).toBe(expected);
    const { text } = await ask(fake, `${build}/consoleText`);
    expect(text.endsWith(`Finished: ${expected}\n`)).toBe(true);
    expect(text.includes('ERROR: broken\n')).toBe(expected === 'FAILURE');
  });

  test('a stop reaches the behaviour; what it does after that still counts as aborted', async () => {
    await start(async (run) => {
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      run.print('cleaning up\n');
    });
    expect((await ask(fake, `${build}/stop`, { form: {} })).headers.get('location')).toBe('/job/p1/1/');
    expect(await result()).toBe('ABORTED');
    expect((await ask(fake, `${build}/consoleText`)).text).toContain('cleaning up\n');
  });

  test.each(['term', 'kill'])('%s ends a build that does not heed a stop', async (route) => {
    await start(() => new Promise(() => undefined));
    await ask(fake, `${build}/stop`, { form: {} });
    expect((await ask(fake, `${build}/api/json?tree=building`)).text).toContain('"building":true');
    await ask(fake, `${build}/${route}`, { form: {} });
    expect(await result()).toBe('ABORTED');
    expect((await ask(fake, `${build}/${route}`, { form: {} })).status).toBe(302);
  });

  test('a stop ends an input', async () => {
    await start(async (run) => {
      await run.stage('Gate', () => run.input({ message: 'Go on?' }));
    });
    await paused();
    await ask(fake, `${build}/stop`, { form: {} });
    expect(await result()).toBe('ABORTED');
    expect((await ask(fake, `${build}/wfapi/pendingInputActions`)).json()).toEqual([]);
  });
});

describe('what a build shows', () => {
  test('stages, branches and steps, alike by both plugins', async () => {
    await start(async (run) => {
      await run.stage('Build', () => run.step('sh', () => run.print('+ make\n'), 'make'));
      await run.stage('Test', () => run.parallel({ unit: () => run.step('echo'), lint: () => undefined }));
      run.skip('Deploy');
    });
    await result();
    const described = (await ask(fake, `${build}/wfapi/describe?fullStages=true`)).json() as {
      stages: { id: string; name: string; status: string; stageFlowNodes: { name: string }[] }[];
    };
    expect(described.stages.map(({ name, status }) => [name, status])).toEqual([
      ['Build', 'SUCCESS'],
      ['Test', 'SUCCESS'],
      ['unit', 'SUCCESS'],
      ['lint', 'SUCCESS'],
      ['Deploy', 'NOT_EXECUTED'],
    ]);
    expect(described.stages[0]?.stageFlowNodes).toMatchObject([
      { name: 'Shell Script', parameterDescription: 'make' },
    ]);

    const tree = (await ask(fake, `${build}/pipeline-overview/tree`)).json();
    expect(tree).toMatchObject({
      data: {
        complete: true,
        stages: [
          { id: described.stages[0]?.id, name: 'Build', type: 'STAGE', children: [] },
          { name: 'Test', children: [{ name: 'unit', type: 'PARALLEL', children: [] }, { name: 'lint' }] },
          { name: 'Deploy', state: 'skipped' },
        ],
      },
    });
    const { data } = (await ask(fake, `${build}/pipeline-overview/allSteps`)).json() as {
      data: { steps: { id: string; name: string }[] };
    };
    expect(data.steps.map(({ name }) => name)).toEqual([
      'make',
      'Print Message',
      'Get contextual object from internal APIs',
    ]);
    const log = await ask(fake, `${build}/execution/node/${data.steps[0]?.id}/log/logText/progressiveText`);
    expect(log.text).toBe('+ make\r\n');
    expect((await ask(fake, `${build}/pipeline-overview/log?nodeId=${data.steps[0]?.id}`)).text).toBe(
      '+ make\n',
    );
  });

  test('artifacts: whole, in ranges, in a zip', async () => {
    await start((run) => run.artifact('out/ä b.txt', '0123456789'));
    await result();
    const path = `${build}/artifact/out/%C3%A4%20b.txt`;
    const part = async (range: string) => ask(fake, path, { headers: { range } });
    expect(await ask(fake, path)).toMatchObject({ status: 200, text: '0123456789' });
    expect(await part('bytes=2-4')).toMatchObject({ status: 206, text: '234' });
    expect(await part('bytes=8-')).toMatchObject({ status: 206, text: '89' });
    expect(await part('bytes=-3')).toMatchObject({ status: 206, text: '789' });
    expect((await part('bytes=10-')).headers.get('content-range')).toBe('bytes */10');
    expect((await ask(fake, `${build}/artifact/*zip*/archive.zip`)).text).toContain('archive/out/ä b.txt');
    expect((await ask(fake, `${build}/artifact/none`)).status).toBe(404);
  });

  test('a replay runs another script, a restart begins with a stage', async () => {
    await start((run) => run.stage('A', () => run.print(`from ${run.fromStage}\n`)));
    await result();
    expect(
      (await ask(fake, `${build}/replay/run`, { form: { json: '{"mainScript":"echo 2"}' } })).status,
    ).toBe(302);
    expect((await ask(fake, `${build}/restart/restart`, { form: { stageName: 'A' } })).status).toBe(302);
    expect((await ask(fake, `${build}/restart/restart`, { form: { stageName: 'B' } })).status).toBe(404);
    expect(fake.job('p1')?.builds.map((one) => [one.number, one.script])).toEqual([
      [3, undefined],
      [2, 'echo 2'],
      [1, undefined],
    ]);
    const last = await until(fake, 'job/p1/3/consoleText', ({ text }) => text.includes('Finished'));
    expect(last.text).toContain('Restarted from build #1, stage A\n');
    expect(last.text).toContain('from A\n');
  });
});

test('of two inputs at once, one is answered and the other goes on waiting', async () => {
  await start((run) =>
    run.stage('Gates', () =>
      run.parallel({
        a: () => run.input({ id: 'A', message: 'a' }),
        b: () => run.input({ id: 'B', message: 'b' }),
      }),
    ),
  );
  await until(fake, `${build}/wfapi/pendingInputActions`, ({ text }) => text.includes('"B"'));
  await ask(fake, `${build}/input/A/proceedEmpty`, { form: {} });
  const described = await until(fake, `${build}/wfapi/describe`, ({ text }) =>
    text.includes('"name":"a","execNode":"","status":"SUCCESS"'),
  );
  expect((described.json() as { stages: { status: string }[] }).stages.map(({ status }) => status)).toEqual([
    'PAUSED_PENDING_INPUT',
    'SUCCESS',
    'PAUSED_PENDING_INPUT',
  ]);
  await ask(fake, `${build}/input/B/abort`, { form: {} });
  expect(await result()).toBe('ABORTED');
});

describe('who answers an input', () => {
  const question = {
    id: 'gate',
    message: 'Go on?',
    submitter: 'dev',
    parameters: [
      { name: 'B', type: 'boolean' as const },
      { name: 'C', choices: ['x', 'y'] },
    ],
  };
  let values: unknown;

  beforeEach(async () => {
    await start(async (run) => {
      values = await run.input(question);
    });
    await paused();
  });

  test.each([
    ['wfapi/inputSubmit?inputId=Gate', 500],
    ['input/Gate/proceed', 400],
    ['input/Gate/proceedEmpty', 400],
    ['input/Gate/abort', 400],
  ])('not somebody else: %s', async (route, status) => {
    expect((await ask(fake, `${build}/${route}`, { user: 'viewer', form: { json: '{}' } })).status).toBe(
      status,
    );
    expect((await ask(fake, `${build}/wfapi/nextPendingInputAction`)).json()).toMatchObject({ id: 'Gate' });
  });

  test('the submitter, with values that the input asks for', async () => {
    const route = `${build}/wfapi/inputSubmit?inputId=Gate`;
    const submit = (parameter: unknown) =>
      ask(fake, route, { user: 'dev', form: { json: JSON.stringify({ parameter }) } });
    expect((await submit([{ name: 'X', value: '1' }])).status).toBe(500);
    expect((await submit([{ name: 'C', value: 'z' }])).status).toBe(500);
    expect(
      (
        await submit([
          { name: 'B', value: true },
          { name: 'C', value: 'y' },
        ])
      ).status,
    ).toBe(200);
    expect(await result()).toBe('SUCCESS');
    expect(values).toEqual({ B: true, C: 'y' });
    expect((await submit([])).status).toBe(500);
    expect((await ask(fake, `${build}/consoleText`)).text).toContain('Approved by dev\n');
  });

  test('an administrator may abort it', async () => {
    expect((await ask(fake, `${build}/input/Gate/abort`, { form: {} })).status).toBe(200);
    expect(await result()).toBe('ABORTED');
    expect((await ask(fake, `${build}/input/Gate/abort`, { form: {} })).status).toBe(404);
  });
});
