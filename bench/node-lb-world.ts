// oxlint-disable no-restricted-imports -- what is measured here is within an agent, and nobody else's business
import { systemClock, type EndpointSlice, type Service } from '@armillary/kube';
import { BounceNamespace } from '../packages/node-lb/src/host/bounce-namespace.ts';
import type { Commands } from '../packages/node-lb/src/host/commands.ts';
import { ProgramStarter } from '../packages/node-lb/src/host/program-starter.ts';
import { systemCommands } from '../packages/node-lb/src/host/system-commands.ts';
import { freeSubnet } from '../packages/node-lb/src/lab/free-subnet.ts';
import { layoutOf, type LabLayout, type LabNode, type LabPod } from '../packages/node-lb/src/lab/layout.ts';
import { thisMaker } from '../packages/node-lb/src/lab/maker.ts';
import { installNodeFirewall } from '../packages/node-lb/src/lab/node-firewall.ts';
import { defaultServiceCidr, ProxyShape } from '../packages/node-lb/src/lab/proxy-shape.ts';
import { removeLab, removeStaleLabs } from '../packages/node-lb/src/lab/remove-labs.ts';
import { buildWorld } from '../packages/node-lb/src/lab/world.ts';
import type { ExposedPort, NodePlan } from '../packages/node-lb/src/plan/node-plan.ts';
import { hostRules } from '../packages/node-lb/src/rules/host-rules.ts';
import { innerRules } from '../packages/node-lb/src/rules/inner-rules.ts';
import type { HostBackendName, RuleSet } from '../packages/node-lb/src/plan/rule-set.ts';
import { LoadProgram, type Target } from './node-lb-load.ts';

/** Ways from the client to the pod. */
export const paths = ['kube-proxy', 'Cluster', 'Local', 'routed'] as const;
/** One of {@link paths}. */
export type Path = (typeof paths)[number];

/** Where the Service is exposed; ports of others come from {@link otherPorts}. */
export const servicePort = 80;
const podPort = 8080;
const clusterIP = '10.96.0.10';
const workers = 4;

let built = 0;

/** A client, a node with kube-proxy's rules in shape, and a pod; IPv4 only. */
export class PathWorld {
  readonly backend: HostBackendName;
  readonly node: LabNode;
  /** In the node's network. */
  readonly nodeCommands: Commands;
  /** In its bounce namespace. */
  readonly innerCommands: Commands;
  readonly host: RuleSet;
  readonly inner: RuleSet;
  readonly #layout: LabLayout;
  readonly #commands: Commands;
  readonly #pod: LabPod;
  readonly #proxy: ProxyShape;
  readonly #starter: ProgramStarter;
  readonly #signal: AbortSignal;
  #client: LoadProgram | undefined;
  #server: LoadProgram | undefined;

  private constructor(parts: {
    backend: HostBackendName;
    layout: LabLayout;
    commands: Commands;
    starter: ProgramStarter;
    signal: AbortSignal;
  }) {
    const { backend, layout, commands } = parts;
    const [node] = layout.nodes;
    const [pod] = layout.pods;
    if (!node || !pod) throw new TypeError('a world has a node and a pod');
    this.backend = backend;
    this.node = node;
    this.nodeCommands = commands.inside(node.namespace);
    this.innerCommands = commands.inside(node.link.namespace);
    this.#layout = layout;
    this.#commands = commands;
    this.#pod = pod;
    this.#starter = parts.starter;
    this.#signal = parts.signal;
    const mode = backend;
    this.#proxy = new ProxyShape({ layout, node, mode, serviceCidr: defaultServiceCidr }, commands);
    const [host, inner] = this.ruleSets();
    this.host = host;
    this.inner = inner;
  }

  /** Rules of the node and of its bounce namespace that know nothing yet, run by what `by` makes of our commands. */
  ruleSets(by: (commands: Commands) => Commands = (commands) => commands): readonly [RuleSet, RuleSet] {
    const { backend } = this;
    const { link } = this.node;
    // Where the node's firewall drops what nobody accepts.
    const forwardBackends = [backend === 'iptables-legacy' ? backend : 'iptables-nft'] as const;
    return [
      hostRules({ backend, commands: by(this.nodeCommands), link, forwardBackends }),
      innerRules({ commands: by(this.innerCommands), link }),
    ];
  }

  /** Builds one; what was made before a failure is gone then. */
  static async build(backend: HostBackendName, signal: AbortSignal): Promise<PathWorld> {
    // As an agent runs them.
    const starter = new ProgramStarter();
    const commands = systemCommands(systemClock, starter.run);
    // What a killed run left behind.
    await removeStaleLabs(commands);
    const maker = thisMaker();
    const serial = built++;
    const subnet = await freeSubnet((maker.pid + serial) % 255, commands);
    const layout = layoutOf({ maker, serial, subnet, nodes: [{ backends: 1, callers: 0 }] });
    const world = new PathWorld({ backend, layout, commands, starter, signal });
    try {
      await world.#start();
    } catch (error) {
      await world.remove();
      throw error;
    }
    return world;
  }

