/** The day-to-day verbs on runs on Jenkins: logs, cancel, approve and rerun beside kubectl. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { armillary } from './testing/armillary.ts';
import { eventually, runProgram, type Finished } from './testing/process.ts';
import { pipeline, run, VerbsWorld } from './testing/verbs-world.ts';

vi.setConfig({ testTimeout: 480_000 });

let world: VerbsWorld;

beforeAll(async () => {
  world = await VerbsWorld.start();
});
afterAll(async () => {
  expect(await world.close()).toBe(0);
});

describe('on Jenkins', () => {
  test('logs prints the log of the build byte for byte, from before it exists to its end', async () => {
    const gate = Promise.withResolvers<void>();
    const printed = Buffer.concat([
      Buffer.from('one\r\ntwo\nhalf a '),
      Buffer.from([0xc3, 0x28, 0xff, 0x0a]),
      Buffer.from('€'.repeat(30_000)),
      Buffer.from('\nno newline'),
    ]);
    world.fake.runs('demo/bytes', async (build) => {
      build.print('begun\n');
      await gate.promise;
      for (let at = 0; at < printed.length; at += 997) build.print(printed.subarray(at, at + 997));
    });
    await world.create(
      run('bytes-0', 'bytes-late'),
      pipeline('jenkins', 'bytes', 'bytes'),
      run('bytes-1', 'bytes'),
    );
    const file = join(world.folder, 'bytes.log');
    const following = runProgram(
      'bash',
      [
        '-c',
        `"$0" "$1" logs bytes-1 -f -n demo "\${@:3}" > "$2"`,
        process.execPath,
        armillary,
        file,
        ...world.onJenkins,
      ],
      { env: world.env, timeoutMs: 120_000 },
    );
    await eventually('the first line', async () =>
      (await readFile(file, 'utf8').catch(() => '')).includes('begun\n'),
    );
    gate.resolve();
    expect(await following).toMatchObject({ code: 0, stderr: '' });
    const answer = await fetch(`${world.fake.url}job/demo/job/bytes/1/consoleText`, {
      headers: { authorization: `Basic ${btoa(`admin:${world.fake.users.admin.token}`)}` },
    });
    const log = await readFile(file);
    expect(log.includes(printed)).toBe(true);
    expect(log.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    const json = await world.verb('logs', 'bytes-1', '--output', 'json', ...world.onJenkins);
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toContainEqual({
      text: 'two',
    });
  });

  test('logs --stage prints the steps of a stage', async () => {
    const gate = Promise.withResolvers<void>();
    world.fake.runs('demo/stages', async (build) => {
      await build.stage('Build', () => build.step('sh', () => build.print('compiled\n')));
      await build.stage('Test', async () => {
        await build.step('sh', () => build.print('tested\n'));
        await gate.promise;
        await build.step('sh', () => build.print('tested more\n'));
      });
    });
    await world.create(pipeline('jenkins', 'stages', 'stages'), run('stages-1', 'stages'));
    const following = world.start('logs', 'stages-1', '-f', '--stage', 'Test', ...world.onJenkins);
    await eventually('the first step', () => following.stdout().includes('tested\n'));
    gate.resolve();
    expect(await following.done).toMatchObject({ code: 0, stderr: '' });
    expect(following.stdout()).toBe('tested\ntested more\n');
    const wrong = await world.verb('logs', 'stages-1', '--stage', 'Tests', ...world.onJenkins);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no stage "Tests"; it has: Build, Test/),
    });
  });

  test('logs needs a Jenkins that answers', async () => {
    await world.phase('bytes-1', 'Succeeded');
    const none = await world.verb('logs', 'bytes-1');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(`the run bytes-1 is on Jenkins at ${world.fake.url}: give --jenkins-url`);
    const nobody = ['--jenkins-url', 'http://127.0.0.1:9/', ...world.onJenkins.slice(2)];
    const unreachable = await world.verb('logs', 'bytes-1', ...nobody);
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toContain('it is looked for in http://127.0.0.1:9/');
    const lost = await world.verb('logs', 'bytes-0', ...world.onJenkins);
    expect(lost).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('PipelineNotFound') });
  });

  test('cancel stops the build', async () => {
    world.fake.runs('demo/long', async (build) => {
      build.print('begun\n');
      await new Promise((_, reject) => {
        build.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      });
    });
    await world.create(pipeline('jenkins', 'long', 'long'), run('long-1', 'long'));
    const following = world.start('logs', 'long-1', '-f', ...world.onJenkins);
    await eventually('the first line', () => following.stdout().includes('begun\n'));
    expect(await world.verb('cancel', 'long-1')).toEqual({
      code: 0,
      stdout: 'long-1 is cancelled\n',
      stderr: '',
    });
    expect(await following.done).toMatchObject({ code: 0 });
    expect(following.stdout()).toMatch(/\nFinished: ABORTED\n$/);
  });

  test('approve answers what a run waits for', async () => {
    const answers: object[] = [];
    world.fake.runs('demo/gate', async (build) => {
      await build.stage('Deploy', async () => {
        answers.push(
          await build.input({
            id: 'Go',
            message: 'Deploy?',
            parameters: [
              { name: 'REPLICAS', type: 'string', default: '1' },
              { name: 'DRY', type: 'boolean', default: true },
              { name: 'WHERE', type: 'choice', choices: ['test', 'live'] },
            ],
          }),
        );
      });
      await build.parallel({
        left: () => build.input({ id: 'Left', message: 'Left?' }),
        right: () => build.input({ id: 'Right', message: 'Right?' }),
      });
    });
    await world.create(pipeline('jenkins', 'gate', 'gate'), run('gate-1', 'gate'));
    await eventually('the question', async () =>
      JSON.stringify(await world.getRun('gate-1')).includes('Deploy?'),
    );
    const approve = async (...args: string[]): Promise<Finished> =>
      await world.verb('approve', 'gate-1', ...world.onJenkins, ...args);
    const wrong = await approve('-p', 'WHERE=moon', '-p', 'DRY=maybe', '-p', 'REPLICA=2');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(
      /"WHERE" takes one of: test, live.*"DRY" takes true or false.*"REPLICA" is unknown/,
    );
    expect((await approve('--abort', '-p', 'DRY=true')).code).toBe(2);
    expect((await approve('--input', 'Stop')).stderr).toMatch(
      /not wait for the input "Stop", but for:\n {2}Go {2}Deploy\?/,
    );
    expect(await approve('-p', 'WHERE=live', '-p', 'DRY=false')).toEqual({
      code: 0,
      stdout: 'approved Go of gate-1: Deploy?\n',
      stderr: '',
    });
    expect(answers).toEqual([{ REPLICAS: '1', DRY: false, WHERE: 'live' }]);
    const several = await eventually('both questions', async () => {
      const asked = await approve();
      return asked.stderr.includes('several') && asked;
    });
    expect(several.code).toBe(2);
    expect(several.stderr).toMatch(/\n {2}Left {2}Left\?\n {2}Right {2}Right\?/);
    const left = await approve('--input', 'Left', '--output', 'json');
    expect(JSON.parse(left.stdout)).toEqual({
      name: 'gate-1',
      namespace: 'demo',
      input: 'Left',
      answer: 'approved',
    });
    expect(await approve('--input', 'Right', '--abort')).toMatchObject({ code: 0 });
    await world.phase('gate-1', 'Failed');
    expect(await approve()).toMatchObject({ code: 1, stderr: expect.stringContaining('is over already') });
  });

  test('rerun runs the script that the build had', async () => {
    const scripts: string[] = [];
    world.fake.runs(/^echo "twice/, (build) => void scripts.push(String(build.parameters['WHO'])));
    const parameters = [{ name: 'WHO', type: 'string', default_value: 'nobody' }];
    await world.create(
      pipeline('jenkins', 'twice', 'echo "twice"', { parameters }),
      run('twice-1', 'twice', { parameters: [{ name: 'WHO', value: 'ada' }] }),
    );
    await world.phase('twice-1', 'Succeeded');
    const change = JSON.stringify({ spec: { pipeline: { jenkinsfile: 'echo "once"' } } });
    const patch = ['patch', 'pipelines.devops.kubesphere.io', 'twice', '-n', 'demo', '--type=merge'];
    await world.kubectl.out([...patch, '-p', change]);
    const { code, stdout } = await world.verb('rerun', 'twice-1', '--output', 'json');
    expect(code).toBe(0);
    const { name, namespace } = JSON.parse(stdout) as { name: string; namespace: string };
    expect(namespace).toBe('demo');
    await world.phase(name, 'Succeeded');
    expect(scripts).toEqual(['ada', 'ada']);
  });
});
