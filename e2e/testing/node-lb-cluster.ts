import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coreV1,
  type EndpointSlice,
  type Event,
  type KubeClient,
  type Service,
  type ServicePort,
} from '@armillary/kube';
import { endpointSliceType, startLab, type AgentNode, type Lab, type LabOptions } from '@armillary/node-lb';
// oxlint-disable-next-line no-restricted-imports -- what a CNI plugin and a kubelet would put back after a flush
import { firewallOf } from '../../packages/node-lb/src/lab/lab-proxy.ts';
// oxlint-disable-next-line no-restricted-imports -- as above
import { installNodeFirewall } from '../../packages/node-lb/src/lab/node-firewall.ts';
import { armillary, startArmillary, type Running } from './armillary.ts';
import { startDualStackApi } from './dual-stack-api.ts';
import { withoutListenersTable } from './listeners-table.ts';
import {
  nodeLoadBalancerKind,
  portClaimKind,
  type NodeLoadBalancer,
  type PortClaim,
} from './node-lb-parts.ts';
import { eventually } from './process.ts';
import type { Api } from './start-api.ts';

/** Nothing here is a measure of time: the machine may have much else to do. */
export const patienceMs = 120_000;

/** A node of the lab, and what is asked of it. */
export type ClusterNode = Lab['layout']['nodes'][number];

/** What a Service asks for. */
export interface ServiceWish {
  ports: readonly Pick<ServicePort, 'port' | 'protocol'>[];
  spec?: Partial<NonNullable<Service['spec']>>;
  annotations?: Record<string, string>;
  /** Which of the lab's backends are its endpoints; all unless told. */
  backends?: readonly string[];
  /** Where its backends listen; where those of the lab do unless told. */
  backendPort?: number;
}

const namespace = 'default';
/**
 * Where the machine is busy an agent may need longer for its start or for a repair than a node may be unwell: nothing
 * moves for that, and a node is used again as soon as it is well.
 */
const patient = { node: '1h', agent: '1h', return: '0s' };
/** Where the lab's backends listen. */
const labBackendPort = 8080;

/** A cluster of which everything is a process: API server, controller, an agent for each node, kube-proxy or its shape. */
export class NodeLbCluster {
  readonly lab: Lab;
  readonly kubeconfig: string;
  /** Of the controller, which is started with the cluster. */
  controller: Running;
  readonly #options: Omit<LabOptions, 'kubeconfig'>;
  readonly #ends: (() => Promise<unknown>)[];

  private constructor(parts: {
    lab: Lab;
    api: Api;
    controller: Running;
    options: Omit<LabOptions, 'kubeconfig'>;
    ends: (() => Promise<unknown>)[];
  }) {
    this.lab = parts.lab;
    this.kubeconfig = parts.api.kubeconfig;
    this.controller = parts.controller;
    this.#options = parts.options;
    this.#ends = parts.ends;
  }

  /** Starts everything; `assets` names the folder of a real kube-apiserver. */
  static async start(options: Omit<LabOptions, 'kubeconfig'>, assets?: string): Promise<NodeLbCluster> {
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const folder = await mkdtemp(join(tmpdir(), 'node-lb-cluster-'));
      ends.unshift(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      const api = await startDualStackApi(folder, assets);
      ends.unshift(() => api.close());
      const controller = await startController(api.kubeconfig);
      let cluster: NodeLbCluster | undefined;
      ends.unshift(() => (cluster?.controller ?? controller).stop());
      const lab = await startLab({
        agentCommand,
        deadlineMs: patienceMs,
        ...options,
        kubeconfig: api.kubeconfig,
      });
      ends.unshift(() => lab.stop());
      cluster = new NodeLbCluster({ lab, api, controller, options, ends });
      await cluster.settle({ grace: patient });
      return cluster;
    } catch (error) {
      for (const end of ends) await end();
      throw error;
    }
  }

  get api(): KubeClient {
    return this.lab.api;
  }

  /** Says how the load balancer shall work. */
  async settle(spec: NodeLoadBalancer['spec']): Promise<void> {
    const { apiVersion, kind } = nodeLoadBalancerKind;
    const settings = { apiVersion, kind, metadata: { name: 'default' }, spec };
    await this.api.apply(settings, { fieldManager: 'test', force: true });
  }

