import {
  ControllerManager,
  coordinationV1,
  coreV1,
  KubeClient,
  loadKubeconfig,
  type ControllerManagerOptions,
  type Event,
  type Informer,
  type Lease,
  type Node,
  type Service,
} from '@armillary/kube';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { temporaryFolder } from './armillary.ts';
import {
  AGENT_LABEL,
  nodeLbKinds,
  nodeLoadBalancerControllers,
  nodeLoadBalancerKind,
  portClaimKind,
  type NodeLoadBalancer,
  type NodeLoadBalancerControllerOptions,
  type PortClaim,
} from './node-lb-parts.ts';
import { eventually } from './process.ts';
import { serveKinds } from './serve-kinds.ts';
import { SimulatedNodeAgents, type SimulatedAgent } from './simulated-node-agents.ts';
import { StepClock } from './step-clock.ts';

const leaseNamespace = 'kube-system';
const serviceNamespace = 'default';
/** So long a jump of time leaves no agent silent. */
const stepMs = 4000;

/** A controller that runs, and what it sees of the agents. */
interface RunningController {
  readonly manager: ControllerManager;
  readonly leases: Informer<Lease>;
  readonly nodes: Informer<Node>;
  readonly done: Promise<unknown>;
}

/** What a node is. */
export interface NodeWish {
  addresses?: readonly { type: string; address: string }[];
  labels?: Record<string, string>;
}

/** What a Service asks for. */
export interface ServiceWish {
  namespace?: string;
  ports?: readonly { port: number; protocol?: 'TCP' | 'UDP' | 'SCTP'; name?: string }[];
  annotations?: Record<string, string>;
  finalizers?: string[];
  spec?: Partial<NonNullable<Service['spec']>>;
}

/** An API server, nodes with simulated agents, a clock that is moved by hand, and controllers of the load balancer. */
export class NodeLbWorld {
  readonly clock = new StepClock();
  readonly client: KubeClient;
  readonly agents: SimulatedNodeAgents;
  readonly #api: ApiServer;
  readonly #remove: () => Promise<void>;
  readonly #controllers = new Set<RunningController>();

  private constructor(api: ApiServer, client: KubeClient, remove: () => Promise<void>) {
    this.#api = api;
    this.client = client;
    this.#remove = remove;
    this.agents = new SimulatedNodeAgents(client, leaseNamespace);
  }

