import { ControllerManager, coordinationV1, patchStatus, type KubeClient, type Lease } from '@armillary/kube';
import { AGENT_LABEL, agentLeaseName, portClaimKind, type PortClaim } from './node-lb-parts.ts';

/** How a simulated agent behaves; change it at any time, and tell {@link SimulatedNodeAgents.look}. */
export interface SimulatedAgent {
  /** Whether it works; a dead one neither renews its lease nor looks at claims. */
  alive: boolean;
  /** Who has a port of the node instead, by `TCP/80`. */
  readonly taken: Map<string, string>;
  /** What it says of every claim instead of that it is programmed: a reason. */
  failure?: string;
  /** What its probes say of every claim when they do not get through. */
  unreachable?: string;
  /** Ports, by `TCP/80`, whose claims it has not got round to yet. */
  readonly slow: Set<string>;
  /** Annotations of its lease. */
  annotations: Record<string, string>;
}

/** The agents of all nodes: they say of claims that they are programmed, without doing anything. */
export class SimulatedNodeAgents {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #agents = new Map<string, SimulatedAgent>();
  /** Nodes whose agents have a lease by now. */
  readonly #known = new Set<string>();
  readonly #manager: ControllerManager;
  #look: (name: string) => void = () => {};
  #renewals = 0;

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#manager = new ControllerManager({ client });
    const claims = this.#manager.informer<PortClaim>(portClaimKind);
    this.#manager.add<PortClaim>({
      name: 'simulated-agents',
      for: portClaimKind,
      workers: 8,
      sources: [(enqueue) => (this.#look = (name) => enqueue({ namespace: '', name }))],
      reconcile: async ({ name }) => {
        const claim = claims.get(name);
        if (claim) await this.#answer(claim);
      },
    });
    this.#claims = () => claims.list();
    void this.#manager.start();
  }

  readonly #claims: () => PortClaim[];

  /** An agent for a node, with its lease. */
  async add(node: string): Promise<SimulatedAgent> {
    const agent: SimulatedAgent = { alive: true, taken: new Map(), slow: new Set(), annotations: {} };
    this.#agents.set(node, agent);
    await this.#client.resource(coordinationV1.leases).create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: agentLeaseName(node),
        namespace: this.#namespace,
        labels: { [AGENT_LABEL]: 'true' },
      },
      spec: { holderIdentity: node, renewTime: this.#renewTime() },
    });
    this.#known.add(node);
    return agent;
  }

  of(node: string): SimulatedAgent {
    const agent = this.#agents.get(node);
    if (!agent) throw new Error(`there is no agent of ${node}`);
    return agent;
  }

  /** Renews the leases of the living. Answers what their renewTimes are now. */
  async renew(): Promise<Map<string, string>> {
    const renewTime = this.#renewTime();
    const alive = [...this.#agents].filter(([node, agent]) => agent.alive && this.#known.has(node));
    await Promise.all(
      alive.map(([node, { annotations }]) =>
        this.#client.resource<Lease>(coordinationV1.leases).patch(agentLeaseName(node), {
          type: 'merge',
          namespace: this.#namespace,
          body: { metadata: { annotations }, spec: { renewTime } },
        }),
      ),
    );
    return new Map(alive.map(([node]) => [agentLeaseName(node), renewTime]));
  }

  /** Makes the agents look at their claims again. */
  look(): void {
    for (const { metadata } of this.#claims()) this.#look(metadata.name ?? '');
  }

  async stop(): Promise<void> {
    await this.#manager.stop();
  }

  async #answer(claim: PortClaim): Promise<void> {
    const { nodeName, protocol, port, addresses } = claim.spec;
    const agent = this.#agents.get(nodeName);
    const text = `${protocol}/${port}`;
    if (!agent?.alive || agent.slow.has(text)) return;
    const owner = agent.taken.get(text);
    const reason = owner === undefined ? (agent.failure ?? 'Programmed') : 'PortInUse';
    const programmed = reason === 'Programmed';
    const generation = claim.metadata.generation ?? 0;
    await patchStatus(this.#client.resource<PortClaim>(portClaimKind), claim, {
      observedGeneration: generation,
      addresses: programmed ? addresses : [],
      ...(owner === undefined ? {} : { owner }),
      conditions: [
        {
          type: 'Programmed',
          status: programmed ? 'True' : 'False',
          reason,
          message: programmed ? 'installed' : `as the test wants it: ${reason}`,
          observedGeneration: generation,
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
        ...(agent.unreachable === undefined
          ? []
          : [
              {
                type: 'Reachable',
                status: 'False' as const,
                reason: 'ProbeFailed',
                message: agent.unreachable,
                observedGeneration: generation,
                lastTransitionTime: '2026-01-01T00:00:00Z',
              },
            ]),
      ],
    });
  }

  /** Nobody believes the times in a lease, only that they change. */
  #renewTime(): string {
    this.#renewals += 1;
    return new Date(Date.UTC(2001, 0, 1) + this.#renewals * 1000).toISOString().replace('Z', '000Z');
  }
}
