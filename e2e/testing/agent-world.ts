import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { coreV1, KubeClient, loadKubeconfig, type ResourceClient } from '@armillary/kube';
import { nodeLbKinds } from '@armillary/node-lb';
import type { AgentProgramOptions } from '../../packages/node-lb/src/agent/testing/agent-program.ts';
import { claim, NODE } from '../../packages/node-lb/src/agent/testing/claim.ts';
import { addresses, NetworkWorld } from '../../packages/node-lb/src/rules/testing/network-world.ts';
import { withoutListenersTable } from './listeners-table.ts';
import { ended, eventually } from './process.ts';
import { serveKinds } from './serve-kinds.ts';
import { startApi, type Api } from './start-api.ts';

/** The machine may be busy with other tests; nothing here is a measure of time. */
const patienceMs = 120_000;

type PortClaim = ReturnType<typeof claim>;
type Log = Record<string, unknown>;

const program = fileURLToPath(
  new URL('../../packages/node-lb/src/agent/testing/agent-program.ts', import.meta.url),
);

/** A client, a node and a pod as network namespaces, an API server, and the node's agent as a process in its network. */
export class AgentWorld {
  readonly network = new NetworkWorld();
  /** What the agents so far have logged. */
  readonly log: Log[] = [];
  client!: KubeClient;
  #folder!: string;
  #api!: Api;
  /** The agent's way to the API server. */
  apiSocket!: ApiSocket;
  #agent: ChildProcess | undefined;
  /** When all that the agent started last has printed is in the log. */
  #silent: Promise<unknown> = Promise.resolve();

