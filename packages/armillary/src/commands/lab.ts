import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { AgentNode } from '@armillary/node-lb';
import { ChildRole } from '../child-role.ts';
import { CommandError } from '../command-error.ts';
import { chooseKubeProxy, kubeProxyKinds, type KubeProxyKind } from '../lab/kube-proxy-choice.ts';
import { createLogger } from '../log.ts';
import { duration, logLevelOption, outputOption, positive } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

interface LabFlags {
  kubeProxy?: KubeProxyKind;
  kubeProxyFolder?: string;
  kubeconfig?: string;
  policy: 'Cluster' | 'Local';
  connections: number;
  timeout: number;
  output: 'text' | 'json';
  logLevel: string;
}

const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
);
const stopTimeoutMs = 35_000;

/** `armillary lab`: systems tried out on this machine. */
export function labCommand(): Command {
  const command = new Command('lab').description(
    'try a system out on this machine; everything is removed after',
  );
  command.addCommand(
    new Command('node-lb')
      .description('the load balancer in network namespaces, with traffic on all paths; needs root')
      .addOption(
        new Option(
          '--kube-proxy <kind>',
          'who serves cluster IPs: the program itself, or rules of its shape; the program when there is one that fits',
        ).choices(kubeProxyKinds),
      )
      .addOption(
        new Option('--kube-proxy-folder <folder>', 'where the program kube-proxy is').env(
          'KUBEBUILDER_ASSETS',
        ),
      )
      .option(
        '--kubeconfig <file>',
        'an API server for the lab, reachable from here, on which the definitions of the load balancer stay; by default its own',
      )
      .addOption(
        new Option('--policy <policy>', "externalTrafficPolicy of the lab's Service")
          .choices(['Cluster', 'Local'])
          .default('Cluster'),
      )
      .option('--connections <number>', 'connections on each path', positive, 10)
      .option('--timeout <duration>', 'how long each may take', duration, 2000)
      .addOption(outputOption())
      .addOption(logLevelOption('warn'))
      .action(nodeLb),
  );
  return command;
}

async function nodeLb(flags: LabFlags): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new CommandError('failure', 'the lab makes network namespaces: run it as root on Linux');
  }
  const proxy = await chooseKubeProxy(flags.kubeProxy, flags.kubeProxyFolder, flags.kubeconfig === undefined);
  const signal = stopSignal();
  const folder = await mkdtemp(join(tmpdir(), 'armillary-lab-'));
  const logLevel = `--log-level=${flags.logLevel}`;
  const role = (name: string, args: string[]): ChildRole =>
    new ChildRole({ name, say, stopTimeoutMs, args: () => [...args, '--output=json', logLevel] });
  const api = flags.kubeconfig === undefined ? role('api', ['api', '--data', folder, '--port=0']) : undefined;
  let controller: ChildRole | undefined;
  try {
    say('Starting the API server and the controller');
    const kubeconfig = flags.kubeconfig ?? String((await api?.start())?.['kubeconfig']);
    controller = role('controller', [
      'controller',
      '--components=node-lb',
      '--standalone',
      `--kubeconfig=${kubeconfig}`,
    ]);
    await controller.start();
    const { matrixTable, runMatrix, startLab } = await import('@armillary/node-lb');
    say('Building a client, nodes and pods as network namespaces');
    const lab = await startLab({
      ...proxy,
      kubeconfig,
      policy: flags.policy,
      agentCommand,
      logger: createLogger(flags.logLevel, 'lab'),
      signal,
    });
    try {
      const target = await lab.target(signal);
      say(`A Service answers at ${target.node.addresses.IPv4} and ${target.node.addresses.IPv6}; calling it`);
      const { connections, timeout: timeoutMs } = flags;
      const matrix = await runMatrix(lab, { connections, timeoutMs, target, signal });
      if (flags.output === 'json')
        printEvent({ ...matrix, kubeProxy: proxy.kubeProxy, policy: flags.policy });
      else process.stdout.write(matrixTable(matrix));
      if (matrix.cells.some(({ passed, of }) => passed < of)) {
        throw new CommandError('failure', 'not every path works');
      }
    } finally {
      say('Removing everything');
      await lab.stop();
    }
  } finally {
    await controller?.stop();
    await api?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The agent of a node of the lab, as a process in the node's network namespace. */
function agentCommand({ name, link, kubeconfig }: AgentNode): string[] {
  return [
    process.execPath,
    main,
    'node-agent',
    `--node-name=${name}`,
    `--kubeconfig=${kubeconfig}`,
    `--bounce-namespace=${link.namespace}`,
    '--probe-interval=0',
    '--log-level=warn',
  ];
}
