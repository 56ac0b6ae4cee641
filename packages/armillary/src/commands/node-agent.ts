import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { createLogger } from '../log.ts';
import { duration, logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { version } from '../version.ts';

interface NodeAgentFlags {
  kubeconfig?: string;
  nodeName: string;
  nodeAddress?: string[];
  leaseNamespace?: string;
  plan?: true;
  printPlan?: true;
  once?: true;
  uninstall?: true;
  backend?: 'iptables-nft' | 'iptables-legacy' | 'nftables';
  bounceNamespace: string;
  linkNetwork: string;
  linkNetwork6: string;
  acceptUnprovenProxy?: true;
  enableForwarding?: true;
  probeInterval: number;
  host: string;
  healthPort: number;
  output: 'text' | 'json';
  logLevel: string;
}

/** Adds one repeated `--node-address` to those seen so far. */
function addresses(text: string, seen: string[] = []): string[] {
  return [...seen, text];
}

/** Parses a duration, or 0 for never. */
function interval(text: string): number {
  return text === '0' ? 0 : duration(text);
}

/** `armillary node-agent`: holds the ports of this node that Services own, and keeps the rules that serve them. */
export function nodeAgentCommand(): Command {
  return new Command('node-agent')
    .description('serve LoadBalancer Services on this node, until SIGTERM; its rules stay')
    .option('--kubeconfig <file>', 'the server; by default as kubectl finds it, or the cluster this runs in')
    .addOption(
      new Option('--node-name <name>', "this node's name in the cluster")
        .env('NODE_NAME')
        .default(hostname(), 'the hostname'),
    )
    .option(
      '--node-address <address>',
      "serve at this address rather than at the Node's; may be repeated",
      addresses,
    )
    .option('--lease-namespace <name>', 'where agents say that they live; by default where this runs')
    .option('--plan', 'change nothing: say on each claim and Service what would be done')
    .option('--print-plan', 'print what this node would serve, and how, and end')
    .option('--once', 'bring the node to its claims and end; the exit code says whether all are served')
    .option('--uninstall', 'remove everything from this node and end; also without an API server')
    .addOption(
      new Option(
        '--backend <name>',
        "where the node's rules are written; by default where kube-proxy's are",
      ).choices(['iptables-nft', 'iptables-legacy', 'nftables']),
    )
    .option('--bounce-namespace <name>', 'the network namespace that traffic takes', 'armillary')
    .option('--link-network <network>', 'IPv4 addresses of the link to it', '169.254.77.0/30')
    .option('--link-network6 <network>', 'IPv6 addresses of the link to it', 'fd77:6c62::/126')
    .option(
      '--accept-unproven-proxy',
      'serve the policy Cluster also beside kube-proxy in IPVS mode, and Cilium without kube-proxy',
    )
    .option('--enable-forwarding', 'turn forwarding on where it is off, rather than only saying so')
    .option('--probe-interval <duration>', 'how often each port is tried; 0 for never', interval, 10_000)
    .option('--host <address>', 'address for health and metrics', '127.0.0.1')
    .option('--health-port <port>', 'port for health and metrics', port, 0)
    .addOption(outputOption())
    .addOption(logLevelOption('info'))
    .action(nodeAgent);
}

async function nodeAgent(flags: NodeAgentFlags): Promise<void> {
  const tasks = [flags.plan, flags.printPlan, flags.once, flags.uninstall].filter(Boolean);
  if (tasks.length > 1) {
    throw new CommandError('usage', 'give one of --plan, --print-plan, --once and --uninstall');
  }
  if (!flags.plan && !flags.printPlan) needRoot(flags);
  const signal = stopSignal();
  // Loaded here, so that help and completion answer at once.
  const nodeLb = await import('@armillary/node-lb');
  const link = nodeLb.linkOfNetworks({
    namespace: flags.bounceNamespace,
    IPv4: flags.linkNetwork,
    IPv6: flags.linkNetwork6,
  });
  const client = await clientOf(flags);
  try {
    const leaseNamespace = flags.leaseNamespace ?? client?.namespace ?? 'default';
    const node = {
      nodeName: flags.nodeName,
      link,
      prefix: 'armillary',
      ...(flags.backend === undefined ? {} : { backend: flags.backend }),
      acceptUnprovenProxy: flags.acceptUnprovenProxy ?? false,
      enableForwarding: flags.enableForwarding ?? false,
    };
    if (flags.uninstall) {
      await nodeLb.uninstall({ ...node, ...(client ? { client } : {}), leaseNamespace, signal });
      if (flags.output === 'json') printEvent({ event: 'uninstalled', node: flags.nodeName });
      else say(`Nothing of the load balancer is left on ${flags.nodeName}`);
      return;
    }
    if (!client) throw new CommandError('usage', 'there is no API server to ask: give --kubeconfig');
    if (flags.printPlan) {
      const shown = await nodeLb.showPlan({ ...node, client, signal });
      if (flags.output === 'json') printEvent(shown);
      else process.stdout.write(nodeLb.planText(shown, link));
    } else if (flags.once) await once(flags, { ...node, client, signal });
    else await serve(flags, { ...node, client, leaseNamespace, signal });
  } finally {
    await client?.close();
  }
}

/** Says what can be done without, which is nothing for who wants the node cleaned. */
function needRoot({ once, uninstall }: NodeAgentFlags): void {
  const [task, instead] = uninstall
    ? ['--uninstall removes', '']
    : once
      ? ['--once changes', ', or see what it would do with --print-plan']
      : ['the agent changes', ', or with --plan'];
  if (process.platform !== 'linux') {
    throw new CommandError('failure', `${task} rules of a node, which is a Linux machine${instead}`);
  }
  if (process.getuid?.() !== 0) {
    throw new CommandError('failure', `${task} the rules of the node: run it as root${instead}`);
  }
}

type KubeClient = import('@armillary/kube').KubeClient;

/** The client; undefined where there is no server to be found and none is needed. */
async function clientOf(flags: NodeAgentFlags): Promise<KubeClient | undefined> {
  const { ConfigError, KubeClient, loadKubeconfig } = await import('@armillary/kube');
  try {
    const config = await loadKubeconfig(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig });
    return new KubeClient(config, { userAgent: `armillary-node-agent/${version}` });
  } catch (error) {
    if (flags.uninstall && flags.kubeconfig === undefined && error instanceof ConfigError) return undefined;
    throw error;
  }
}