  static async start(): Promise<AgentWorld> {
    const world = new AgentWorld();
    world.#folder = await mkdtemp(join(tmpdir(), 'agent-world-'));
    world.#api = await startApi(world.#folder);
    const config = await loadKubeconfig({ path: world.#api.kubeconfig });
    world.client = new KubeClient(config);
    world.apiSocket = new ApiSocket(config.server, world.#socket);
    await world.apiSocket.open();
    await serveKinds(world.client, nodeLbKinds);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    await world.client.resource(coreV1.namespaces).create(namespace);
    await world.network.build();
    return world;
  }

  get claims(): ResourceClient<PortClaim> {
    const [portClaimKind] = nodeLbKinds;
    return this.client.resource<PortClaim>(portClaimKind);
  }

  get agentPid(): number {
    return this.#agent?.pid ?? 0;
  }

  get #socket(): string {
    return join(this.#folder, 'api.sock');
  }

  /**
   * Starts the node's agent; resolves when it runs. `xtablesLock` is a file that is to it what /run/xtables.lock is to
   * everybody else on this machine.
   */
  async startAgent(options: Partial<AgentProgramOptions> = {}, xtablesLock?: string): Promise<void> {
    const told: AgentProgramOptions = {
      nodeName: NODE,
      link: this.network.link,
      prefix: 'armillary',
      mode: 'apply',
      probeIntervalMs: 0,
      kubeconfig: this.#api.kubeconfig,
      apiSocket: this.#socket,
      ...options,
    };
    const mount = 'mount --bind "$0" /run/xtables.lock && exec "$@"';
    const lock = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', mount, xtablesLock ?? ''];
    const enter = [`--net=/run/netns/${this.network.names.node}`, '--', ...(xtablesLock ? lock : [])];
    const argv = [...enter, process.execPath, program, JSON.stringify(told)];
    const agent = spawn('nsenter', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#agent = agent;
    const lines = createInterface({ input: agent.stdout });
    const started = once(lines, 'line');
    // Not its exit, which may be noticed before what it printed is read.
    this.#silent = once(lines, 'close');
    lines.on('line', (line) => this.log.push(JSON.parse(line) as Log));
    await Promise.race([
      started,
      this.#silent.then(() => Promise.reject(new Error('the agent ended at its start'))),
    ]);
  }

  /** Starts another agent on the same node; the first one stays that of the world. */
  async startSecondAgent(): Promise<ChildProcess> {
    const first = this.#agent;
    await this.startAgent();
    const second = this.#agent!;
    this.#agent = first;
    return second;
  }

  /** Has the agent's program do one thing on the node and end; resolves with its last line. */
  async runAgent(
    command: NonNullable<AgentProgramOptions['command']>,
    options: Partial<AgentProgramOptions> = {},
  ): Promise<Log | undefined> {
    await this.startAgent({ command, ...options });
    await Promise.all([this.#silent, ended(this.#agent!)]);
    this.#agent = undefined;
    return this.log.at(-1);
  }

  /** Ends the agent by a signal; resolves when it is gone. */
  async endAgent(signal: NodeJS.Signals): Promise<void> {
    if (!this.#agent) return;
    this.#agent.kill(signal);
    await ended(this.#agent);
    this.#agent = undefined;
  }

  /** Holds the agent still while something is done: it hears of it all at once. */
  async whileAgentStands(act: () => Promise<unknown>): Promise<void> {
    this.#agent?.kill('SIGSTOP');
    try {
      await act();
    } finally {
      this.#agent?.kill('SIGCONT');
    }
  }

  /** Creates a claim on a port of the node, on both families, for the Service of the world. */
  async claimPort(port: number, spec: Partial<PortClaim['spec']> = {}): Promise<PortClaim> {
    const { metadata, ...rest } = claim(port, {
      addresses: [addresses.node.IPv4, addresses.node.IPv6],
      clusterIPs: [addresses.clusterIP.IPv4, addresses.clusterIP.IPv6],
      ...spec,
    });
    const labels = { 'network.armillary.dev/node': NODE };
    return this.claims.create({ ...rest, metadata: { name: metadata.name!, labels } });
  }

  /** Resolves with the claim when its condition Programmed has this reason for its present state. */
  async told(port: number, reason: string): Promise<PortClaim> {
    const { name = '' } = claim(port).metadata;
    const asked = async (): Promise<PortClaim | undefined> => {
      const found = await this.claims.get(name);
      const condition = found.status?.conditions?.find(({ type }) => type === 'Programmed');
      const isCurrent = condition?.observedGeneration === found.metadata.generation;
      return isCurrent && condition?.reason === reason ? found : undefined;
    };
    return eventually(`${name} is ${reason}`, asked, patienceMs);
  }

  /** Resolves when a client outside gets an answer from the pod by way of the node's port, on both families. */
  async reached(port: number): Promise<void> {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const ask = () => this.network.ask('client', 'TCP', addresses.node[family], port);
      await eventually(`${family} port ${port} answers`, async () => isAnswer(await ask()), patienceMs);
    }
  }

  /** What a client outside is told at the node's port over TCP and IPv4: by whomever it is, once there is an answer. */
  async answer(port: number): Promise<string> {
    return eventually(
      `somebody answers at ${port}`,
      async () => {
        const text = await this.network.ask('client', 'TCP', addresses.node.IPv4, port);
        return text !== 'timeout' && text;
      },
      patienceMs,
    );
  }

  /** Whether somebody listens at a TCP port of the node. */
  async holds(port: number): Promise<boolean> {
    const { stdout } = await this.network.node.run('ss', ['-Hltn', `sport = ${port}`]);
    return stdout !== '';
  }

  /** The value of a metric of the agent that runs; 0 while it has none. */
  async metric(name: string): Promise<number> {
    const seen = this.log.length;
    // The process that was started is that of nsenter, which became the agent.
    this.#agent?.kill('SIGUSR2');
    const printed = (): string | undefined => {
      const line = this.log.slice(seen).find(({ metrics }) => typeof metrics === 'string');
      return line?.['metrics'] as string | undefined;
    };
    const text = await eventually('the agent prints its metrics', printed, patienceMs);
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length) ?? 0);
  }

  /** All rules and sets of the node, without counters, and without the chains that iptables itself has and keeps. */
  async hostRules(): Promise<string> {
    const { node } = this.network;
    const nft = await node.run('nft', ['-a', 'list', 'ruleset']);
    const sets = await node.run('ipset', ['save', '-sorted']);
    return `${withoutListenersTable(nft.stdout)}${sets.stdout}`
      .replace(/counter packets \d+ bytes \d+/gu, 'counter')
      .replace(/\tchain [A-Z]+ \{ # handle \d+\n\t\ttype .*\n\t\}\n+/gu, '')
      .replace(/\n\n+/gu, '\n')
      .replace(/table \S+ \S+ \{ # handle \d+\n\}\n/gu, '');
  }

  /** All rules of the node and of the bounce namespace, with their handles: what is written anew gets new ones. */
  async rules(): Promise<string> {
    const inner = await this.network.bounce.run('nft', ['-a', 'list', 'ruleset']);
    const inside = withoutListenersTable(inner.stdout);
    return `${await this.hostRules()}${inside}`.replace(/counter packets \d+ bytes \d+/gu, 'counter');
  }

  async stop(): Promise<void> {
    await this.endAgent('SIGKILL');
    await this.network.remove();
    await this.client.close();
    this.apiSocket.close();
    await this.#api.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whether the pod answered, with the address it was asked from and the one it was asked at. */
function isAnswer(text: string): boolean {
  return /^[\da-f.:]+ [\da-f.:]+$/u.test(text);
}

/** A socket in the file system that leads to the server: networks do not matter to it. It can be cut. */
class ApiSocket {
  readonly #server: URL;
  readonly #path: string;
  readonly #sockets = new Set<Socket>();
  #listener: Server | undefined;

  constructor(server: string, path: string) {
    this.#server = new URL(server);
    this.#path = path;
  }

  async open(): Promise<void> {
    this.#listener = createServer((socket) => {
      const api = createConnection({ host: this.#server.hostname, port: Number(this.#server.port) });
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)));
      pipeline(socket, api, () => {});
      pipeline(api, socket, () => {});
    });
    await once(this.#listener.listen(this.#path), 'listening');
  }

  close(): void {
    this.#listener?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
