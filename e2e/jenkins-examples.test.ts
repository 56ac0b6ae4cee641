/** The programs in examples/jenkins do what they say. */
import { join } from 'node:path';
import { connect, type Jenkins } from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, runProgram, type Finished } from './testing/process.ts';

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeAll(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  await jenkins.folders.create('team');
});
afterAll(async () => {
  await jenkins.close();
  await fake.close();
});

function run(program: string, ...args: string[]): Promise<Finished> {
  return runProgram(process.execPath, [join(import.meta.dirname, '../examples/jenkins', program), ...args], {
    env: {
      ...process.env,
      JENKINS_URL: fake.url,
      JENKINS_USER: 'admin',
      JENKINS_TOKEN: fake.users.admin.token,
    },
  });
}

test('follow-build prints the log of its build and exits with its verdict', async () => {
  const parameters = [{ type: 'string', name: 'WHO', default: '' }] as const;
  await jenkins.pipelines.apply(['team', 'hello'], { kind: 'inline', script: '', parameters });
  fake.runs('team/hello', (build) => {
    build.print(`hello ${build.parameters['WHO']}\n`);
    if (build.parameters['WHO'] === '') throw new Error('nobody is there');
  });
  expect(await run('follow-build.ts', 'team/hello', 'WHO=a=b')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/hello a=b\n(.*\n)*Finished: SUCCESS\n$/u) as string,
    stderr: '',
  });
  expect(await run('follow-build.ts', 'team/hello')).toMatchObject({ code: 1, stderr: '' });
});

test('apply-pipelines tells what it would do, does it, and then has nothing to do', async () => {
  expect((await run('apply-pipelines.ts', '--plan')).stdout).toMatch(/^shop\/api: create\n/u);
  expect(fake.job('shop')).toBeUndefined();
  expect((await run('apply-pipelines.ts')).stdout).toContain('shop/nightly: created\n');
  expect((await run('apply-pipelines.ts')).stdout).toBe(
    'shop/api: unchanged\nshop/web: unchanged\nshop/nightly: unchanged\n',
  );
});

test('answer-inputs shows what waits, and approves what it is told to', async () => {
  await jenkins.pipelines.apply(['team', 'release'], { kind: 'inline', script: '' });
  fake.runs('team/release', async (build) => void (await build.input({ id: 'Go', message: 'Release it?' })));
  const build = await (await jenkins.item('team', 'release').build()).started();
  await eventually('the question', async () => (await build.inputs()).length > 0);
  expect((await run('answer-inputs.ts', 'team')).stdout).toBe('team/release #1: Go: Release it?\n');
  expect((await build.get()).building).toBe(true);
  await run('answer-inputs.ts', 'team', 'Go');
  expect((await build.finished()).result).toBe('SUCCESS');
});
