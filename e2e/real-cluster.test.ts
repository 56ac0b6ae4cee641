/**
 * The first pipeline on a real cluster's control plane: kube-apiserver, etcd and kube-controller-manager from the
 * folder that KUBEBUILDER_ASSETS names, and `armillary controller` as the only node. Not part of CI.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer } from '@armillary/embedded-api';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { ended, eventually } from './testing/process.ts';
import { startRealApiServer, type RealApiServer } from './testing/real-api-server.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
if (assets === undefined) {
  process.stderr.write(
    'SKIPPED: e2e/real-cluster.test.ts needs KUBEBUILDER_ASSETS, a folder with kube-apiserver\n',
  );
}

const runs = 'pipelineruns.devops.kubesphere.io';

describe.skipIf(assets === undefined)('a real cluster', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RealApiServer;
  let controller: ChildProcess;
  let controllerLog = '';
  let kubectl: KubectlSession;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const { kubeletServer, kubeletClient, caFile } = await certificates(`${folder.path}/pki`);
    server = await startRealApiServer(assets!, {
      flags: [
        `--kubelet-client-certificate=${kubeletClient.certFile}`,
        `--kubelet-client-key=${kubeletClient.keyFile}`,
        `--kubelet-certificate-authority=${caFile}`,
      ],
      controllers: ['*', '-nodeipam', '-route', '-service', '-cloud-node-lifecycle'],
    });
    controller = spawn(process.execPath, [
      armillary,
      'controller',
      '--components=pipelines,tekton-runner',
      '--standalone',
      '--output=json',
      '--log-level=warn',
      `--data=${folder.path}/data`,
      `--kubeconfig=${server.kubeconfig}`,
      `--kubelet-certificate=${kubeletServer.certFile}`,
      `--kubelet-key=${kubeletServer.keyFile}`,
      `--kubelet-client-ca=${caFile}`,
    ]);
    controller.stderr!.setEncoding('utf8').on('data', (text: string) => (controllerLog += text));
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: controller.stdout! }).once('line', () => resolve());
      controller.once('exit', (code) =>
        reject(new Error(`the controller exited with ${code}: ${controllerLog}`)),
      );
    });
    kubectl = new KubectlSession(requiredKubectls().at(-1)!, server.kubeconfig, folder.path);
  });

  afterAll(async () => {
    controller.kill('SIGTERM');
    await ended(controller);
    await server.stop();
    await folder.remove();
    expect(controller.exitCode).toBe(0);
    expect(controllerLog).toBe('');
  });

  async function finished(name: string): Promise<{ phase: string; conditions: { message: string }[] }> {
    return await eventually(`${name} to end`, async () => {
      const run = JSON.parse(await kubectl.out(['get', runs, name, '-n', 'demo', '-o', 'json']));
      return ['Succeeded', 'Failed', 'Cancelled'].includes(run.status?.phase) && run.status;
    });
  }

  async function start(name: string, jenkinsfile: string): Promise<void> {
    const metadata = { name, namespace: 'demo' };
    const apiVersion = 'devops.kubesphere.io/v1alpha3';
    const spec = { type: 'pipeline', engine: { type: 'tekton' }, pipeline: { name, jenkinsfile } };
    const items = [
      { apiVersion, kind: 'Pipeline', metadata, spec },
      { apiVersion, kind: 'PipelineRun', metadata, spec: { pipelineRef: { name } } },
    ];
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await kubectl.out(['create', '-f', '-'], { stdin });
  }

  test('the node is ready and taken by nothing else', async () => {
    const node = JSON.parse(await kubectl.out(['get', 'nodes', '-o', 'json'])).items[0];
    expect(node.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(node.spec.taints).toContainEqual(expect.objectContaining({ effect: 'NoSchedule' }));
  });

  test('a project makes its namespace, and the demo runs in it', async () => {
    const demo = new URL('../examples/demo/', import.meta.url).pathname;
    await kubectl.out(['apply', '-f', `${demo}1-project.yaml`]);
    await eventually('the namespace', async () => (await kubectl.run(['get', 'ns', 'demo'])).code === 0);
    await kubectl.out(['apply', '-f', `${demo}2-greeting.yaml`, '-f', `${demo}3-broken.yaml`]);
    expect(await finished('greeting-1')).toMatchObject({ phase: 'Succeeded' });
    expect((await finished('broken-1')).phase).toBe('Failed');
    const log = await kubectl.out([
      'logs',
      '-n=demo',
      '-l=tekton.dev/pipelineRun=greeting-1',
      '--all-containers',
      '--tail=-1',
    ]);
    expect(log).toContain('Hello, world!');
  });

  test('a log streams through the API server, and Stop cancels', async () => {
    await start(
      'slow',
      `pipeline { agent any
      stages { stage('Wait') { steps { sh 'echo first; sleep 600; echo last' } } } }`,
    );
    const pod = 'slow-wait-pod';
    await eventually('the pod runs', async () => {
      const phase = await kubectl.run(['get', 'pod', pod, '-n=demo', '-o=jsonpath={.status.phase}']);
      return phase.stdout === 'Running';
    });
    const following = kubectl.start(['logs', '-n=demo', pod, '-c=step-1-sh', '-f']);
    await eventually('the first line', () => following.output().includes('first'));
    await kubectl.out(['patch', runs, 'slow', '-n=demo', '--type=merge', '-p={"spec":{"action":"Stop"}}']);
    expect((await finished('slow')).phase).toBe('Cancelled');
    await ended(following);
    expect(following.output()).not.toMatch(/^last$/m);
  });

  test('deleting a run makes the garbage collector take its Tekton objects', async () => {
    await kubectl.out(['delete', runs, 'slow', 'greeting-1', '-n=demo', '--timeout=30s']);
    const kinds = 'pods,taskruns.tekton.dev,pipelineruns.tekton.dev';
    for (const run of ['slow', 'greeting-1']) {
      const list = ['get', kinds, '-n=demo', `-l=tekton.dev/pipelineRun=${run}`, '-o=name'];
      await eventually(`nothing left of ${run}`, async () => (await kubectl.out(list)) === '', 60_000);
    }
  });

  test('deleting the project deletes its namespace with everything in it', async () => {
    await kubectl.out(['delete', 'devopsproject', 'demo', '--timeout=60s'], { timeoutMs: 70_000 });
    await eventually(
      'the namespace is gone',
      async () => {
        return (await kubectl.out(['get', 'ns', 'demo', '--ignore-not-found', '-o=name'])) === '';
      },
      60_000,
    );
  });
});

/** The certificates that a control plane and its kubelet share: the embedded server makes such ones at its start. */
async function certificates(dataDir: string) {
  const embedded = await startApiServer({ dataDir, port: 0 });
  await embedded.close();
  return embedded.pki;
}
