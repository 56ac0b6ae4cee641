/** What becomes of runs when processes are killed, told to stop, or fed with what nobody expects. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  KubeClient,
  coreV1,
  loadKubeconfig,
  type KubeObject,
  type ResourceClient,
  type ResourceType,
} from '@armillary/kube';
import { devopsKinds } from '@armillary/pipelines';
import { armillary, processOfRole, temporaryFolder } from './testing/armillary.ts';
import { ended, eventually } from './testing/process.ts';

interface Run extends KubeObject {
  status?: { phase?: string; conditions?: { type: string; reason: string; message: string }[] };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let up: ChildProcess;
let words = '';
let client: KubeClient;

beforeEach(async () => {
  folder = await temporaryFolder();
  const ports = ['--port=0', '--api-port=0', '--notification-port=0'];
  // The leader of a group, as under a terminal.
  up = spawn(
    process.execPath,
    [armillary, 'up', '--data', `${folder.path}/data`, ...ports, '--output=json'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  words = '';
  up.stderr!.setEncoding('utf8').on('data', (text: string) => (words += text));
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    createInterface({ input: up.stdout! }).once('line', (line) =>
      resolve((JSON.parse(line) as { kubeconfig: string }).kubeconfig),
    );
    up.once('exit', () => reject(new Error(words)));
  });
  client = new KubeClient(await loadKubeconfig({ path: kubeconfig }));
  await client.apply(object('DevOpsProject', 'p', {}, {}), { fieldManager: 'test', force: true });
  await eventually('the namespace', async () => {
    return await client
      .resource(coreV1.namespaces)
      .get('p')
      .then(
        () => true,
        () => false,
      );
  });
});

afterEach(async () => {
  await client.close();
  up.kill('SIGTERM');
  await ended(up);
  await folder.remove();
});

function object(kind: string, name: string, spec: object, metadata: object = { namespace: 'p' }): KubeObject {
  const apiVersion = 'devops.kubesphere.io/v1alpha3';
  return { apiVersion, kind, metadata: { name, ...metadata }, spec } as KubeObject;
}

const kind = (name: string): ResourceType<Run> =>
  devopsKinds.find((one) => one.kind === name)! as ResourceType<Run>;

function runs(): ResourceClient<Run> {
  return client.resource(kind('PipelineRun'));
}

/** Creates a pipeline and some runs of it. */
async function start(name: string, jenkinsfile: string, count = 1): Promise<void> {
  const pipelines = client.resource(kind('Pipeline'));
  const spec = { type: 'pipeline', engine: { type: 'tekton' }, pipeline: { name, jenkinsfile } };
  await pipelines.create(object('Pipeline', name, spec));
  for (let i = 0; i < count; i++) {
    await runs().create(object('PipelineRun', `${name}-${i}`, { pipelineRef: { name } }));
  }
}

/** The run's end: its phase, and what its condition says. */
async function finished(name: string): Promise<{ phase: string; message: string }> {
  return await eventually(`${name} to end`, async () => {
    const { phase = '', conditions } = (await runs().get(name, { namespace: 'p' })).status ?? {};
    const message = conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
    return ['Succeeded', 'Failed', 'Cancelled'].includes(phase) && { phase, message };
  });
}

/** Processes of this machine that work in our data folder, whoever their parent is. */
function processesOfSteps(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${folder.path}`);
    } catch {
      return false;
    }
  });
}

/** Resolves when there is none: a process ends a moment after it is sent SIGKILL. */
async function noProcessOfSteps(): Promise<void> {
  await eventually('the end of all processes of steps', () => processesOfSteps().length === 0);
}

/** What `up` said beside the words of a quiet life. */
function complaints(): string[] {
  return words.split('\n').filter((line) => !/^(Starting|Ready|Alerts are taken|Stopping|$)/.test(line));
}

const oneStage = (script: string): string =>
  `pipeline { agent any\n stages { stage('Only') { steps { sh '''${script}''' } } } }`;

describe('SIGKILL', () => {
  test('of the controllers: what ran has failed with the reason, ran once, and leaves no process', async () => {
    const trace = `${folder.path}/trace`;
    await start('job', oneStage(`echo ran >> ${trace}; sleep 600`));
    await eventually('the step', () => existsSync(trace));
    process.kill(await processOfRole(up.pid, 'controller'), 'SIGKILL');
    const end = await finished('job-0');
    expect(end.phase).toBe('Failed');
    expect(end.message).toMatch(/runner was restarted/);
    expect(readFileSync(trace, 'utf8')).toBe('ran\n');
    await noProcessOfSteps();
    await start('next', oneStage('true'));
    expect((await finished('next-0')).phase).toBe('Succeeded');
  });

  test('of the API server: the run goes on and succeeds', async () => {
    const trace = `${folder.path}/trace`;
    const go = `${folder.path}/go`;
    await start('job', oneStage(`echo ran >> ${trace}; while ! test -e ${go}; do sleep 0.1; done`));
    await eventually('the step', () => existsSync(trace));
    process.kill(await processOfRole(up.pid, 'api'), 'SIGKILL');
    writeFileSync(go, '');
    const end = await eventually('the run', async () => {
      const run = await runs()
        .get('job-0', { namespace: 'p' })
        .catch(() => undefined);
      return (
        run?.status?.phase === 'Succeeded' || (run?.status?.phase === 'Failed' && JSON.stringify(run.status))
      );
    });
    expect(end).toBe(true);
    expect(readFileSync(trace, 'utf8')).toBe('ran\n');
  });
});

describe('a stop', () => {
  test('by Ctrl-C, which reaches all processes: in order, exit code 0, no complaints', async () => {
    await start('job', oneStage('true'));
    await finished('job-0');
    process.kill(-up.pid!, 'SIGINT');
    await ended(up);
    expect(up.exitCode).toBe(0);
    expect(complaints()).toEqual([]);
  });

  test('while ten runs are under way ends them all and leaves no process', async () => {
    const daemon = 'setsid sleep 600 < /dev/null > /dev/null 2>&1 &';
    await start('job', oneStage(`${daemon} touch ${folder.path}/run-$BUILD_NUMBER; sleep 600`), 10);
    await eventually(
      'all steps',
      () => readdirSync(folder.path).filter((n) => n.startsWith('run-')).length === 10,
    );
    expect(processesOfSteps().length).toBeGreaterThanOrEqual(10);
    up.kill('SIGTERM');
    await ended(up);
    expect(up.exitCode).toBe(0);
    await noProcessOfSteps();
    expect(complaints()).toEqual([]);
  });
});
