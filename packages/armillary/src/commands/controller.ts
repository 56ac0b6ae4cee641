import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CommandError } from '../command-error.ts';
import { componentNames, type ComponentName } from '../component-names.ts';
import type { KubeletFiles } from '../components.ts';
import { createLogger } from '../log.ts';
import { connectJenkins, jenkinsOptions, type JenkinsFlags } from '../jenkins-flags.ts';
import { machineNodeName } from '../node-name.ts';
import { dataOption, logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

interface ControllerOptions extends JenkinsFlags {
  components: ComponentName[];
  kubeconfig?: string;
  standalone?: true;
  demo?: true;
  data: string;
  acceptUnprovenProxy?: true;
  notificationImage: string;
  notificationNamespace?: string;
  nodeName: string;
  kubeletHost: string;
  kubeletPort: number;
  kubeletAddress?: string;
  kubeletCertificate?: string;
  kubeletKey?: string;
  kubeletClientCa?: string;
  host: string;
  healthPort: number;
  output: 'text' | 'json';
  logLevel: string;
}

function components(text: string): ComponentName[] {
  const names = text.split(',');
  for (const name of names) {
    if (!componentNames.includes(name as ComponentName)) {
      throw new InvalidArgumentError(
        `there is no component '${name}'; there are ${componentNames.join(', ')}.`,
      );
    }
  }
  return names as ComponentName[];
}

/** `armillary controller`: the controllers as one process, against any Kubernetes API server. */
export function controllerCommand(): Command {
  const command = new Command('controller')
    .description('run controllers against a Kubernetes API server, until SIGTERM')
    .requiredOption(
      '--components <names>',
      `which, comma-separated: ${componentNames.join(', ')}`,
      components,
    )
    .option('--kubeconfig <file>', 'the server; by default as kubectl finds it, or the cluster this runs in')
    .option(
      '--standalone',
      'nothing else runs controllers on the server: install definitions, elect no leader, take Tekton runs that name no manager',
    )
    .option('--demo', 'apply the examples on the first start')
    .addOption(dataOption())
    .option(
      '--accept-unproven-proxy',
      'node-lb: use nodes also beside kube-proxy in IPVS mode, and Cilium without kube-proxy',
    )
    .option(
      '--notification-image <image>',
      'what pods of a NotificationManager without an image run',
      `ghcr.io/armillary/armillary:${version}`,
    )
    .option('--notification-namespace <name>', 'where those pods run; by default where this one does')
    .option('--node-name <name>', 'name of the virtual node of tekton-runner', machineNodeName())
    .option('--kubelet-host <address>', 'address its kubelet endpoint listens on', '127.0.0.1')
    .option('--kubelet-port <port>', 'port of the kubelet endpoint', port, 0)
    .option('--kubelet-address <address>', 'address the API server reaches it at')
    .option('--kubelet-certificate <file>', 'its serving certificate, PEM')
    .option('--kubelet-key <file>', 'the key of that certificate, PEM')
    .option('--kubelet-client-ca <file>', 'authority of the client certificates that may read logs, PEM')
    .option('--host <address>', 'address for health and metrics', '127.0.0.1')
    .option('--health-port <port>', 'port for health and metrics', port, 0)
    .addOption(outputOption())
    .addOption(logLevelOption('info'))
    .action(controller);
  for (const option of jenkinsOptions()) command.addOption(option);
  return command;
}

function kubelet(options: ControllerOptions): { kubelet: KubeletFiles } | Record<string, never> {
  if (!options.components.includes('tekton-runner')) return {};
  const { kubeletCertificate: certificate, kubeletKey: key } = options;
  if (certificate === undefined || key === undefined) {
    throw new CommandError('usage', 'tekton-runner needs --kubelet-certificate and --kubelet-key');
  }
  return {
    kubelet: {
      host: options.kubeletHost,
      port: options.kubeletPort,
      certificate,
      key,
      ...(options.kubeletAddress === undefined ? {} : { address: options.kubeletAddress }),
      ...(options.kubeletClientCa === undefined ? {} : { clientCa: options.kubeletClientCa }),
    },
  };
}

async function controller(options: ControllerOptions): Promise<void> {
  const signal = stopSignal();
  // Loaded here, so that help and completion answer at once.
  const { KubeClient, loadKubeconfig } = await import('@armillary/kube');
  const { startComponents } = await import('../components.ts');
  const { startHealthServer } = await import('../health-server.ts');
  const logger = createLogger(options.logLevel, 'controller');
  const jenkins = await connectJenkins(options);
  const config = await loadKubeconfig(options.kubeconfig === undefined ? {} : { path: options.kubeconfig });
  const client = new KubeClient(config, { userAgent: `armillary-controller/${version}` });
  try {
    const running = await startComponents({
      client,
      components: options.components,
      notifications: {
        image: options.notificationImage,
        namespace: options.notificationNamespace ?? client.namespace,
      },
      acceptUnprovenProxy: options.acceptUnprovenProxy ?? false,
      dataDir: resolve(options.data),
      standalone: options.standalone ?? false,
      ...kubelet(options),
      nodeName: options.nodeName,
      defaultEngine: options.defaultEngine,
      ...(jenkins === undefined ? {} : { jenkins }),
      logger,
      signal,
    });
    try {
      const health = await startHealthServer(running.manager, options.host, options.healthPort);
      if (options.demo) {
        const { applyDemo } = await import('../demo.ts');
        await applyDemo(client, logger, signal);
      }
      if (options.output === 'json') printEvent({ event: 'ready', health: health.url });
      else say(`Ready. Health and metrics at ${health.url}`);
      await Promise.race([aborted(signal), running.ended]);
      await health.close();
    } finally {
      await running.stop();
    }
    // A manager that failed has ended already; its error decides the exit code.
    await running.ended;
  } finally {
    await jenkins?.close();
    await client.close();
  }
}