  static async start(): Promise<NodeLbWorld> {
    const folder = await temporaryFolder();
    const api = await startApiServer({ dataDir: `${folder.path}/api`, port: 0 });
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, nodeLbKinds);
    return new NodeLbWorld(api, client, () => folder.remove());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#controllers].map((controller) => this.stop(controller)));
    await this.agents.stop();
    await this.client.close();
    await this.#api.close();
    await this.#remove();
  }

  /** For clients of their own. */
  get kubeconfig(): string {
    return this.#api.kubeconfig;
  }

  /** Starts a controller; resolves when it has seen everything. */
  async control(
    options: Partial<ControllerManagerOptions> = {},
    settings: Partial<NodeLoadBalancerControllerOptions> = {},
  ): Promise<RunningController> {
    const { client, clock } = this;
    const manager = new ControllerManager({ client, clock, freezeObjects: true, ...options });
    const leases = manager.informer<Lease>(coordinationV1.leases, {
      namespace: leaseNamespace,
      labelSelector: `${AGENT_LABEL}=true`,
    });
    for (const definition of nodeLoadBalancerControllers(manager, {
      leaseNamespace,
      serverVersion: 'v1.34.0',
      clock,
      ...settings,
    })) {
      manager.add(definition);
    }
    const nodes = manager.informer<Node>(coreV1.nodes);
    const controller = { manager, leases, nodes, done: manager.start().catch((error: unknown) => error) };
    this.#controllers.add(controller);
    await eventually('the controller runs', () => manager.readiness().ok);
    return controller;
  }

  /** Ends a controller; what was under way is finished. */
  async stop(controller: RunningController): Promise<void> {
    this.#controllers.delete(controller);
    await controller.manager.stop();
    await controller.done;
  }

  /** Lets time pass, in which the agents that are alive renew their leases. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      const renewed = await this.agents.renew();
      await eventually('the controllers see the renewals', () =>
        [...this.#controllers].every(({ leases }) =>
          [...renewed].every(([name, time]) => leases.get(name, leaseNamespace)?.spec?.renewTime === time),
        ),
      );
    }
  }

  /** Makes a node that is ready, and its agent. */
  async addNode(name: string, { addresses, labels = {} }: NodeWish = {}): Promise<SimulatedAgent> {
    const number = name.match(/\d+$/)?.[0] ?? '250';
    await this.client.resource(coreV1.nodes).create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      status: {
        addresses: [...(addresses ?? [{ type: 'InternalIP', address: `10.0.0.${number}` }])],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    await this.patchNode(name, {
      status: {
        addresses: addresses ?? [{ type: 'InternalIP', address: `10.0.0.${number}` }],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    return this.agents.add(name);
  }

  /** Changes a node; resolves when the controllers have seen it, so that no time passes before they know. */
  async patchNode(name: string, body: Partial<Pick<Node, 'spec' | 'status'>> | object): Promise<void> {
    const subresource = 'status' in body ? { subresource: 'status' } : {};
    const options = { type: 'merge', body, ...subresource } as const;
    const { metadata } = await this.client.resource(coreV1.nodes).patch(name, options);
    await eventually(`the controllers see the change of ${name}`, () =>
      [...this.#controllers].every(
        ({ nodes }) => nodes.get(name)?.metadata.resourceVersion === metadata.resourceVersion,
      ),
    );
  }

  async setReady(name: string, ready: boolean): Promise<void> {
    const conditions = [{ type: 'Ready', status: ready ? ('True' as const) : ('False' as const) }];
    await this.patchNode(name, { status: { conditions } });
  }

  /** Makes a Service of type LoadBalancer. */
  async addService(name: string, wish: ServiceWish = {}): Promise<Service> {
    const {
      namespace = serviceNamespace,
      ports = [{ port: 80 }],
      annotations = {},
      finalizers = [],
      spec,
    } = wish;
    return this.client.resource(coreV1.services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, annotations, finalizers },
      spec: {
        type: 'LoadBalancer',
        selector: { app: name },
        ports: ports.map((port, at) => ({ name: `p${at}`, ...port })),
        ...(spec?.type === undefined ? { allocateLoadBalancerNodePorts: false } : {}),
        ...spec,
      },
    });
  }

  async patchService(name: string, body: object, namespace = serviceNamespace): Promise<Service> {
    return this.client.resource(coreV1.services).patch(name, { type: 'merge', namespace, body });
  }

  async patchStatus(name: string, status: object): Promise<Service> {
    const body = { status };
    return this.client
      .resource(coreV1.services)
      .patch(name, { type: 'merge', namespace: serviceNamespace, subresource: 'status', body });
  }

  async deleteService(name: string, namespace = serviceNamespace): Promise<void> {
    await this.client.resource(coreV1.services).delete(name, { namespace });
  }

  async service(name: string, namespace = serviceNamespace): Promise<Service | undefined> {
    const { items } = await this.client.resource(coreV1.services).list({ namespace });
    return items.find(({ metadata }) => metadata.name === name);
  }

  async services(): Promise<Service[]> {
    const { items } = await this.client.resource(coreV1.services).list();
    return items.filter(({ spec }) => spec?.type === 'LoadBalancer');
  }

  async claims(): Promise<PortClaim[]> {
    const { items } = await this.client.resource<PortClaim>(portClaimKind).list();
    return items;
  }

  /** Where a Service has claims, as `node:port`, sorted; those being withdrawn end in a `~`. */
  async placesOf(name: string): Promise<string[]> {
    const claims = (await this.claims()).filter(({ spec }) => spec.service.name === name);
    return claims
      .map(({ spec }) => `${spec.nodeName}:${spec.port}${spec.withdrawAt === undefined ? '' : '~'}`)
      .sort();
  }

  /** The addresses in a Service's status, as they stand there. */
  async addressesOf(name: string, namespace = serviceNamespace): Promise<string[]> {
    const found = await this.service(name, namespace);
    return (found?.status?.loadBalancer?.ingress ?? []).map(({ ip = '' }) => ip);
  }

  /** The reasons of a Service's events, in the order in which they first came. */
  async eventsOf(name: string): Promise<Event[]> {
    const { items } = await this.client.resource(coreV1.events).list({ namespace: serviceNamespace });
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  /** Waits for an event of a Service, and answers its message. */
  async hasEvent(name: string, reason: string): Promise<string> {
    return eventually(`the event ${reason} of ${name}`, async () => {
      const found = (await this.eventsOf(name)).find((event) => event.reason === reason);
      return found && (found.message ?? ' ');
    });
  }

  async addNamespace(name: string): Promise<void> {
    await this.client
      .resource(coreV1.namespaces)
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** Makes a pod on a node, with a container port. */
  async addPod(name: string, nodeName: string, port: { hostPort: number }): Promise<void> {
    await this.client.resource(coreV1.pods).create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: serviceNamespace },
      spec: {
        nodeName,
        containers: [{ name: 'main', image: 'proxy', ports: [{ containerPort: 8080, ...port }] }],
      },
    });
  }

  async patchPodStatus(name: string, status: object): Promise<void> {
    await this.client
      .resource(coreV1.pods)
      .patch(name, { type: 'merge', namespace: serviceNamespace, subresource: 'status', body: { status } });
  }

  /** As {@link eventually}. */
  readonly eventually = eventually;

  /**
   * As {@link eventually}, for what is fought over: tries that were in vain wait longer and longer, so that time must pass
   * for another one to come.
   */
  async settles<T>(what: string, check: () => Promise<T | undefined | false>): Promise<T> {
    return eventually(
      what,
      async () => {
        const settled = await check();
        if (settled === undefined || settled === false) await this.pass(stepMs);
        return settled;
      },
      120_000,
    );
  }

  async configure(spec: NodeLoadBalancer['spec']): Promise<void> {
    await this.client.apply(
      {
        apiVersion: nodeLoadBalancerKind.apiVersion,
        kind: 'NodeLoadBalancer',
        metadata: { name: 'default' },
        spec,
      },
      { fieldManager: 'test', force: true },
    );
  }

  /** Waits until a Service is where it shall be, and nowhere else. */
  async isAt(name: string, ...places: string[]): Promise<void> {
    await eventually(`${name} at ${places.join(', ') || 'no node'}`, async () => {
      const found = await this.placesOf(name);
      return found.join() === [...places].sort().join();
    });
  }

  /** Waits until the status tells exactly these addresses. */
  async answersAt(name: string, ...addresses: string[]): Promise<void> {
    await eventually(`${name} tells ${addresses.join(', ') || 'no address'}`, async () => {
      const found = await this.addressesOf(name);
      return found.join() === addresses.join();
    });
  }

  /** Waits for a condition of a Service, and answers its message. */
  async hasCondition(name: string, type: string, status: string, reason?: string): Promise<string> {
    return eventually(`${name} has ${type} ${status} ${reason ?? ''}`, async () => {
      const found = (await this.service(name))?.status?.conditions?.find((each) => each.type === type);
      const fits = found?.status === status && (reason === undefined || found.reason === reason);
      return fits && (found.message ?? ' ');
    });
  }
}
