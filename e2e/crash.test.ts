/**
 * What was acknowledged survives SIGKILL. Sixteen writers create objects while the whole of `up` is killed, again and
 * again; ARMILLARY_CRASH_ROUNDS sets how often (the release check uses 20).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { KubeClient, coreV1, loadKubeconfig, type ConfigMap } from '@armillary/kube';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { ended, eventually } from './testing/process.ts';

const rounds = Number(process.env['ARMILLARY_CRASH_ROUNDS'] ?? 3);

/** Starts `up` as the leader of a process group, so that one kill reaches all its processes. */
async function startGroup(data: string): Promise<{ process: ChildProcess; kubeconfig: string }> {
  const child = spawn(
    process.execPath,
    [
      armillary,
      'up',
      '--data',
      data,
      '--port',
      '0',
      '--api-port',
      '0',
      '--notification-port',
      '0',
      '--output',
      'json',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) =>
      resolve((JSON.parse(line) as { kubeconfig: string }).kubeconfig),
    );
    child.once('exit', () => reject(new Error(stderr)));
  });
  return { process: child, kubeconfig };
}

test(
  `${rounds} times kill -9 under 16 writers loses nothing acknowledged`,
  async () => {
    const folder = await temporaryFolder();
    const acknowledged = new Map<string, number>();
    let watchFrom: string | undefined;
    let highest = 0;
    for (let round = 0; round < rounds; round++) {
      const group = await startGroup(`${folder.path}/data`);
      const client = new KubeClient(await loadKubeconfig({ path: group.kubeconfig }));
      const maps = client.resource(coreV1.configMaps);
      const list = await maps.list({ namespace: 'default' });
      const present = new Map(list.items.map((o) => [o.metadata.name!, Number(o.metadata.resourceVersion)]));
      for (const [name, version] of acknowledged) expect(present.get(name)).toBe(version);
      expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(highest);
      if (watchFrom !== undefined) await expectNoGap(client, watchFrom, acknowledged);
      watchFrom = list.metadata.resourceVersion;

      let written = 0;
      const killed = Promise.withResolvers<void>();
      const writer = async (id: number): Promise<void> => {
        for (let i = 0; ; i++) {
          const name = `r${round}-w${id}-${i}`;
          const object: ConfigMap = {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name, namespace: 'default' },
            data: { round: String(round) },
          };
          const answer = await maps.create(object).catch(() => undefined);
          if (answer === undefined) return;
          acknowledged.set(name, Number(answer.metadata.resourceVersion));
          highest = Math.max(highest, Number(answer.metadata.resourceVersion));
          // Killed in the middle of the flow, at another point in each round.
          if (++written === 60 + round * 17) {
            process.kill(-group.process.pid!, 'SIGKILL');
            killed.resolve();
          }
        }
      };
      await Promise.all([killed.promise, ...Array.from({ length: 16 }, async (_, id) => await writer(id))]);
      await ended(group.process);
      await groupEnded(group.process.pid!);
      await client.close();
    }
    await folder.remove();
  },
  60_000 + rounds * 60_000,
);

/**
 * Resolves when the other processes of a group have ended, too. One that was writing to the disk when it was killed ends
 * when that is done, and has the data folder until then.
 */
async function groupEnded(leader: number): Promise<void> {
  const group = String(leader);
  const isLeft = (pid: string): boolean => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // After the name in parentheses: the state, the parent, the group (proc(5)).
      const [state, , its] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return its === group && state !== 'Z' && state !== 'X';
    } catch {
      return false;
    }
  };
  await eventually('the end of all processes', () => !readdirSync('/proc').some(isLeft));
}

/** A watch from before the crash shows every object acknowledged since, or says 410. */
async function expectNoGap(
  client: KubeClient,
  from: string,
  acknowledged: Map<string, number>,
): Promise<void> {
  const missing = new Set(
    [...acknowledged].filter(([, version]) => version > Number(from)).map(([name]) => name),
  );
  const signal = AbortSignal.timeout(60_000);
  for await (const event of client
    .resource(coreV1.configMaps)
    .watch({ namespace: 'default', resourceVersion: from, signal })) {
    if (event.type === 'BOOKMARK') continue;
    missing.delete(event.object.metadata.name!);
    if (missing.size === 0) return;
  }
  expect([...missing]).toEqual([]);
}
