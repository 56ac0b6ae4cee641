/** The day-to-day verbs on runs on Tekton: logs, cancel, approve and rerun beside kubectl. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { armillary, processOfRole } from './testing/armillary.ts';
import { eventually, runProgram } from './testing/process.ts';
import { pipeline, run, VerbsWorld } from './testing/verbs-world.ts';

vi.setConfig({ testTimeout: 480_000 });

let world: VerbsWorld;

beforeAll(async () => {
  world = await VerbsWorld.start();
});
afterAll(async () => {
  expect(await world.close()).toBe(0);
});

/** A shell step that waits until the file `gate-NAME` is there. */
function waits(name: string): string {
  return `sh 'set +x; until [ -e ${join(world.folder, `gate-${name}`)} ]; do sleep 0.05; done'`;
}

async function open(gate: string): Promise<void> {
  await writeFile(join(world.folder, `gate-${gate}`), '');
}

describe('on Tekton', () => {
  beforeAll(async () => {
    await world.create(
      pipeline(
        'tekton',
        'shop',
        `pipeline { agent any
        parameters { string(name: 'WHO', defaultValue: 'world') }
        stages {
          stage('Build') { steps { sh 'echo "building for $WHO"'; sh 'printf "no newline"' } }
          stage('Unit tests') { steps { sh 'echo unit' } }
          stage('Pack') { steps { sh 'echo packed' } }
        } }`,
      ),
      run('shop-1', 'shop', { parameters: [{ name: 'WHO', value: 'ada' }] }),
    );
    await world.phase('shop-1', 'Succeeded');
  });

  test('logs prints a run that is over stage by stage, and how it ended', async () => {
    const { code, stdout, stderr } = await world.verb('logs', 'shop-1');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout.split('\n').filter((line) => !line.includes('] + '));
    expect(lines).toEqual([
      expect.stringMatching(/^\[Build\/1-\S*\] building for ada$/),
      expect.stringMatching(/^\[Build\/2-\S*\] no newline$/),
      expect.stringMatching(/^\[Unit tests\/\S+\] unit$/),
      expect.stringMatching(/^\[Pack\/\S+\] packed$/),
      'Finished: SUCCESS',
      '',
    ]);
  });

  test('logs --output json has an object for each line', async () => {
    const { stdout } = await world.verb('logs', 'shop-1', '--output', 'json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual({
      stage: 'Pack',
      container: expect.stringMatching(/^step-/),
      text: 'packed',
    });
    expect(lines.at(-1)).toEqual({ text: 'Finished: SUCCESS' });
  });

  test('logs --stage prints one stage, or says which there are', async () => {
    const { stdout } = await world.verb('logs', 'shop-1', '--stage', 'Unit tests');
    expect(stdout).toContain('unit\n');
    expect(stdout).not.toMatch(/building|packed|Finished/);
    const wrong = await world.verb('logs', 'shop-1', '--stage', 'Units');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/no stage "Units"; it has: Build, Unit tests, Pack/);
  });

  test('logs -f goes on through later stages to the end of the run', async () => {
    await world.create(
      pipeline(
        'tekton',
        'flow',
        `pipeline { agent any
        stages {
          stage('First') { steps { sh 'echo begun'; ${waits('flow')} } }
          stage('Second') { steps { sh 'echo more' } }
          stage('Broken') { steps { sh 'echo oh; exit 3' } }
          stage('Never') { steps { sh 'echo never' } }
        } }`,
      ),
      run('flow-1', 'flow'),
    );
    const following = world.start('logs', 'flow-1', '-f');
    const second = world.start('logs', 'flow-1', '-f', '--stage', 'Second');
    const sofar = /\] begun\n\[First\S+ \+ set \+x\n$/;
    await eventually('the step that waits', () => sofar.test(following.stdout()));
    expect((await world.verb('logs', 'flow-1')).stdout).toMatch(sofar);
    const early = await world.verb('logs', 'flow-1', '--stage', 'Broken');
    expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/"Broken" has not started yet/) });
    const unanswered = await world.verb('approve', 'flow-1');
    expect(unanswered.code).toBe(1);
    expect(unanswered.stderr).toMatch(/runs on tekton: approvals are not there yet/);
    await open('flow');
    // The verdict of the run is not that of its log.
    expect(await following.done).toMatchObject({ code: 0, stderr: '' });
    const lines = following
      .stdout()
      .split('\n')
      .map((line) => line.replace(/^\[(\w+)\/\S+\]/, '$1:'));
    expect(lines.filter((line) => !line.includes(': + '))).toEqual([
      'First: begun',
      'Second: more',
      'Broken: oh',
      'Finished: FAILURE',
      '',
    ]);
    expect(await second.done).toMatchObject({ code: 0 });
    expect(second.stdout()).toMatch(/\] more\n$/);
    expect(second.stdout()).not.toMatch(/begun|oh/);
    const never = await world.verb('logs', 'flow-1', '--stage', 'Never');
    expect(never).toMatchObject({ code: 1, stderr: expect.stringMatching(/"Never" has no log/) });
  });

  test('logs ends quietly when nobody reads on, and at once on Ctrl-C', async () => {
    await world.create(
      pipeline(
        'tekton',
        'much',
        `pipeline { agent any
        stages { stage('Much') { steps { sh 'seq 300000'; ${waits('much')} } } } }`,
      ),
      run('much-1', 'much'),
    );
    await world.phase('much-1', 'Running');
    const script = '"$0" "$1" logs much-1 -f -n demo | head -n 1000 | tail -n 1; echo "${PIPESTATUS[*]}"';
    const head = await runProgram('bash', ['-c', script, process.execPath, armillary], { env: world.env });
    expect(head.stderr).toBe('');
    expect(head.stdout).toMatch(/^\[Much\/\S+\] (999|1000)\n0 0 0\n$/);
    const following = world.start('logs', 'much-1', '-f');
    await eventually('all of it', () => following.stdout().includes('] 300000\n'));
    following.kill('SIGINT');
    expect(await following.done).toMatchObject({ signal: 'SIGINT', stderr: '' });
    await open('much');
    const lines = following.stdout().match(/^\[Much\/\S+\] \d+$/gm);
    expect(lines).toHaveLength(300_000);
  });

  test('logs says why a run has none', async () => {
    await world.create(run('lost-1', 'nowhere'));
    const following = await world.verb('logs', 'lost-1', '-f');
    expect(following.code).toBe(1);
    expect(following.stdout).toBe('');
    expect(following.stderr).toMatch(/has no log\. The run says: PipelineNotFound: .*nowhere/);
    const missing = await world.verb('logs', 'nobody');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/no pipelineruns\.devops\.kubesphere\.io nobody in the namespace demo/);
    expect((await world.verb('logs', 'shop-1/..')).code).toBe(2);
    expect((await world.verb('logs')).code).toBe(2);
  });

  test('cancel stops a run, whose log ends with it, and refuses one that is over', async () => {
    await world.create(
      pipeline(
        'tekton',
        'slow',
        `pipeline { agent any
        stages { stage('Wait') { steps { sh 'echo first; sleep 600; echo last' } } } }`,
      ),
      run('slow-1', 'slow'),
    );
    const following = world.start('logs', 'slow-1', '-f');
    await eventually('the first line', () => following.stdout().includes('] first\n'));
    const tooSoon = await world.verb('cancel', 'slow-1', '--timeout', '1ms');
    expect(tooSoon.code).toBe(1);
    expect(tooSoon.stderr).toMatch(/slow-1 has not ended within 0\.001 s/);
    expect(await world.verb('cancel', 'slow-1', '--output', 'json')).toEqual({
      code: 0,
      stdout: '{"name":"slow-1","namespace":"demo","phase":"Cancelled"}\n',
      stderr: '',
    });
    expect((await world.getRun('slow-1')).status?.phase).toBe('Cancelled');
    expect(await following.done).toMatchObject({ code: 0 });
    expect(following.stdout()).toMatch(/\nFinished: ABORTED\n$/);
    expect(following.stdout()).not.toContain('] last');
    const again = await world.verb('cancel', 'slow-1');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/slow-1 is over already: Cancelled/),
    });
  });

  test('rerun repeats a run with its parameters', async () => {
    const { code, stdout } = await world.verb('rerun', 'shop-1');
    expect(code).toBe(0);
    const name = stdout.trim();
    expect(name).toMatch(/^shop-\S+$/);
    await world.phase(name, 'Succeeded');
    expect((await world.verb('logs', name)).stdout).toContain('building for ada');
    const refused = await world.verb('rerun', 'shop-1', '--from-failed');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--from-failed') });
  });

  test('logs goes on after the API server was killed, and loses and repeats nothing', async () => {
    await world.create(
      pipeline(
        'tekton',
        'crash',
        `pipeline { agent any
        stages {
          stage('One') { steps { sh 'seq 1000'; ${waits('crash')} } }
          stage('Two') { steps { sh 'seq 1001 2000' } }
        } }`,
      ),
      run('crash-1', 'crash'),
    );
    const following = world.start('logs', 'crash-1', '-f');
    await eventually('the first half', () => following.stdout().includes('] 1000\n'));
    const api = await processOfRole(world.up.process.pid, 'api');
    process.kill(api, 'SIGKILL');
    await open('crash');
    expect(await following.done).toMatchObject({ code: 0 });
    const numbers = [...following.stdout().matchAll(/^\[\S+\] (\d+)$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
    expect(following.stdout()).toMatch(/\nFinished: SUCCESS\n$/);
  });
});
