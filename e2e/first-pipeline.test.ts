/** The main job, as a newcomer meets it: `armillary up --demo`, then kubectl. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { ended, eventually } from './testing/process.ts';

/** For a kubectl that waits for a minute itself. */
const patient = { timeoutMs: 90_000 };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let up: Running;
let kubectl: KubectlSession;

beforeAll(async () => {
  folder = await temporaryFolder();
  const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
  up = await startArmillary(['up', '--demo', '--data', `${folder.path}/data`, ...ports]);
  kubectl = new KubectlSession(requiredKubectls().at(-1)!, up.ready.kubeconfig, folder.path);
});
afterAll(async () => {
  expect(await up.stop()).toBe(0);
  await folder.remove();
});

const runs = 'pipelineruns.devops.kubesphere.io';

/** Waits until a run has one of the final phases, and returns its status. */
async function finished(
  name: string,
): Promise<
  { phase: string; conditions: { type: string; reason: string; message: string }[] } & Record<string, string>
> {
  return await eventually(`${name} to end`, async () => {
    const run = JSON.parse(await kubectl.out(['get', runs, name, '-n', 'demo', '-o', 'json']));
    return ['Succeeded', 'Failed', 'Cancelled'].includes(run.status?.phase) && run.status;
  });
}

/** Creates a pipeline with one run of the same name from the text between `pipeline {` and its closing brace. */
async function start(name: string, jenkinsfile: string, spec: object = {}): Promise<void> {
  const metadata = { name, namespace: 'demo' };
  const apiVersion = 'devops.kubesphere.io/v1alpha3';
  const items = [
    {
      apiVersion,
      kind: 'Pipeline',
      metadata,
      spec: { type: 'pipeline', engine: { type: 'tekton' }, pipeline: { name, jenkinsfile }, ...spec },
    },
    { apiVersion, kind: 'PipelineRun', metadata, spec: { pipelineRef: { name } } },
  ];
  await kubectl.out(['create', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
}

/** The log of a run: every step of every pod in order. */
async function log(run: string): Promise<string> {
  const selector = `tekton.dev/pipelineRun=${run}`;
  const args = [
    'logs',
    '-n',
    'demo',
    '-l',
    selector,
    '--all-containers',
    '--tail=-1',
    '--max-log-requests=50',
  ];
  return await kubectl.out(args);
}

describe('the demo', () => {
  test('one run succeeds and one fails on purpose', async () => {
    expect((await finished('greeting-1')).phase).toBe('Succeeded');
    const broken = await finished('broken-1');
    expect(broken.phase).toBe('Failed');
    // What a person needs next: the stage, the step with its line, its exit code, and the command that shows its log.
    expect(broken.conditions.find((c) => c.type === 'Succeeded')?.message).toBe(
      'Stage "Check" failed: step sh, line 6 exited with code 1. ' +
        'Its log: kubectl -n demo logs broken-1-check-pod -c step-1-sh',
    );
    expect(broken['startTime']).toMatch(/Z$/);
    expect(broken['completionTime']).toMatch(/Z$/);
  });

  test('kubectl logs shows what the steps printed', async () => {
    const text = await log('greeting-1');
    expect(text).toContain('Hello, world!');
    expect(text).toContain('All stages succeeded');
    const failed = await log('broken-1');
    expect(failed).toContain('two and two is five?');
    expect(failed).toContain('A stage failed, so nothing was shipped');
    expect(failed).not.toContain('Never reached');
  });

  test('the printed columns carry the build number and the phase', async () => {
    const table = await kubectl.out(['get', runs, '-n', 'demo']);
    expect(table).toMatch(/^NAME\s+ID\s+/);
    expect(table).toMatch(/^greeting-1\s+1\s+.*Succeeded/m);
  });

  test('it is applied on the first start only', async () => {
    await kubectl.out(['delete', runs, 'broken-1', '-n', 'demo']);
    expect(await up.stop()).toBe(0);
    up = await startArmillary([
      'up',
      '--demo',
      '--data',
      `${folder.path}/data`,
      '--port',
      '0',
      '--api-port',
      '0',
      '--notification-port',
      '0',
    ]);
    const names = await kubectl.out(['get', runs, '-n', 'demo', '-o', 'name']);
    expect(names).toContain('greeting-1');
    expect(names).not.toContain('broken-1');
  });
});

describe('a run', () => {
  test('is created by kubectl under a generated name, with parameters', async () => {
    const name = (
      await kubectl.out([
        'create',
        '-f',
        new URL('../examples/greeting-run.yaml', import.meta.url).pathname,
        '-o',
        'jsonpath={.metadata.name}',
      ])
    ).trim();
    expect((await finished(name)).phase).toBe('Succeeded');
    expect(await log(name)).toContain('Hello, reader!');
  });

  test('streams its log while it runs, and Stop cancels it', async () => {
    await start(
      'slow',
      `pipeline { agent any
      stages { stage('Wait') { steps { sh 'echo first; sleep 600; echo last' } } } }`,
    );
    const pod = await eventually('the pod', async () => {
      const name = await kubectl
        .out([
          'get',
          'pods',
          '-n',
          'demo',
          '-l',
          'tekton.dev/pipelineRun=slow',
          '-o',
          'jsonpath={.items[0].metadata.name}',
        ])
        .catch(() => '');
      return name !== '' && name;
    });
    const step = await kubectl.out([
      'get',
      'pod',
      pod,
      '-n',
      'demo',
      '-o',
      'jsonpath={.spec.containers[0].name}',
    ]);
    expect(step).toMatch(/^step-/);
    await kubectl.out(
      ['wait', `pod/${pod}`, '-n', 'demo', '--for=jsonpath={.status.phase}=Running', '--timeout=60s'],
      patient,
    );
    const following = kubectl.start(['logs', '-n', 'demo', pod, '-c', step, '-f']);
    await eventually('the first line', () => following.output().includes('first'));
    await kubectl.out([
      'patch',
      runs,
      'slow',
      '-n',
      'demo',
      '--type=merge',
      '-p',
      '{"spec":{"action":"Stop"}}',
    ]);
    expect((await finished('slow')).phase).toBe('Cancelled');
    await ended(following);
    expect(following.output()).not.toMatch(/^last$/m);
  });

  test('of a broken Jenkinsfile says what is wrong and where', async () => {
    await start('unclosed', "pipeline {\n  agent any\n  stages {\n    stage('A') { steps { echo 'x' }\n");
    const status = await finished('unclosed');
    expect(status.phase).toBe('Failed');
    expect(status.conditions.find((c) => c.type === 'Succeeded')?.message).toMatch(/line \d/);
  });

  test('of a construct that is not supported yet names it and its line, and runs nothing', async () => {
    await start(
      'matrix',
      `pipeline {
  agent any
  stages {
    stage('First') { steps { sh 'true' } }
    stage('Cells') {
      matrix {
        axes { axis { name 'A'; values '1', '2' } }
        stages { stage('x') { steps { echo 'x' } } }
      }
    }
  }
}`,
    );
    const status = await finished('matrix');
    expect(status.phase).toBe('Failed');
    const message = status.conditions.find((c) => c.type === 'Succeeded')!.message;
    expect(message).toMatch(/matrix/);
    expect(message).toMatch(/line 6/);
    expect(
      await kubectl.out(['get', 'pods', '-n', 'demo', '-l', 'tekton.dev/pipelineRun=matrix', '-o', 'name']),
    ).toBe('');
  });

  test('with an unknown engine fails with the reason', async () => {
    const jenkinsfile = "pipeline { agent any\n stages { stage('A') { steps { echo 'x' } } } }";
    await start('engine', jenkinsfile, { engine: { type: 'hudson' } });
    const status = await finished('engine');
    expect(status.phase).toBe('Failed');
    expect(status.conditions.find((c) => c.type === 'Succeeded')?.message).toMatch(/hudson.*tekton/);
  });

  test('of a pipeline that does not exist fails with the reason', async () => {
    const run = {
      apiVersion: 'devops.kubesphere.io/v1alpha3',
      kind: 'PipelineRun',
      metadata: { name: 'lost', namespace: 'demo' },
      spec: { pipelineRef: { name: 'nowhere' } },
    };
    await kubectl.out(['create', '-f', '-'], { stdin: JSON.stringify(run) });
    const status = await finished('lost');
    expect(status.phase).toBe('Failed');
    expect(status.conditions.find((c) => c.type === 'Succeeded')).toMatchObject({
      reason: 'PipelineNotFound',
      message: expect.stringContaining('nowhere'),
    });
  });

  test('takes its Tekton objects with it when deleted', async () => {
    await kubectl.out(['delete', runs, 'slow', '-n', 'demo', '--timeout=60s'], patient);
    await eventually(
      'no pods left',
      async () =>
        (await kubectl.out([
          'get',
          'pods,taskruns.tekton.dev,pipelineruns.tekton.dev',
          '-n',
          'demo',
          '-l',
          'tekton.dev/pipelineRun=slow',
          '-o',
          'name',
        ])) === '',
    );
  });
});

test('deleting the project deletes its namespace', async () => {
  await kubectl.out(['delete', 'devopsproject', 'demo', '--timeout=60s'], patient);
  await eventually(
    'the namespace is gone',
    async () => (await kubectl.out(['get', 'ns', 'demo', '--ignore-not-found', '-o', 'name'])) === '',
  );
});