  /** Lets traffic go a way, with nothing of ours in the others; connections of before are forgotten everywhere. */
  async take(path: Path): Promise<void> {
    const isOurs = path === 'Cluster' || path === 'Local';
    if (isOurs) await this.expose({ ports: [this.exposed(path)] });
    else await this.withdraw();
    await this.#serve(!isOurs);
    await this.forget();
  }

  /** Brings the node to a plan, as its agent would. */
  async expose(plan: NodePlan): Promise<void> {
    await Promise.all([this.host.apply(plan, this.#signal), this.inner.apply(plan, this.#signal)]);
  }

  /** Takes our rules away. */
  async withdraw(): Promise<void> {
    await Promise.all([this.host.remove(this.#signal), this.inner.remove(this.#signal)]);
  }

  /** The Service's port as a plan has it. */
  exposed(path: 'Cluster' | 'Local'): ExposedPort {
    const plain = clusterPort(this.node, servicePort, clusterIP);
    if (path === 'Cluster') return plain;
    const endpoints = [{ address: this.#pod.addresses.IPv4, port: podPort }];
    return { ...plain, target: { kind: 'local', endpoints: { IPv4: endpoints, IPv6: [] } } };
  }

  /** Forgets all connections: they would fill the tables, and keep ports of the addresses that hide others. */
  async forget(): Promise<void> {
    const { client, nodes } = this.#layout;
    const namespaces = [client, ...nodes].map(({ namespace }) => namespace).concat(this.node.link.namespace);
    await Promise.all(namespaces.map((name) => this.#commands.inside(name).run('conntrack', ['-F'])));
  }

  /** Who sends, in the client's place. */
  get client(): LoadProgram {
    return (this.#client ??= new LoadProgram(this.#layout.client.namespace));
  }

  /** What the client connects to. */
  target(path: Path): Target {
    return path === 'routed'
      ? { address: this.#pod.addresses.IPv4, port: podPort }
      : { address: this.node.addresses.IPv4, port: servicePort };
  }

  async remove(): Promise<void> {
    await removeLab(this.#layout, this.#commands);
    await Promise.all([this.#client?.stop(), this.#server?.stop()]);
    this.#starter.close();
  }

  async #start(): Promise<void> {
    const { client } = this.#layout;
    await buildWorld(this.#layout, this.#commands);
    const route = ['route', 'add', this.node.podNetwork.IPv4, 'via', this.node.addresses.IPv4];
    await this.#commands.inside(client.namespace).run('ip', route);
    const backend = this.backend === 'iptables-legacy' ? 'legacy' : 'nft';
    await installNodeFirewall(this.#layout, this.node, backend, this.#commands);
    // First, as on a node: who comes later is asked before it.
    await this.#serve(false);
    await new BounceNamespace(this.node.link, this.nodeCommands).ensure(this.#signal);
    this.#server = new LoadProgram(this.#pod.namespace);
    await this.#server.serve(podPort, workers);
  }

  /** Kube-proxy's rules; it answers for the node's address itself where that is published. */
  async #serve(published: boolean): Promise<void> {
    await this.#proxy.sync([this.#service(published)], [this.#slice()]);
  }

  #service(published: boolean): Service {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name: 'bench' },
      spec: {
        type: 'LoadBalancer',
        clusterIP,
        clusterIPs: [clusterIP],
        ports: [{ name: 'tcp', protocol: 'TCP', port: servicePort, targetPort: podPort }],
      },
      status: { loadBalancer: published ? { ingress: [{ ip: this.node.addresses.IPv4 }] } : {} },
    };
  }

  #slice(): EndpointSlice {
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace: 'default',
        name: 'bench-ipv4',
        labels: { 'kubernetes.io/service-name': 'bench' },
      },
      addressType: 'IPv4',
      endpoints: [
        { addresses: [this.#pod.addresses.IPv4], conditions: { ready: true }, nodeName: this.#pod.node },
      ],
      ports: [{ name: 'tcp', protocol: 'TCP', port: podPort }],
    };
  }
}

/** Ports of other Services, each with a cluster IP of its own. */
export function otherPorts(node: LabNode, count: number): ExposedPort[] {
  return Array.from({ length: count }, (_, n) => clusterPort(node, 10_001 + n, `10.97.${n >> 8}.${n & 255}`));
}

function clusterPort(node: LabNode, port: number, ip: string): ExposedPort {
  return {
    protocol: 'TCP',
    port,
    claim: `${node.name}.tcp.${port}`,
    service: `bench/service-${port}`,
    addresses: { IPv4: [node.addresses.IPv4], IPv6: [] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: { kind: 'cluster', clusterIPs: { IPv4: ip, IPv6: undefined } },
  };
}