  /** A node by its name, such as `node-1`. */
  node(name: string): ClusterNode {
    const found = this.lab.layout.nodes.find((node) => node.name === name);
    if (!found) throw new Error(`there is no node ${name}`);
    return found;
  }

  /** Runs a program on a node, as anybody there could; resolves with what it printed. */
  async run(node: ClusterNode, program: string, ...args: string[]): Promise<string> {
    return (await this.lab.commands.inside(node.namespace).run(program, args)).stdout;
  }

  /** As {@link run}, with input. */
  async feed(node: ClusterNode, input: string, program: string, ...args: string[]): Promise<string> {
    return (await this.lab.commands.inside(node.namespace).run(program, args, { input })).stdout;
  }

  /** All that is ours on a node in iptables-nft, sorted: jumps, chains, sets, and everything in the bounce namespace. */
  async ownRules(node: ClusterNode): Promise<string[]> {
    const inner = this.lab.commands.inside(node.link.namespace);
    const [inside, ...texts] = await Promise.all([
      inner.run('nft', ['list', 'ruleset']).then(
        ({ stdout }) => withoutListenersTable(stdout),
        () => 'there is no namespace',
      ),
      this.run(node, 'ipset', 'save'),
      this.run(node, 'iptables-nft-save'),
      this.run(node, 'ip6tables-nft-save'),
    ]);
    const outside = texts.flatMap((text) => text.split('\n')).filter((line) => /armillary/i.test(line));
    return [...inside.split('\n'), ...outside].map((line) => withoutCounters(line)).sort();
  }

