import { KubeClient, loadKubeconfig, silentLogger, type ClusterConfig, type Logger } from '@armillary/kube';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { families, type Family } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import type { Commands } from '../host/commands.ts';
import { systemCommands } from '../host/system-commands.ts';
import { startApiRelay } from './api-relay.ts';
import type { ApiRelay } from './api-relay.ts';
import { takeSubnet } from './free-subnet.ts';
import { createNodes, createService, podPort, publishAt, withholdStatus } from './lab-objects.ts';
import type { LabServiceOptions } from './lab-objects.ts';
import type { LabOptions } from './lab-options.ts';
import { layoutOf } from './layout.ts';
import type { LabHost, LabLayout, LabNode } from './layout.ts';
import { thisMaker } from './maker.ts';
import type { LabProtocol } from './matrix-cell.ts';
import { installNodeFirewall } from './node-firewall.ts';
import { NodeProcess } from './node-process.ts';
import { firewallOf, startLabProxy } from './lab-proxy.ts';
import type { LabProxy } from './lab-proxy.ts';
import { removeLab, removeStaleLabs } from './remove-labs.ts';
import { Resident } from './resident.ts';
import { programmedNode, servedEverywhere } from './readiness.ts';
import { buildWorld } from './world.ts';

/** Where the lab's Service can be called, and by which way traffic should get to it. */
export interface LabTarget {
  readonly node: LabNode;
  readonly ports: Readonly<Record<LabProtocol, number>>;
  /** `bounce`: through the node's bounce namespace; `local`: straight to a pod of the node; else kube-proxy alone. */
  readonly path: 'bounce' | 'local' | 'kube-proxy';
}

let started = 0;

/** A cluster of network namespaces on this machine. Made by {@link startLab}. */
export class Lab {
  readonly layout: LabLayout;
  readonly commands: Commands;
  /** The API server that the lab was given. */
  readonly api: KubeClient;
  /** Those of the lab's Service. */
  readonly families: readonly Family[];
  /** The agents' processes by node, for tests that end them; {@link startAgent} starts one anew. */
  readonly agents = new Map<string, NodeProcess>();
  readonly #options: LabOptions;
  readonly #logger: Logger;
  readonly #folder: string;
  readonly #residents = new Map<string, Resident>();
  #relay: ApiRelay | undefined;
  #proxy: LabProxy | undefined;
  #stopped: Promise<void> | undefined;

  constructor(parts: {
    options: LabOptions;
    layout: LabLayout;
    commands: Commands;
    api: KubeClient;
    folder: string;
  }) {
    this.#options = parts.options;
    this.families = parts.options.families ?? families;
    this.layout = parts.layout;
    this.commands = parts.commands;
    this.api = parts.api;
    this.#folder = parts.folder;
    this.#logger = parts.options.logger ?? silentLogger;
  }

  /** The program in a namespace of the lab, with which it calls and answers; started when it is first needed. */
  resident(host: LabHost): Resident {
    const present = this.#residents.get(host.name);
    if (present) return present;
    const resident = new Resident(host.namespace);
    this.#residents.set(host.name, resident);
    return resident;
  }

