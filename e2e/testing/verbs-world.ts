import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeJenkins, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { armillary, startArmillary, temporaryFolder, type Running } from './armillary.ts';
import { KubectlSession, requiredKubectls } from './kubectl.ts';
import { eventually, runProgram, type Finished } from './process.ts';

/** A PipelineRun, as far as these tests look at it. */
export interface Shown {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: object;
  status?: { phase?: string; completionTime?: string };
}

/** A verb that goes on. */
export interface Started {
  stdout(): string;
  done: Promise<{ code: number | null; signal: ChildProcess['signalCode']; stderr: string }>;
  kill(signal: 'SIGINT'): void;
}

/** `armillary up` with a fake Jenkins, kubectl beside it, and the verbs as processes of their own. */
export class VerbsWorld {
  readonly fake: FakeJenkins;
  readonly up: Running;
  readonly kubectl: KubectlSession;
  /** A folder of the test's own. */
  readonly folder: string;
  /** The flags that lead a verb to the Jenkins. */
  readonly onJenkins: readonly string[];
  readonly #remove: () => Promise<void>;

  private constructor(
    folder: { path: string; remove(): Promise<void> },
    fake: FakeJenkins,
    up: Running,
    onJenkins: readonly string[],
  ) {
    this.folder = folder.path;
    this.#remove = () => folder.remove();
    this.fake = fake;
    this.up = up;
    this.onJenkins = onJenkins;
    this.kubectl = new KubectlSession(requiredKubectls().at(-1)!, up.ready.kubeconfig, folder.path);
  }

  static async start(): Promise<VerbsWorld> {
    const folder = await temporaryFolder();
    const fake = await startFakeJenkins({ prefix: '/jenkins' });
    const tokenFile = join(folder.path, 'token');
    await writeFile(tokenFile, fake.users.admin.token);
    const onJenkins = [
      '--jenkins-url',
      fake.url,
      '--jenkins-user',
      'admin',
      '--jenkins-token-file',
      tokenFile,
    ];
    const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
    const up = await startArmillary(['up', '--data', `${folder.path}/data`, ...ports, ...onJenkins]);
    const world = new VerbsWorld(folder, fake, up, onJenkins);
    await mkdir(join(folder.path, 'home'), { recursive: true });
    await world.kubectl.out(['create', 'namespace', 'demo']);
    return world;
  }

  /** Ends all of it; gives the exit code of `up`. */
  async close(): Promise<number | null> {
    const code = await this.up.stop();
    await this.fake.close();
    await this.#remove();
    return code;
  }

  get env(): NodeJS.ProcessEnv {
    return this.kubectl.env;
  }

  /** Runs a verb to its end. */
  async verb(...args: string[]): Promise<Finished> {
    return await runProgram(process.execPath, [armillary, ...args, '-n', 'demo'], { env: this.env });
  }

  /** Starts a verb that goes on. */
  start(...args: string[]): Started {
    const child = spawn(process.execPath, [armillary, ...args, '-n', 'demo'], { env: this.env });
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

  async getRun(name: string): Promise<Shown> {
    const runs = 'pipelineruns.devops.kubesphere.io';
    return JSON.parse(await this.kubectl.out(['get', runs, name, '-n', 'demo', '-o', 'json'])) as Shown;
  }

  /** Waits until a run is in a phase; throws when it ended in another. */
  async phase(name: string, ...wanted: string[]): Promise<Shown> {
    return await eventually(`${name} to be ${wanted.join(' or ')}`, async () => {
      const run = await this.getRun(name);
      const { phase: now = '', completionTime } = run.status ?? {};
      if (completionTime !== undefined && !wanted.includes(now)) throw new Error(JSON.stringify(run.status));
      return wanted.includes(now) && run;
    });
  }

  async create(...items: object[]): Promise<void> {
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.kubectl.out(['create', '-f', '-'], { stdin });
  }
}

const apiVersion = 'devops.kubesphere.io/v1alpha3';

/** A Pipeline on an engine. */
export function pipeline(engine: string, name: string, jenkinsfile: string, more: object = {}): object {
  const spec = { type: 'pipeline', engine: { type: engine }, pipeline: { name, jenkinsfile, ...more } };
  return { apiVersion, kind: 'Pipeline', metadata: { name, namespace: 'demo' }, spec };
}

/** A run of a Pipeline. */
export function run(name: string, of: string, more: object = {}): object {
  return {
    apiVersion,
    kind: 'PipelineRun',
    metadata: { name, namespace: 'demo' },
    spec: { pipelineRef: { name: of }, ...more },
  };
}
