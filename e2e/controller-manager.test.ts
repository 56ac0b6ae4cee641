/**
 * Controllers that nobody here wrote work against the embedded API server: the real kube-controller-manager rolls out
 * a Deployment and starts a Job. Needs KUBEBUILDER_ASSETS.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { ended, eventually } from './testing/process.ts';

const program = join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'kube-controller-manager');
const present = existsSync(program);
if (!present)
  process.stderr.write('SKIPPED: a real kube-controller-manager: set KUBEBUILDER_ASSETS to run it\n');

describe.skipIf(!present)('a real kube-controller-manager', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Running;
  let controllers: ChildProcess;
  let kubectl: KubectlSession;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startArmillary(['api', '--data', folder.path, '--port', '0']);
    kubectl = new KubectlSession(requiredKubectls().at(-1)!, server.ready.kubeconfig, folder.path);
    controllers = spawn(
      program,
      [
        `--kubeconfig=${server.ready.kubeconfig}`,
        // Garbage is collected by the server itself.
        '--controllers=deployment,replicaset,job,endpoint,endpointslice',
        '--secure-port=0',
        '--port=0',
      ],
      { stdio: 'ignore' },
    );
  });
  afterAll(async () => {
    controllers.kill('SIGKILL');
    await ended(controllers);
    await server.stop();
    await folder.remove();
  });

  async function pods(selector: string): Promise<string[]> {
    const out = await kubectl.out(['get', 'pods', '-l', selector, '-o', 'name']);
    return out.split('\n').filter((name) => name !== '');
  }

  test('rolls out, scales and rolls over a Deployment', async () => {
    await kubectl.out(['create', 'deployment', 'web', '--image=nginx:1', '--replicas=3']);
    await eventually('three pods', async () => (await pods('app=web')).length === 3);
    await kubectl.out(['scale', 'deployment', 'web', '--replicas=1']);
    await eventually('one pod', async () => (await pods('app=web')).length === 1);
    await kubectl.out(['set', 'image', 'deployment/web', 'nginx=nginx:2']);
    await eventually('a second replica set', async () => {
      const sets = await kubectl.out(['get', 'replicasets', '-l', 'app=web', '-o', 'name']);
      return sets.trim().split('\n').length === 2;
    });
    expect(await kubectl.out(['rollout', 'history', 'deployment/web'])).toMatch(/^2\s/m);
  });

  test('starts the pod of a Job, and deleting the Job takes it along', async () => {
    await kubectl.out(['create', 'job', 'once', '--image=busybox', '--', 'true']);
    await eventually('its pod', async () => (await pods('job-name=once')).length === 1);
    await kubectl.out(['delete', 'job', 'once', '--timeout=60s'], { timeoutMs: 90_000 });
    await eventually('no pod', async () => (await pods('job-name=once')).length === 0);
  });
});
