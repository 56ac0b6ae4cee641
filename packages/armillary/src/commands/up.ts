import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ChildRole, type ReadyEvent } from '../child-role.ts';
import { CommandError } from '../command-error.ts';
import { checkJenkinsFlags, jenkinsArguments, jenkinsOptions, type JenkinsFlags } from '../jenkins-flags.ts';
import { isLoopback } from '../notification-flags.ts';
import { ensureTokenFile } from '../token-file.ts';
import { dataOption, logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

interface UpOptions extends JenkinsFlags {
  data: string;
  host: string;
  port: number;
  apiPort: number;
  notificationPort: number;
  sidecarPort?: number;
  demo?: true;
  output: 'text' | 'json';
  logLevel: string;
  nodeLb: 'plan' | 'apply';
}

/** How long each process may take to stop: a controller drains its workers for up to 30 s. */
const stopTimeoutMs = 35_000;

/** `armillary up`: everything on one machine, one process a role, until it is told to stop. */
export function upCommand(): Command {
  const command = new Command('up')
    .description('run everything on this machine, until SIGTERM')
    .addOption(dataOption())
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'console; this version has none yet', port, 8080)
    .option('--api-port <port>', 'Kubernetes API', port, 6443)
    .option('--notification-port <port>', 'notification manager', port, 19093)
    .option(
      '--sidecar-port <port>',
      'who may act in a namespace, as a sidecar answers it; 19094, or a free one beside --notification-port 0',
      port,
    )
    .option('--demo', 'apply the examples on the first start')
    .addOption(
      new Option('--node-lb <mode>', 'load balancing; this version has none yet')
        .choices(['plan', 'apply'])
        .default('plan'),
    )
    .addOption(outputOption())
    .addOption(logLevelOption('warn'))
    .action(up);
  for (const option of jenkinsOptions()) command.addOption(option);
  return command;
}

/** Asking for what is not there yet is an error, rather than a flag that does nothing. */
function refuseMissingParts(options: UpOptions): void {
  if (options.nodeLb !== 'plan') {
    throw new CommandError('usage', `load balancing is not part of version ${version}: leave out --node-lb`);
  }
}

function controllerFlags(api: ReadyEvent, options: UpOptions): string[] {
  const { certificate, key, clientCa } = api['kubelet'] as Record<string, string>;
  return [
    '--components',
    'pipelines,tekton-runner',
    '--standalone',
    `--kubeconfig=${String(api['kubeconfig'])}`,
    `--kubelet-certificate=${certificate!}`,
    `--kubelet-key=${key!}`,
    `--kubelet-client-ca=${clientCa!}`,
    ...(options.demo ? ['--demo'] : []),
    ...jenkinsArguments(options),
  ];
}

/** A restart must come back at the addresses that Alertmanager knows. */
function notificationFlags(
  api: ReadyEvent,
  before: ReadyEvent | undefined,
  options: UpOptions,
  tokenFile: string | undefined,
): string[] {
  const { host, notificationPort, sidecarPort = notificationPort === 0 ? 0 : 19094 } = options;
  const portOf = (url: unknown, wanted: number): string =>
    typeof url === 'string' ? new URL(url).port : String(wanted);
  return [
    '--standalone',
    `--kubeconfig=${String(api['kubeconfig'])}`,
    `--host=${host}`,
    `--port=${portOf(before?.['notifications'], notificationPort)}`,
    `--sidecar-port=${portOf(before?.['sidecar'], sidecarPort)}`,
    ...(tokenFile === undefined ? [] : [`--token-file=${tokenFile}`]),
  ];
}

async function up(options: UpOptions): Promise<void> {
  refuseMissingParts(options);
  checkJenkinsFlags(options);
  const stop = stopSignal();
  const data = resolve(options.data);
  const common = ['--data', data, '--output', 'json', '--log-level', options.logLevel];

  const api = new ChildRole({
    name: 'api',
    // A restart must come back at the address that clients know.
    args: (ready) => [
      'api',
      ...common,
      '--host',
      options.host,
      '--port',
      ready ? String(ready['port']) : String(options.apiPort),
    ],
    say,
    stopTimeoutMs,
  });
  let controller: ChildRole | undefined;
  let notifications: ChildRole | undefined;
  try {
    say('Starting the API server');
    const ready = await Promise.race([api.start(), aborted(stop)]);
    if (!ready) return;
    say('Starting the controllers and the notification manager');
    controller = new ChildRole({
      name: 'controller',
      args: () => ['controller', ...common, ...controllerFlags(ready, options)],
      say,
      stopTimeoutMs,
    });
    // Whoever reaches an address of the network must know a token; loopback is open to this machine's programs.
    const tokenFile = isLoopback(options.host) ? undefined : join(data, 'notifications/token');
    if (tokenFile !== undefined) await ensureTokenFile(tokenFile);
    notifications = new ChildRole({
      name: 'notification-manager',
      args: (before) => [
        'notification-manager',
        ...common,
        ...notificationFlags(ready, before, options, tokenFile),
      ],
      say,
      stopTimeoutMs,
    });
    const started = Promise.all([controller.start(), notifications.start()]);
    const [, notificationsReady] = (await Promise.race([started, aborted(stop)])) ?? [];
    if (!notificationsReady) return;
    const kubeconfig = String(ready['kubeconfig']);
    const { notifications: alertsUrl } = notificationsReady;
    if (options.output === 'json') {
      printEvent({ event: 'ready', api: ready['api'], kubeconfig, notifications: alertsUrl });
    }
    say(`Ready. API ${String(ready['api'])}, kubeconfig ${kubeconfig}`);
    say(`Alerts are taken at ${String(alertsUrl)}/api/v2/alerts`);
    if (tokenFile !== undefined) say(`Their senders need the token in ${tokenFile}`);
    if (options.demo)
      say(`Try: kubectl --kubeconfig ${kubeconfig} get pipelineruns.devops.kubesphere.io -A -w`);
    await aborted(stop);
    say('Stopping');
  } finally {
    // The controllers write their last status while the API server still answers.
    await Promise.all([controller?.stop(), notifications?.stop()]);
    await api.stop();
  }
}
