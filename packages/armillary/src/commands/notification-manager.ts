import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { createLogger } from '../log.ts';
import {
  checkAccess,
  notificationOptions,
  readTokenFile,
  upstreamOptions,
  withUpstreamFlags,
  type NotificationFlags,
} from '../notification-flags.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';
import { checkSourceCommand } from './check-source.ts';
import { explainCommand } from './explain.ts';
import { sidecarCommand } from './sidecar.ts';

/** `armillary notification-manager`: takes alerts and tells people, against any Kubernetes API server. */
export function notificationManagerCommand(): Command {
  const command = new Command('notification-manager')
    .description('take alerts and tell people, until SIGTERM')
    .enablePositionalOptions()
    .action(notificationManager);
  for (const option of [...notificationOptions(), ...upstreamOptions()]) command.addOption(option);
  command.addCommand(checkSourceCommand());
  command.addCommand(explainCommand());
  command.addCommand(sidecarCommand());
  return command;
}

async function notificationManager(given: NotificationFlags): Promise<void> {
  const flags = withUpstreamFlags(given);
  checkAccess(flags);
  const signal = stopSignal();
  // Loaded here, so that help and completion answer at once.
  const { KubeClient, loadKubeconfig } = await import('@armillary/kube');
  const { notificationKinds, startNotificationManager } = await import('@armillary/notifications');
  const { applyDefinitions } = await import('../definitions.ts');
  const logger = createLogger(flags.logLevel, 'notification-manager');
  const config = await loadKubeconfig(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig });
  const client = new KubeClient(config, { userAgent: `armillary-notification-manager/${version}` });
  try {
    if (flags.standalone) {
      const definitions = notificationKinds.map((kind) => kind.crd());
      await applyDefinitions(client, definitions, signal);
    }
    const running = await startNotificationManager({
      client,
      logger,
      signal,
      host: flags.host,
      port: flags.port,
      userAgent: `armillary/${version}`,
      access: await accessOf(flags, client),
      folder: join(resolve(flags.data), 'notifications'),
      storeUrl: await storeUrl(flags),
      name: flags.name,
      namespace: flags.namespace ?? client.namespace,
      tenantMatch: flags.tenantMatch,
      apiUrls: flags.channelUrl ?? {},
      expireAfterMs: flags.expireAfter,
      sidecarUrl: flags.sidecarUrl,
      sidecarPort: flags.sidecarPort,
    });
    const { url, sidecarUrl } = running;
    if (flags.output === 'json') printEvent({ event: 'ready', notifications: url, sidecar: sidecarUrl });
    else say(`Ready. Alerts are taken at ${url}/api/v2/alerts`);
    await Promise.race([aborted(signal), running.ended]);
    await running.stop();
    // One that failed has ended already; its error decides the exit code.
    await running.ended;
  } catch (error) {
    throw systemRefusal(error, flags) ?? error;
  } finally {
    await client.close();
  }
}

async function accessOf(
  flags: NotificationFlags,
  client: import('@armillary/kube').KubeClient,
): Promise<import('@armillary/notifications').Access> {
  const { alertsFromEverybody, kubernetesAccess, openAccess, tokenAccess } =
    await import('@armillary/notifications');
  const { tokenFile } = flags;
  if (tokenFile !== undefined) await readTokenFile(tokenFile);
  const restricted =
    flags.access === 'kubernetes'
      ? kubernetesAccess(client)
      : tokenFile === undefined || flags.access === 'open'
        ? openAccess
        : tokenAccess(() => readTokenFile(tokenFile));
  return flags.anonymousAlerts ? alertsFromEverybody(restricted) : restricted;
}

async function storeUrl({ storeUrlFile }: NotificationFlags): Promise<string | undefined> {
  const variable = process.env['ARMILLARY_NOTIFICATION_STORE_URL'];
  const from = storeUrlFile === undefined ? 'ARMILLARY_NOTIFICATION_STORE_URL' : '--store-url-file';
  const url = storeUrlFile === undefined ? variable : (await contentOf(storeUrlFile)).trim();
  if (url === undefined || /^postgres(ql)?:\/\//.test(url)) return url;
  throw new CommandError('usage', `${from}: what is there does not begin with postgres://`);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', `--store-url-file: ${file} cannot be read`, { cause: error });
  }
}

/** What to do about an address or a folder that the system does not give. */
function systemRefusal(error: unknown, { host, port, data }: NotificationFlags): CommandError | undefined {
  const refusal = error as NodeJS.ErrnoException & { port?: number };
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${refusal.port ?? port} on ${host} is taken: stop what listens there, or choose another (0 picks a free one)`,
    EADDRNOTAVAIL: `--host: ${host} is no address of this machine`,
    ...(refusal.syscall === 'mkdir' ? folderRefusals(data) : {}),
  };
  const message = words[refusal.code ?? ''];
  return message === undefined ? undefined : new CommandError('failure', message, { cause: error });
}

function folderRefusals(data: string): Record<string, string> {
  const message = `--data: no folder can be made at ${data}: choose another, or give this user the right to write there`;
  return { EACCES: message, EEXIST: message, ENOTDIR: message, EROFS: message };
}
