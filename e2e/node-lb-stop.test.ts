/** The agent of a node ends in order at whatever moment of its start it is told to: each time the API server is asked. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { KubeClient, loadKubeconfig } from '@armillary/kube';
import { nodeLbKinds } from '@armillary/node-lb';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { armillary } from './testing/armillary.ts';
import { ApiGate } from './testing/node-lb-api-gate.ts';
import { Machine } from './testing/node-lb-machine.ts';
import { ended } from './testing/process.ts';
import { serveKinds } from './testing/serve-kinds.ts';

const canRun = canTryRules('how the agent of a node stops');

/** An agent that was told to stop. */
interface Stopped {
  code: number | null;
  /** What it had asked until then, such as `GET /version`. */
  asked: string[];
  stderr: string;
}

describe.skipIf(!canRun)('an agent', { timeout: 600_000 }, () => {
  let folder: string;
  let api: ApiServer;
  let gate: ApiGate;
  let machine: Machine;
  let kubeconfig: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node-lb-stop-'));
    api = await startApiServer({ dataDir: join(folder, 'api'), port: 0 });
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, nodeLbKinds);
    await client.close();
    gate = await ApiGate.start(api.kubeconfig, api.pki);
    machine = await Machine.start();
    await machine.openDoor(gate.url);
    kubeconfig = join(folder, 'kubeconfig');
    const cluster = {
      server: gate.url,
      'certificate-authority-data': Buffer.from(gate.ca).toString('base64'),
    };
    const context = { cluster: 'gate', user: 'administrator' };
    await writeFile(
      kubeconfig,
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'gate',
        contexts: [{ name: 'gate', context }],
        clusters: [{ name: 'gate', cluster }],
        users: [{ name: 'administrator', user: {} }],
      }),
    );
  });

  afterAll(async () => {
    await machine?.stop();
    await gate?.close();
    await api?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /**
   * Starts the agent and tells it to stop when the API server is asked for the n-th time, which gets no answer then; with
   * 0 at once.
   */
  async function stopAt(nth: number, way: 'SIGTERM' | 'disconnect', ...flags: string[]): Promise<Stopped> {
    const args = ['node-agent', `--kubeconfig=${kubeconfig}`, '--node-name=worker-1', ...flags];
    const [command = '', ...words] = [...machine.enter, process.execPath, armillary, ...args];
    const stdio = ['ignore', 'ignore', 'pipe', ...(way === 'disconnect' ? ['ipc' as const] : [])] as const;
    const child: ChildProcess = spawn(command, words, { stdio: [...stdio] });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const stop = (): void => {
      if (way === 'SIGTERM') child.kill('SIGTERM');
      else child.disconnect();
    };
    let times = 0;
    const asked: string[] = [];
    gate.before = async ({ method, path }) => {
      times += 1;
      if (times <= nth) asked.push(`${method} ${path}`);
      if (times < nth) return;
      if (times === nth) stop();
      // Like whatever is asked from now on it is never passed on: a lease made in the end would be there for the next agent.
      await new Promise(() => {});
    };
    if (nth === 0) stop();
    await ended(child);
    // What it asked last would count as the first words of the next one, which cannot be told to stop yet.
    await gate.deserted();
    return { code: child.exitCode, asked, stderr };
  }

  test.each([
    ['that only plans, by SIGTERM', 'SIGTERM', ['--plan']],
    ['that serves, by the end of its supervisor', 'disconnect', []],
  ] as const)('%s, whenever it is told', async (_name, way, flags) => {
    const inOrder = /warning|error|unsettled/i;
    let ofLease = 0;
    // Its lease is written last, when it has looked at the node: first as if it were there, and then it is made.
    for (let nth = 1; ofLease < 2; nth += 1) {
      const { code, asked, stderr } = await stopAt(nth, way, ...flags);
      const last = asked.at(-1);
      expect({ last, code, stderr }).toEqual({ last, code: 0, stderr: expect.not.stringMatching(inOrder) });
      ofLease = asked.filter((each) => each.includes('/leases')).length;
    }
  });

  test('whose supervisor is gone before it has begun', async () => {
    expect(await stopAt(0, 'disconnect', '--plan')).toMatchObject({ code: 0, asked: [] });
  });
});