type Options = import('@armillary/node-lb').NodeOptions & { client: KubeClient; signal: AbortSignal };

async function once(flags: NodeAgentFlags, options: Options): Promise<void> {
  const { runOnce } = await import('@armillary/node-lb');
  const { Registry } = await import('prom-client');
  const logger = createLogger(flags.logLevel, 'node-agent');
  const nodeAddresses = flags.nodeAddress === undefined ? {} : { nodeAddresses: flags.nodeAddress };
  const verdict = await runOnce({ ...options, ...nodeAddresses, logger, metrics: new Registry() });
  for (const [claim, { programmed, reason, message }] of verdict.claims) {
    if (flags.output === 'json') printEvent({ claim, programmed, reason, message });
    else process.stdout.write(`${claim}  ${programmed ? 'served' : `not served: ${reason}: ${message}`}\n`);
  }
  if (verdict.failure) throw new CommandError('failure', verdict.failure.message, { cause: verdict.failure });
  if (!verdict.ok) throw new CommandError('failure', 'not every claim of this node is served');
}

async function serve(flags: NodeAgentFlags, options: Options & { leaseNamespace: string }): Promise<void> {
  const { startNodeAgent } = await import('@armillary/node-lb');
  const { startHealthServer } = await import('../health-server.ts');
  const { Registry } = await import('prom-client');
  const metrics = new Registry();
  const agent = await startNodeAgent({
    ...options,
    ...(flags.nodeAddress === undefined ? {} : { nodeAddresses: flags.nodeAddress }),
    logger: createLogger(flags.logLevel, 'node-agent'),
    mode: flags.plan ? 'plan' : 'apply',
    probeIntervalMs: flags.probeInterval,
    metrics,
  });
  try {
    const source = {
      liveness: () => agent.liveness(),
      readiness: () => agent.readiness(),
      metrics: { registry: metrics },
    };
    const health = await startHealthServer(source, flags.host, flags.healthPort);
    if (flags.output === 'json') printEvent({ event: 'ready', health: health.url });
    else say(`Ready. Health and metrics at ${health.url}`);
    await Promise.race([aborted(options.signal), agent.done]);
    await health.close();
  } finally {
    await agent.stop();
  }
  // One that failed has ended already; its error decides the exit code.
  await agent.done;
}
