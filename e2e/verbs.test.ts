/** The day-to-day verbs, on runs of both engines: logs, cancel, approve and rerun beside kubectl. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeJenkins, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { armillary, startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { eventually as within, runProgram, type Finished } from './testing/process.ts';

/** Each verb is a process of its own, which takes its time on a busy machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const eventually: typeof within = (what, check) => within(what, check, 60_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let fake: FakeJenkins;
let up: Running;
let kubectl: KubectlSession;
let onJenkins: string[];
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await temporaryFolder();
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  const tokenFile = join(folder.path, 'token');
  await writeFile(tokenFile, fake.users.admin.token);
  onJenkins = ['--jenkins-url', fake.url, '--jenkins-user', 'admin', '--jenkins-token-file', tokenFile];
  const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
  up = await startArmillary(['up', '--data', `${folder.path}/data`, ...ports, ...onJenkins]);
  kubectl = new KubectlSession(requiredKubectls().at(-1)!, up.ready.kubeconfig, folder.path);
  await mkdir(join(folder.path, 'home'), { recursive: true });
  env = kubectl.env;
  await kubectl.out(['create', 'namespace', 'demo']);
});
afterAll(async () => {
  expect(await up.stop()).toBe(0);
  await fake.close();
  await folder.remove();
});

/** Runs a verb to its end on the server of this file. */
async function verb(...args: string[]): Promise<Finished> {
  return await runProgram(process.execPath, [armillary, ...args, '-n', 'demo'], { env });
}

interface Shown {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: object;
  status?: { phase?: string; completionTime?: string };
}

async function getRun(name: string): Promise<Shown> {
  return JSON.parse(
    await kubectl.out(['get', 'pipelineruns.devops.kubesphere.io', name, '-n', 'demo', '-o', 'json']),
  ) as Shown;
}

async function phase(name: string, ...wanted: string[]): Promise<Shown> {
  return await eventually(`${name} to be ${wanted.join(' or ')}`, async () => {
    const run = await getRun(name);
    const { phase: now = '', completionTime } = run.status ?? {};
    if (completionTime !== undefined && !wanted.includes(now)) throw new Error(JSON.stringify(run.status));
    return wanted.includes(now) && run;
  });
}

const apiVersion = 'devops.kubesphere.io/v1alpha3';

async function create(...items: object[]): Promise<void> {
  await kubectl.out(['create', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
}

function pipeline(engine: string, name: string, jenkinsfile: string, more: object = {}): object {
  const spec = { type: 'pipeline', engine: { type: engine }, pipeline: { name, jenkinsfile, ...more } };
  return { apiVersion, kind: 'Pipeline', metadata: { name, namespace: 'demo' }, spec };
}

function run(name: string, of: string, more: object = {}): object {
  return {
    apiVersion,
    kind: 'PipelineRun',
    metadata: { name, namespace: 'demo' },
    spec: { pipelineRef: { name: of }, ...more },
  };
}

/** A shell step that waits until the file `gate-NAME` is there. */
function waits(name: string): string {
  return `sh 'set +x; until [ -e ${join(folder.path, `gate-${name}`)} ]; do sleep 0.05; done'`;
}

async function open(gate: string): Promise<void> {
  await writeFile(join(folder.path, `gate-${gate}`), '');
}

/** The process of a role that `up` has started. */
async function childOf(pid: number | undefined, role: string): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of children.trim().split(' ')) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8');
    if (command.split('\0').includes(role)) return Number(child);
  }
  throw new Error(`no process has the role ${role}`);
}

/** Starts a verb that goes on. */
function start(...args: string[]): {
  stdout(): string;
  done: Promise<{ code: number | null; signal: ChildProcess['signalCode']; stderr: string }>;
  kill(signal: 'SIGINT'): void;
} {
  const child = spawn(process.execPath, [armillary, ...args, '-n', 'demo'], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    stdout: () => stdout,
    done: done.then(() => ({ code: child.exitCode, signal: child.signalCode, stderr })),
    kill: (signal) => void child.kill(signal),
  };
}