  /** Builds everything; internal to {@link startLab}. */
  async start(config: ClusterConfig, signal: AbortSignal): Promise<void> {
    const { layout, commands, api } = this;
    const { kubeProxy, agentCommand } = this.#options;
    const { publishStatus = agentCommand === undefined || typeof kubeProxy === 'string' } = this.#options;
    const firewall = firewallOf(kubeProxy);
    await buildWorld(layout, commands);
    await Promise.all(layout.nodes.map((node) => installNodeFirewall(layout, node, firewall, commands)));
    this.#logger.info({ nodes: layout.nodes.length, pods: layout.pods.length }, 'the network is built');

    signal.throwIfAborted();
    this.#relay = await startApiRelay(config, layout.root.address, join(this.#folder, 'kubeconfig'));
    const backends = layout.pods.filter(({ role }) => role === 'backend');
    if (agentCommand && !publishStatus) await withholdStatus(api, signal);
    const service = this.#service();
    await Promise.all([
      createNodes(api, layout, signal),
      createService(api, layout, service, signal),
      ...backends.map((pod) => this.resident(pod).serve(pod.name, podPort)),
    ]);
    this.#proxy = await startLabProxy({
      choice: kubeProxy,
      layout,
      commands,
      api,
      kubeconfig: this.#relay.kubeconfig,
      folder: this.#folder,
      options: this.#options,
      signal,
    });
    if (agentCommand) for (const node of layout.nodes) this.startAgent(node);
    else if (publishStatus) await publishAt(api, this.#firstNode(), service.families, signal);
    this.#logger.info({ agents: this.agents.size }, 'the cluster runs');
  }

  /** Starts the agent of a node, which has none or whose last one was ended. */
  startAgent(node: LabNode): NodeProcess {
    const { agentCommand, agentEnv = {} } = this.#options;
    if (!agentCommand || !this.#relay) throw new TypeError('this lab was started without agents');
    const agent = new NodeProcess({
      namespace: node.namespace,
      argv: agentCommand({ ...node, kubeconfig: this.#relay.kubeconfig }),
      env: { PATH: process.env['PATH'] ?? '', ...agentEnv },
      onLine: (line) => this.#logger.debug({ node: node.name, line }, 'agent'),
    });
    this.agents.set(node.name, agent);
    return agent;
  }

  /**
   * Waits until kube-proxy serves the Service on all nodes and, with agents, its ports are programmed on one. Rejects with
   * `NodeLbError` when that takes too long or a program of the lab ended, and with the signal's reason.
   */
  async target(signal: AbortSignal = new AbortController().signal): Promise<LabTarget> {
    const { agentCommand, policy = 'Cluster', deadlineMs = 60_000 } = this.#options;
    const agents = [...this.agents.values()];
    const check = (): void => {
      for (const agent of agents) agent.check();
      this.#proxy?.check();
    };
    const service = this.#service();
    const { ports } = service;
    const proxyWords = (): string => this.#proxy?.lastWords() ?? '';
    await servedEverywhere(this, service, { deadlineMs, signal, check, lastWords: proxyWords });
    if (!agentCommand) return { node: this.#firstNode(), ports, path: 'kube-proxy' };
    const agentWords = (): string => agents.map((agent) => agent.lastWords).join('\n');
    const node = await programmedNode(this, { deadlineMs, signal, check, lastWords: agentWords });
    return { node, ports, path: policy === 'Local' ? 'local' : 'bounce' };
  }

  /** Ends all programs and removes everything on this machine that belongs to the lab. Can be called at any time. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const ends = [
      ...Array.from(this.agents.values(), (agent) => agent.stop()),
      ...Array.from(this.#residents.values(), (resident) => resident.stop()),
      Promise.resolve(this.#proxy?.stop()),
    ];
    // Whatever fails, the rest goes, too; namespaces take every process along that is still in one.
    const results = [
      ...(await Promise.allSettled(ends)),
      ...(await Promise.allSettled([removeLab(this.layout, this.commands)])),
      ...(await Promise.allSettled([
        Promise.resolve(this.#relay?.close()),
        this.api.close(),
        rm(this.#folder, { recursive: true, force: true }),
      ])),
    ];
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  #service(): LabServiceOptions {
    const { policy = 'Cluster', ports = { TCP: 80, UDP: 80 } } = this.#options;
    return { policy, families: this.families, ports };
  }

  #firstNode(): LabNode {
    const [first] = this.layout.nodes;
    if (first === undefined) throw new TypeError('a lab has nodes');
    return first;
  }
}

/**
 * Builds a lab: as root on Linux, in network namespaces with names of their own, with nothing but one more interface in
 * this one. What a crashed lab left is removed first. Rejects with `NodeLbError` (`Unsupported`, `NotPermitted`,
 * `ProgramMissing`, `ProgramFailed`, `Invalid`), with a `KubeError`, or with the signal's reason; then nothing of it is
 * left.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  if (process.platform !== 'linux') {
    throw new NodeLbError('Unsupported', 'the lab is made of network namespaces: run it on Linux');
  }
  if (process.getuid?.() !== 0) {
    throw new NodeLbError('NotPermitted', 'the lab makes network namespaces: run it as root');
  }
  const commands = systemCommands();
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const config = await loadKubeconfig({ path: options.kubeconfig });
  await removeStaleLabs(commands);
  const maker = thisMaker();
  const serial = started++;
  const { subnet, unlock } = await takeSubnet((maker.pid + serial) % 255, commands);
  try {
    const layout = layoutOf({
      maker,
      serial,
      subnet,
      nodes: options.nodes ?? [
        { backends: 1, callers: 1 },
        { backends: 1, callers: 1 },
      ],
    });
    const folder = await mkdtemp(join(tmpdir(), `${layout.prefix}-`));
    const api = new KubeClient(config, { userAgent: 'armillary-lab' });
    const lab = new Lab({ options, layout, commands, api, folder });
    try {
      await lab.start(config, signal);
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  } finally {
    // Its network has routes by now, or is gone again.
    await unlock();
  }
}
