/** `armillary up` with a Jenkins: what is asked for with kubectl runs there. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeJenkins, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { eventually } from './testing/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let fake: FakeJenkins;
let up: Running;
let kubectl: KubectlSession;
let tokenFile: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  tokenFile = join(folder.path, 'token');
  await writeFile(tokenFile, 'out-of-date\n');
  const jenkins = ['--jenkins-url', fake.url, '--jenkins-user', 'admin', '--jenkins-token-file', tokenFile];
  const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
  const data = `${folder.path}/data`;
  up = await startArmillary(['up', '--data', data, ...ports, ...jenkins, '--default-engine', 'jenkins']);
  kubectl = new KubectlSession(requiredKubectls().at(-1)!, up.ready.kubeconfig, folder.path);
});
afterAll(async () => {
  expect(await up.stop()).toBe(0);
  await fake.close();
  await folder.remove();
});

interface Shown {
  metadata: { annotations?: Record<string, string> };
  status?: { phase?: string; conditions: object[] };
}

test('runs pipelines on Jenkins, once the token is right', async () => {
  const apiVersion = 'devops.kubesphere.io/v1alpha3';
  const get = async (kind: string, name: string): Promise<Shown> =>
    JSON.parse(await kubectl.out(['get', `${kind}.devops.kubesphere.io`, name, '-n', 'demo', '-o', 'json']));
  await kubectl.out(['create', 'namespace', 'demo']);
  const metadata = { name: 'hello', namespace: 'demo' };
  const items = [
    {
      apiVersion,
      kind: 'Pipeline',
      metadata,
      spec: { type: 'pipeline', pipeline: { name: 'hello', jenkinsfile: 'echo "hello"' } },
    },
    { apiVersion, kind: 'PipelineRun', metadata, spec: { pipelineRef: { name: 'hello' } } },
  ];
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl.out(['create', '-f', '-'], { stdin });
  await eventually('the refusal to be told', async () => {
    const { metadata: shown } = await get('pipelines', 'hello');
    return shown.annotations?.['pipeline.devops.kubesphere.io/syncstatus'] === 'pending';
  });
  await writeFile(tokenFile, `${fake.users.admin.token}\n`);
  const status = await eventually(
    'the run to end',
    async () => {
      const run = await get('pipelineruns', 'hello');
      return run.status?.phase === 'Succeeded' && run.status;
    },
    90_000,
  );
  expect(status.conditions[0]).toMatchObject({ type: 'Succeeded', status: 'True' });
  expect(fake.job('demo/hello')?.builds).toHaveLength(1);
  expect(await kubectl.out(['get', 'pr', '-n', 'demo'])).toMatch(/^hello\s+1\s+Succeeded\s+Succeeded/m);
});