  async addService(name: string, wish: ServiceWish): Promise<Service> {
    const ports = wish.ports.map(({ port, protocol = 'TCP' }, at) => ({
      name: `p${at}`,
      port,
      protocol,
      targetPort: wish.backendPort ?? labBackendPort,
    }));
    const service = await this.api.resource<Service>(coreV1.services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, annotations: wish.annotations ?? {} },
      spec: {
        type: 'LoadBalancer',
        loadBalancerClass: 'armillary.dev/node',
        ipFamilyPolicy: 'PreferDualStack',
        ports,
        ...wish.spec,
      },
    });
    if (wish.backends?.length !== 0) await this.addEndpoints(service, wish.backends);
    return service;
  }

  /** Gives a Service backends of the lab as endpoints, all unless told: a slice for each family. */
  async addEndpoints({ metadata: { name = '' }, spec }: Service, names?: readonly string[]): Promise<void> {
    const type = await endpointSliceType(this.api, new AbortController().signal);
    const backends = this.lab.layout.pods.filter(
      (pod) => pod.role === 'backend' && (names?.includes(pod.name) ?? true),
    );
    for (const addressType of ['IPv4', 'IPv6'] as const) {
      await this.api.resource<EndpointSlice>(type).create({
        apiVersion: `discovery.k8s.io/${type.version}`,
        kind: 'EndpointSlice',
        metadata: {
          name: `${name}-${addressType.toLowerCase()}`,
          namespace,
          labels: { 'kubernetes.io/service-name': name },
        },
        addressType,
        endpoints: backends.map(({ addresses, node }) => ({
          addresses: [addresses[addressType]],
          conditions: { ready: true },
          ...(type.version === 'v1' ? { nodeName: node } : { topology: { 'kubernetes.io/hostname': node } }),
        })),
        ports: (spec?.ports ?? []).map(({ name: portName = '', protocol = 'TCP', targetPort }) => ({
          name: portName,
          protocol,
          port: Number(targetPort),
        })),
      });
    }
  }

  async removeEndpoints(name: string): Promise<void> {
    const type = await endpointSliceType(this.api, new AbortController().signal);
    for (const family of ['ipv4', 'ipv6']) {
      await this.api.resource<EndpointSlice>(type).delete(`${name}-${family}`, { namespace });
    }
  }

  async patchService(name: string, body: object): Promise<Service> {
    return this.api.resource<Service>(coreV1.services).patch(name, { type: 'merge', namespace, body });
  }

  async deleteService(name: string): Promise<void> {
    await this.api.resource<Service>(coreV1.services).delete(name, { namespace });
  }

  async services(): Promise<Service[]> {
    const { items } = await this.api.resource<Service>(coreV1.services).list({ namespace });
    return items.filter(({ spec }) => spec?.type === 'LoadBalancer');
  }

  async service(name: string): Promise<Service | undefined> {
    return (await this.services()).find(({ metadata }) => metadata.name === name);
  }

  async claims(service?: string): Promise<PortClaim[]> {
    const { items } = await this.api.resource<PortClaim>(portClaimKind).list();
    return items.filter(({ spec }) => service === undefined || spec.service.name === service);
  }

  /**
   * Waits until all claims of a Service that stay are programmed as they stand, as many as it is told, and gives the node
   * they are on.
   */
  async programmed(service: string, count = 1, where?: string): Promise<ClusterNode> {
    const name = await eventually(
      `${service} to be programmed ${where === undefined ? '' : `on ${where}`}`,
      async () => {
        const claims = (await this.claims(service)).filter(({ spec }) => spec.withdrawAt === undefined);
        const [first] = claims;
        const isThere = claims.length === count && claims.every((claim) => isProgrammed(claim));
        return isThere && (where === undefined || first?.spec.nodeName === where) && first?.spec.nodeName;
      },
      patienceMs,
    ).catch(async (error: unknown) => {
      const told = (await this.claims(service)).map(({ metadata, status }) =>
        JSON.stringify([metadata.name, metadata.generation, status]),
      );
      throw new Error(`${String(error)}\n${told.join('\n')}`, { cause: error });
    });
    return this.node(name);
  }

  /** Waits for an event about a Service, and gives its message. */
  async event(service: string, reason: string): Promise<string> {
    return eventually(
      `the event ${reason} of ${service}`,
      async () => {
        const { items } = await this.api.resource<Event>(coreV1.events).list({ namespace });
        const found = items.find((one) => one.involvedObject.name === service && one.reason === reason);
        return found && (found.message ?? ' ');
      },
      patienceMs,
    );
  }

  /**
   * Has a kube-proxy write its rules, after the CNI plugin and the kubelet have theirs. A new Service makes it: by itself
   * a real one only notices a flush that takes its canary chains away, too, and else writes everything once an hour.
   */
  async othersReturn(node: ClusterNode): Promise<void> {
    const { kubeProxy } = this.#options;
    await installNodeFirewall(this.lab.layout, node, firewallOf(kubeProxy), this.lab.commands);
    await this.api.resource<Service>(coreV1.services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { generateName: 'another-', namespace },
      spec: { ports: [{ port: 80 }] },
    });
  }

  async restartController(): Promise<void> {
    this.controller = await startController(this.kubeconfig);
  }

  async stop(): Promise<void> {
    const results: PromiseSettledResult<unknown>[] = [];
    for (const end of this.#ends) results.push(...(await Promise.allSettled([end()])));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

/** Starts a controller of the load balancer as a process. It elects no leader, so that several are at work at once. */
export function startController(kubeconfig: string): Promise<Running> {
  return startArmillary([
    'controller',
    '--components=node-lb',
    '--standalone',
    `--kubeconfig=${kubeconfig}`,
    '--log-level=warn',
  ]);
}

/** The agent of a node, as people start it. */
function agentCommand({ name, link, kubeconfig }: AgentNode): string[] {
  return [
    process.execPath,
    armillary,
    'node-agent',
    `--node-name=${name}`,
    `--kubeconfig=${kubeconfig}`,
    `--bounce-namespace=${link.namespace}`,
    '--probe-interval=0',
    '--log-level=warn',
  ];
}

/** Whether the agent says so of the claim as it stands. */
export function isProgrammed({ metadata, status }: PortClaim): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status: value, observedGeneration }) =>
      type === 'Programmed' && value === 'True' && observedGeneration === metadata.generation,
  );
}

/** A line of rules without its counts. */
export function withoutCounters(line: string): string {
  return line
    .replace(/counter packets \d+ bytes \d+/u, 'counter')
    .replace(/\[\d+:\d+\]/u, '')
    .trim();
}
