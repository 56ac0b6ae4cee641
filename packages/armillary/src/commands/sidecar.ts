import { Command } from 'commander';
import { createLogger } from '../log.ts';
import { logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

interface SidecarOptions {
  kubeconfig?: string;
  host: string;
  port: number;
  verb: string;
  resource: string;
  output: 'text' | 'json';
  logLevel: string;
}

/** `armillary notification-manager sidecar`: answers who may act in a namespace, from the roles of the cluster. */
export function sidecarCommand(): Command {
  return new Command('sidecar')
    .description(
      'answer who shall be told of a namespace: who has authority in it, by the roles of the cluster',
    )
    .option('--kubeconfig <file>', 'the server; by default as kubectl finds it, or the cluster it runs in')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', port, 19094)
    .option('--verb <verb>', 'what one must be allowed to do', 'get')
    .option('--resource <resource>', 'and on what: pods, deployments.apps', 'pods')
    .addOption(outputOption())
    .addOption(logLevelOption('info'))
    .action(sidecar);
}

async function sidecar(options: SidecarOptions): Promise<void> {
  const signal = stopSignal();
  const { KubeClient, loadKubeconfig } = await import('@armillary/kube');
  const { startSidecar } = await import('@armillary/notifications');
  const config = await loadKubeconfig(options.kubeconfig === undefined ? {} : { path: options.kubeconfig });
  const client = new KubeClient(config, { userAgent: `armillary-sidecar/${version}` });
  const [resource = '', ...group] = options.resource.split('.');
  try {
    const running = await startSidecar({
      client,
      host: options.host,
      port: options.port,
      authority: { verb: options.verb, resource, group: group.join('.') },
      logger: createLogger(options.logLevel, 'sidecar'),
      signal,
    });
    if (options.output === 'json') printEvent({ event: 'ready', sidecar: running.url });
    else say(`Ready. Who is to be told is answered at ${running.url}/api/v2/receivers`);
    await Promise.race([aborted(signal), running.ended]);
    await running.stop();
    await running.ended;
  } finally {
    await client.close();
  }
}
