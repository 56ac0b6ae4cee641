import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { KubeClient, loadKubeconfig, type KubeObject } from '@armillary/kube';
import { eventually } from '../e2e/testing/process.ts';
import { startServerProgram } from '../e2e/testing/server-program.ts';
import { namespaces, type BenchAlert } from './alert-load.ts';

/** A program that takes alerts and tells the sink. */
export interface AlertServer {
  url: string;
  pid: number;
  /** A post as it takes them. */
  bodyOf: (alerts: BenchAlert[]) => object;
  stop: () => Promise<void>;
}

/** Our notification manager, with the means to change the objects it reads. */
export interface ManagerServer extends AlertServer {
  client: KubeClient;
}

/** Both wait so long for more alerts of a group that begins. */
const waitSeconds = 1;

/** Debian's Alertmanager with one webhook receiver and a group for each value of the label `group`. */
export async function startAlertmanager(work: string, sinkUrl: string): Promise<AlertServer> {
  const folder = mkdtempSync(join(work, 'alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  const route = {
    receiver: 'sink',
    group_by: ['group'],
    group_wait: `${waitSeconds}s`,
    group_interval: '1s',
    repeat_interval: '4h',
  };
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({ route, receivers: [{ name: 'sink', webhook_configs: [{ url: sinkUrl }] }] }),
  );
  const program = await startServerProgram({
    command: 'prometheus-alertmanager',
    readyPath: '/-/ready',
    args: ([port]) => [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
  });
  return {
    url: program.url,
    pid: program.pid,
    // It takes the time of the post for the start: a group that began long ago would not wait for its alerts.
    bodyOf: (alerts) =>
      alerts.map(({ labels, annotations, generatorURL }) => ({ labels, annotations, generatorURL })),
    stop: () => program.stop('SIGKILL'),
  };
}

/**
 * The notification manager as a process of its own, beside an embedded API server, with a webhook receiver for each
 * namespace. `main` is the program's file; alerts are kept in SQLite, or in the PostgreSQL that `storeUrl` names.
 */
export async function startManager(
  main: string,
  work: string,
  sinkUrl: string,
  storeUrl?: string,
): Promise<ManagerServer> {
  const folder = mkdtempSync(join(work, 'manager-'));
  const api = await startArmillary(main, ['api', '--data', join(folder, 'api'), '--port', '0']);
  const kubeconfig = api.ready.kubeconfig!;
  const flags = ['--standalone', '--kubeconfig', kubeconfig, '--data', folder, '--port', '0'];
  const env = storeUrl === undefined ? {} : { ARMILLARY_NOTIFICATION_STORE_URL: storeUrl };
  const manager = await startArmillary(main, ['notification-manager', ...flags], env).catch(
    async (error: unknown) => {
      await api.stop();
      throw error;
    },
  );
  const client = new KubeClient(await loadKubeconfig({ path: kubeconfig }));
  const stop = async (): Promise<void> => {
    await manager.stop();
    await client.close();
    await api.stop();
  };
  const url = manager.ready.notifications!;
  try {
    for (const object of objects(sinkUrl)) await client.apply(object, { fieldManager: 'bench', force: true });
    await eventually('all receivers are known', async () => {
      const known = (await (await fetch(`${url}/receivers`)).json()) as object;
      return Object.keys(known).length === namespaces;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    pid: manager.pid,
    client,
    bodyOf: (alerts) => ({ version: '4', receiver: 'armillary', status: 'firing', alerts }),
    stop,
  };
}

/** An object of notification.kubesphere.io/v2beta2. */
function notification(kind: string, name: string, labels: Record<string, string>, spec: object): KubeObject {
  return {
    apiVersion: 'notification.kubesphere.io/v2beta2',
    kind,
    metadata: { name, labels },
    spec,
  } as KubeObject;
}

function objects(sinkUrl: string): KubeObject[] {
  const names = Array.from({ length: namespaces }, (_, number) => `team-${number}`);
  const receivers = {
    tenantKey: 'user',
    globalReceiverSelector: { matchLabels: { type: 'global' } },
    tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
    // The sink holds its answers for a while.
    options: { webhook: { notificationTimeout: 100 } },
  };
  return [
    notification(
      'NotificationManager',
      'bench',
      {},
      {
        receivers,
        groupLabels: ['group'],
        batchMaxWait: `${waitSeconds}s`,
      },
    ),
    ...names.map((name) =>
      notification(
        'Receiver',
        name,
        { type: 'tenant', user: name },
        { webhook: { url: `${sinkUrl}/${name}` } },
      ),
    ),
  ];
}

interface Ready {
  kubeconfig?: string;
  notifications?: string;
}

async function startArmillary(
  main: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ pid: number; ready: Ready; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [main, ...args, '--output', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`armillary ${args[0]} ended with ${code}`);
    }),
  ])) as [string];
  return {
    pid: child.pid!,
    ready: JSON.parse(line) as Ready,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