describe('on Tekton', () => {
  beforeAll(async () => {
    await create(
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
    await phase('shop-1', 'Succeeded');
  });

  test('logs prints a run that is over stage by stage, and how it ended', async () => {
    const { code, stdout, stderr } = await verb('logs', 'shop-1');
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
    const { stdout } = await verb('logs', 'shop-1', '--output', 'json');
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
    const { stdout } = await verb('logs', 'shop-1', '--stage', 'Unit tests');
    expect(stdout).toContain('unit\n');
    expect(stdout).not.toMatch(/building|packed|Finished/);
    const wrong = await verb('logs', 'shop-1', '--stage', 'Units');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/no stage "Units"; it has: Build, Unit tests, Pack/);
  });

  test('logs -f goes on through later stages to the end of the run', async () => {
    await create(
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
    const following = start('logs', 'flow-1', '-f');
    const second = start('logs', 'flow-1', '-f', '--stage', 'Second');
    await eventually('the first line', () => following.stdout().includes('] begun\n'));
    expect((await verb('logs', 'flow-1')).stdout).toMatch(/\] begun\n\[First\S+ \+ set \+x\n$/);
    const early = await verb('logs', 'flow-1', '--stage', 'Broken');
    expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/"Broken" has not started yet/) });
    const unanswered = await verb('approve', 'flow-1');
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
    const never = await verb('logs', 'flow-1', '--stage', 'Never');
    expect(never).toMatchObject({ code: 1, stderr: expect.stringMatching(/"Never" has no log/) });
  });

  test('logs ends quietly when nobody reads on, and at once on Ctrl-C', async () => {
    await create(
      pipeline(
        'tekton',
        'much',
        `pipeline { agent any
        stages { stage('Much') { steps { sh 'seq 300000'; ${waits('much')} } } } }`,
      ),
      run('much-1', 'much'),
    );
    await phase('much-1', 'Running');
    const script = '"$0" "$1" logs much-1 -f -n demo | head -n 1000 | tail -n 1; echo "${PIPESTATUS[*]}"';
    const head = await runProgram('bash', ['-c', script, process.execPath, armillary], { env });
    expect(head.stderr).toBe('');
    expect(head.stdout).toMatch(/^\[Much\/\S+\] (999|1000)\n0 0 0\n$/);
    const following = start('logs', 'much-1', '-f');
    await eventually('all of it', () => following.stdout().includes('] 300000\n'));
    following.kill('SIGINT');
    expect(await following.done).toMatchObject({ signal: 'SIGINT', stderr: '' });
    await open('much');
    const lines = following.stdout().match(/^\[Much\/\S+\] \d+$/gm);
    expect(lines).toHaveLength(300_000);
  });

  test('logs says why a run has none', async () => {
    await create(run('lost-1', 'nowhere'));
    const following = await verb('logs', 'lost-1', '-f');
    expect(following.code).toBe(1);
    expect(following.stdout).toBe('');
    expect(following.stderr).toMatch(/has no log\. The run says: PipelineNotFound: .*nowhere/);
    const missing = await verb('logs', 'nobody');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/no pipelineruns\.devops\.kubesphere\.io nobody in the namespace demo/);
    expect((await verb('logs', 'shop-1/..')).code).toBe(2);
    expect((await verb('logs')).code).toBe(2);
  });

  test('cancel stops a run, whose log ends with it, and refuses one that is over', async () => {
    await create(
      pipeline(
        'tekton',
        'slow',
        `pipeline { agent any
        stages { stage('Wait') { steps { sh 'echo first; sleep 600; echo last' } } } }`,
      ),
      run('slow-1', 'slow'),
    );
    const following = start('logs', 'slow-1', '-f');
    await eventually('the first line', () => following.stdout().includes('] first\n'));
    const tooSoon = await verb('cancel', 'slow-1', '--timeout', '1ms');
    expect(tooSoon.code).toBe(1);
    expect(tooSoon.stderr).toMatch(/slow-1 has not ended within 0\.001 s/);
    expect(await verb('cancel', 'slow-1', '--output', 'json')).toEqual({
      code: 0,
      stdout: '{"name":"slow-1","namespace":"demo","phase":"Cancelled"}\n',
      stderr: '',
    });
    expect((await getRun('slow-1')).status?.phase).toBe('Cancelled');
    expect(await following.done).toMatchObject({ code: 0 });
    expect(following.stdout()).toMatch(/\nFinished: ABORTED\n$/);
    expect(following.stdout()).not.toContain('] last');
    const again = await verb('cancel', 'slow-1');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/slow-1 is over already: Cancelled/),
    });
  });

  test('rerun repeats a run with its parameters', async () => {
    const { code, stdout } = await verb('rerun', 'shop-1');
    expect(code).toBe(0);
    const name = stdout.trim();
    expect(name).toMatch(/^shop-\S+$/);
    await phase(name, 'Succeeded');
    expect((await verb('logs', name)).stdout).toContain('building for ada');
    const refused = await verb('rerun', 'shop-1', '--from-failed');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--from-failed') });
  });

  test('logs goes on after the API server was killed, and loses and repeats nothing', async () => {
    await create(
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
    const following = start('logs', 'crash-1', '-f');
    await eventually('the first half', () => following.stdout().includes('] 1000\n'));
    const api = await childOf(up.process.pid, 'api');
    process.kill(api, 'SIGKILL');
    await open('crash');
    expect(await following.done).toMatchObject({ code: 0 });
    const numbers = [...following.stdout().matchAll(/^\[\S+\] (\d+)$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
    expect(following.stdout()).toMatch(/\nFinished: SUCCESS\n$/);
  });
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
    fake.runs('demo/bytes', async (build) => {
      build.print('begun\n');
      await gate.promise;
      for (let at = 0; at < printed.length; at += 997) build.print(printed.subarray(at, at + 997));
    });
    await create(
      run('bytes-0', 'bytes-late'),
      pipeline('jenkins', 'bytes', 'bytes'),
      run('bytes-1', 'bytes'),
    );
    const file = join(folder.path, 'bytes.log');
    const following = runProgram(
      'bash',
      [
        '-c',
        `"$0" "$1" logs bytes-1 -f -n demo "\${@:3}" > "$2"`,
        process.execPath,
        armillary,
        file,
        ...onJenkins,
      ],
      { env, timeoutMs: 120_000 },
    );
    await eventually('the first line', async () =>
      (await readFile(file, 'utf8').catch(() => '')).includes('begun\n'),
    );
    gate.resolve();
    expect(await following).toMatchObject({ code: 0, stderr: '' });
    const answer = await fetch(`${fake.url}job/demo/job/bytes/1/consoleText`, {
      headers: { authorization: `Basic ${btoa(`admin:${fake.users.admin.token}`)}` },
    });
    const log = await readFile(file);
    expect(log.includes(printed)).toBe(true);
    expect(log.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    const json = await verb('logs', 'bytes-1', '--output', 'json', ...onJenkins);
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
    fake.runs('demo/stages', async (build) => {
      await build.stage('Build', () => build.step('sh', () => build.print('compiled\n')));
      await build.stage('Test', async () => {
        await build.step('sh', () => build.print('tested\n'));
        await gate.promise;
        await build.step('sh', () => build.print('tested more\n'));
      });
    });
    await create(pipeline('jenkins', 'stages', 'stages'), run('stages-1', 'stages'));
    const following = start('logs', 'stages-1', '-f', '--stage', 'Test', ...onJenkins);
    await eventually('the first step', () => following.stdout().includes('tested\n'));
    gate.resolve();
    expect(await following.done).toMatchObject({ code: 0, stderr: '' });
    expect(following.stdout()).toBe('tested\ntested more\n');
    const wrong = await verb('logs', 'stages-1', '--stage', 'Tests', ...onJenkins);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no stage "Tests"; it has: Build, Test/),
    });
  });

  test('logs needs a Jenkins that answers', async () => {
    await phase('bytes-1', 'Succeeded');
    const none = await verb('logs', 'bytes-1');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(`the run bytes-1 is on Jenkins at ${fake.url}: give --jenkins-url`);
    const nobody = ['--jenkins-url', 'http://127.0.0.1:9/', ...onJenkins.slice(2)];
    const unreachable = await verb('logs', 'bytes-1', ...nobody);
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toContain('it is looked for in http://127.0.0.1:9/');
    const lost = await verb('logs', 'bytes-0', ...onJenkins);
    expect(lost).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('PipelineNotFound') });
  });

  test('cancel stops the build', async () => {
    fake.runs('demo/long', async (build) => {
      build.print('begun\n');
      await new Promise((_, reject) => {
        build.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      });
    });
    await create(pipeline('jenkins', 'long', 'long'), run('long-1', 'long'));
    const following = start('logs', 'long-1', '-f', ...onJenkins);
    await eventually('the first line', () => following.stdout().includes('begun\n'));
    expect(await verb('cancel', 'long-1')).toEqual({ code: 0, stdout: 'long-1 is cancelled\n', stderr: '' });
    expect(await following.done).toMatchObject({ code: 0 });
    expect(following.stdout()).toMatch(/\nFinished: ABORTED\n$/);
  });

  test('approve answers what a run waits for', async () => {
    const answers: object[] = [];
    fake.runs('demo/gate', async (build) => {
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
    await create(pipeline('jenkins', 'gate', 'gate'), run('gate-1', 'gate'));
    await eventually('the question', async () => JSON.stringify(await getRun('gate-1')).includes('Deploy?'));
    const approve = async (...args: string[]): Promise<Finished> =>
      await verb('approve', 'gate-1', ...onJenkins, ...args);
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
    await phase('gate-1', 'Failed');
    expect(await approve()).toMatchObject({ code: 1, stderr: expect.stringContaining('is over already') });
  });

  test('rerun runs the script that the build had', async () => {
    const scripts: string[] = [];
    fake.runs(/^echo "twice/, (build) => void scripts.push(String(build.parameters['WHO'])));
    const parameters = [{ name: 'WHO', type: 'string', default_value: 'nobody' }];
    await create(
      pipeline('jenkins', 'twice', 'echo "twice"', { parameters }),
      run('twice-1', 'twice', { parameters: [{ name: 'WHO', value: 'ada' }] }),
    );
    await phase('twice-1', 'Succeeded');
    const change = JSON.stringify({ spec: { pipeline: { jenkinsfile: 'echo "once"' } } });
    const patch = ['patch', 'pipelines.devops.kubesphere.io', 'twice', '-n', 'demo', '--type=merge'];
    await kubectl.out([...patch, '-p', change]);
    const { code, stdout } = await verb('rerun', 'twice-1', '--output', 'json');
    expect(code).toBe(0);
    const { name, namespace } = JSON.parse(stdout) as { name: string; namespace: string };
    expect(namespace).toBe('demo');
    await phase(name, 'Succeeded');
    expect(scripts).toEqual(['ada', 'ada']);
  });
});
