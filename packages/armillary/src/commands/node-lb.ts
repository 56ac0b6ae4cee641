import { Command } from 'commander';
import { outputOption } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

interface UninstallFlags {
  kubeconfig?: string;
  leaseNamespace?: string;
  output: 'text' | 'json';
}

/** `armillary node-lb`: what is done with the load balancer of a whole cluster. */
export function nodeLbCommand(): Command {
  const command = new Command('node-lb').description('the load balancer of a whole cluster');
  command.addCommand(
    new Command('uninstall')
      .description(
        'take back everything it wrote to the API: claims, addresses, conditions, finalizers, leases',
      )
      .option(
        '--kubeconfig <file>',
        'the server; by default as kubectl finds it, or the cluster this runs in',
      )
      .option('--lease-namespace <name>', "where agents say that they live; by default the kubeconfig's own")
      .addOption(outputOption())
      .action(uninstall),
  );
  return command;
}

async function uninstall(flags: UninstallFlags): Promise<void> {
  const signal = stopSignal();
  // Loaded here, so that help and completion answer at once.
  const { KubeClient, loadKubeconfig } = await import('@armillary/kube');
  const { releaseEverything } = await import('@armillary/node-lb');
  const config = await loadKubeconfig(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig });
  const client = new KubeClient(config, { userAgent: `armillary-node-lb/${version}` });
  try {
    const leaseNamespace = flags.leaseNamespace ?? client.namespace;
    const released = await releaseEverything(client, { leaseNamespace, now: Date.now(), signal });
    if (flags.output === 'json') printEvent(released);
    else {
      const { services, claims, leases } = released;
      say(`Taken back: ${claims} claims, ${services} Services, leases of ${leases} agents`);
    }
  } finally {
    await client.close();
  }
}
