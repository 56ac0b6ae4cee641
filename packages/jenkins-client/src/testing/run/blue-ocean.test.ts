import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, make, until } from '../asking.ts';
import { startFakeJenkins, type FakeJenkins } from '../fake-jenkins.ts';
import { recordedJson } from '../recording.ts';

let fake: FakeJenkins;

beforeEach(async () => {
  fake = await startFakeJenkins({ plugins: { blueOcean: true } });
});
afterEach(() => fake.close());

const shape = (nodes: unknown) =>
  (
    nodes as {
      displayName: string;
      type: string;
      result: string;
      state: string;
      firstParent: string | null;
      edges: { id: string }[];
      id: string;
    }[]
  ).map(({ id, displayName, type, result, state, firstParent, edges }) => ({
    id,
    displayName,
    type,
    result,
    state,
    firstParent,
    edges: edges.map((edge) => edge.id),
  }));

test('the stages of a run have the form that was recorded', async () => {
  await make(fake, 'mb', 'multibranch');
  fake.branches('mb', [{ name: 'feature/x' }]);
  fake.runs('mb/feature%2Fx', (build) =>
    build.block('node', async () => {
      await build.stage('Declarative: Checkout SCM', () => build.step('checkout'));
      await build.block('withEnv', async () => {
        await build.stage('Build', () => build.step('sh'));
        await build.stage('Test', () =>
          build.parallel({
            unit: () => build.step('sh'),
            lint: () => build.step('echo'),
          }),
        );
        build.skip('Maybe fail');
        await build.stage('Declarative: Post Actions', () => build.result('UNSTABLE'));
      });
    }),
  );
  await ask(fake, 'job/mb/build', { form: {} });
  await until(fake, 'job/mb/job/feature%252Fx/1/api/json?tree=building', ({ text }) =>
    text.includes('false'),
  );
  const base = 'blue/rest/organizations/jenkins/pipelines/mb/branches/feature%252Fx/runs/1/';
  const recorded = shape(recordedJson('08-blue-40-nodes'));
  const byId = <T extends { id: string }>(nodes: readonly T[]): T[] =>
    [...nodes].sort((a, b) => Number(a.id) - Number(b.id));
  expect(byId(shape((await ask(fake, `${base}nodes/`)).json()))).toEqual(byId(recorded));
  const steps = (await ask(fake, `${base}steps/`)).json() as { id: string }[];
  expect(steps.map(({ id }) => id)).toEqual(['7', '14', '27', '28']);
  expect((await ask(fake, base.replace('branches', 'pipelines'))).status).toBe(404);
});

test('an input is answered with JSON', async () => {
  await make(fake, 'inp');
  let values: unknown;
  fake.runs('inp', async (build) => {
    values = await build.input({
      id: 'Gate',
      message: 'Go on?',
      submitter: 'dev',
      parameters: [{ name: 'WHY' }],
    });
  });
  await ask(fake, 'job/inp/build', { form: {} });
  const base = 'blue/rest/organizations/jenkins/pipelines/inp/runs/1/steps/';
  const paused = await until(fake, base, ({ text }) => text.includes('PAUSED'));
  const [step] = paused.json() as { id: string; input: unknown }[];
  expect(step?.input).toMatchObject({
    id: 'Gate',
    ok: 'Proceed',
    submitter: 'dev',
    parameters: [{ name: 'WHY' }],
  });
  const settle = (body: unknown, user: string) =>
    ask(fake, `${base}${step?.id}/`, {
      method: 'POST',
      user,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await settle({ id: 'Gate' }, 'viewer')).text).toContain('You need to be dev to submit this.');
  expect((await settle({ parameters: [] }, 'dev')).status).toBe(500);
  expect((await settle({ id: 'Gate', parameters: [{ name: 'WHY', value: 'x' }] }, 'dev')).status).toBe(200);
  await until(fake, 'job/inp/1/api/json?tree=building', ({ text }) => text.includes('false'));
  expect(values).toEqual({ WHY: 'x' });
  expect((await settle({ id: 'Gate', abort: true }, 'dev')).json()).toMatchObject({ code: 400 });
});

test('without the plugin there is nothing', async () => {
  await using other = await startFakeJenkins();
  expect((await ask(other, 'blue/rest/organizations/')).status).toBe(404);
});
