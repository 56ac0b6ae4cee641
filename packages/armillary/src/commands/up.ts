import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ChildRole, type ReadyEvent } from '../child-role.ts';
import { CommandError } from '../command-error.ts';
import { checkJenkinsFlags, jenkinsArguments, jenkinsOptions, type JenkinsFlags } from '../jenkins-flags.ts';
import { machineAddresses } from '../machine-addresses.ts';
import { machineNodeName } from '../node-name.ts';
import { isLoopback } from '../notification-flags.ts';
import { ensureTokenFile } from '../token-file.ts';
import { dataOption, logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';

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
      new Option(
        '--node-lb <mode>',
        'LoadBalancer Services on this machine: say what would be done, or do it (as root)',
      )
        .choices(['plan', 'apply'])
        .default('plan'),
    )
    .addOption(outputOption())
    .addOption(logLevelOption('warn'))
    .action(up);
  for (const option of jenkinsOptions()) command.addOption(option);
  return command;
}

/** What changes the rules of this machine needs the rights for it; better said before anything runs. */
function checkNodeLb({ nodeLb }: UpOptions): void {
  if (nodeLb === 'plan') return;
  if (process.platform !== 'linux') {
    throw new CommandError('usage', 'load balancing works on Linux only: leave out --node-lb apply');
  }
  if (process.getuid?.() !== 0) {
    throw new CommandError('usage', '--node-lb apply changes the rules of this machine: run it as root');
  }
}

function controllerFlags(api: ReadyEvent, nodeName: string, options: UpOptions): string[] {
  const { certificate, key, clientCa } = api['kubelet'] as Record<string, string>;
  return [
    '--components',
    'pipelines,tekton-runner,node-lb',
    '--standalone',
    `--node-name=${nodeName}`,
    `--kubeconfig=${String(api['kubeconfig'])}`,
    `--kubelet-certificate=${certificate!}`,
    `--kubelet-key=${key!}`,
    `--kubelet-client-ca=${clientCa!}`,
    ...(options.demo ? ['--demo'] : []),
    ...jenkinsArguments(options),
  ];
}

/** The agent of this machine. It serves at the machine's own addresses, which the virtual node does not have. */
async function nodeAgentFlags(api: ReadyEvent, nodeName: string, { nodeLb }: UpOptions): Promise<string[]> {
  const addresses = await machineAddresses();
  return [
    `--kubeconfig=${String(api['kubeconfig'])}`,
    `--node-name=${nodeName}`,
    ...addresses.map((address) => `--node-address=${address}`),
    ...(nodeLb === 'plan' ? ['--plan'] : []),
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
  checkNodeLb(options);
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
  let nodeAgent: ChildRole | undefined;
  try {
    say('Starting the API server');
    const ready = await Promise.race([api.start(), aborted(stop)]);
    if (!ready) return;
    say('Starting the controllers, the agent of this machine and the notification manager');
    const nodeName = machineNodeName();
    controller = new ChildRole({
      name: 'controller',
      args: () => ['controller', ...common, ...controllerFlags(ready, nodeName, options)],
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
    const agentFlags = await nodeAgentFlags(ready, nodeName, options);
    const agentCommon = ['--output', 'json', '--log-level', options.logLevel];
    const agent = new ChildRole({
      name: 'node-agent',
      args: () => ['node-agent', ...agentCommon, ...agentFlags],
      say,
      stopTimeoutMs,
    });
    nodeAgent = agent;
    const controllerStarted = controller.start();
    // Its kinds come with the controllers.
    const agentStarted = controllerStarted.then(() => {
      const starting = agent.start();
      if (options.nodeLb === 'apply') return starting;
      // What it only would do is for reading: nobody has to wait for that.
      starting.catch((error: Error) => {
        if (!stop.aborted) say(`${error.message}: nothing tells what LoadBalancer Services would get here`);
      });
      return undefined;
    });
    const started = Promise.all([notifications.start(), controllerStarted, agentStarted]);
    const [notificationsReady] = (await Promise.race([started, aborted(stop)])) ?? [];
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
    await Promise.all([controller?.stop(), nodeAgent?.stop(), notifications?.stop()]);
    await api.stop();
  }
}
