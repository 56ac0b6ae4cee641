/** The controllers are killed in the middle of a start, at each point where one may die: the build runs once. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Fault, FaultyRequest } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { JenkinsWorld, plain } from './testing/jenkins-world.ts';
import { ended, eventually } from './testing/process.ts';

const noted = 'pipelines.armillary.dev/jenkins-build';

let world: JenkinsWorld;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let child: ChildProcess;

/** Starts the controllers as a process of their own. */
async function control(): Promise<void> {
  const token = join(folder.path, 'token');
  await writeFile(token, world.fake.users.admin.token);
  const jenkins = ['--jenkins-url', world.fake.url, '--jenkins-user', 'admin', '--jenkins-token-file', token];
  const server = ['--kubeconfig', world.kubeconfig, '--standalone', '--data', folder.path];
  const args = [
    'controller',
    '--components',
    'pipelines',
    ...server,
    ...jenkins,
    '--default-engine',
    'jenkins',
  ];
  const program = spawn(process.execPath, [armillary, ...args, '--output', 'json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = program;
  let stderr = '';
  program.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: program.stdout }).once('line', () => resolve());
    program.once('exit', () => reject(new Error(stderr)));
  });
}

beforeAll(async () => {
  folder = await temporaryFolder();
  world = await JenkinsWorld.start();
  await control();
  await world.project('shop');
});
afterAll(async () => {
  child.kill('SIGTERM');
  await ended(child);
  await world.close();
  await folder.remove();
});

/** Kills the process by the request that starts a build; that request then meets the fault. */
const atStart =
  (fault: Fault) =>
  ({ method, path }: FaultyRequest): Fault | undefined =>
    method === 'POST' && /\/build(?:WithParameters)?$/.test(path) && child.kill('SIGKILL')
      ? fault
      : undefined;

test.each([
  ['before the start reached Jenkins', 'unsent', atStart('reset')],
  ['after the start reached Jenkins', 'sent', atStart('reset-after')],
  [
    'while it looks which build it was',
    'queued',
    ({ path }: FaultyRequest): Fault | undefined =>
      path.endsWith('job/shop/api/json') && world.fake.job('shop/queued')?.builds.length === 1
        ? (child.kill('SIGKILL'), 'reset')
        : undefined,
  ],
] as const)('killed %s', async (_when, name, fault) => {
  await world.pipeline('shop', name, plain(name));
  await eventually('the job', async () => {
    const pipeline = await world.getPipeline('shop', name);
    return pipeline?.metadata.annotations?.['pipeline.devops.kubesphere.io/syncstatus'] === 'successful';
  });
  const undo = world.fake.fault(fault);
  await world.run('shop', `${name}-1`, { pipelineRef: { name } });
  await ended(child);
  undo();
  expect(child.signalCode).toBe('SIGKILL');
  expect((await world.getRun('shop', `${name}-1`))?.metadata.annotations?.[noted]).toContain('"from":1');
  await control();
  // What may have been on its way is waited for before it is sent once more.
  await eventually(
    'the run to succeed',
    async () => (await world.getRun('shop', `${name}-1`))?.status?.phase === 'Succeeded',
    90_000,
  );
  expect(world.fake.job(`shop/${name}`)?.builds).toHaveLength(1);
  const runs = (await world.runs('shop')).filter(({ spec }) => spec.pipelineRef.name === name);
  expect(runs.map(({ metadata }) => metadata.name)).toEqual([`${name}-1`]);
});
