import type { PortKey } from '../../address/protocol.ts';
import { claimName } from '../../kinds/claim-name.ts';
import type { NodeFacts } from '../../nodes/node-facts.ts';
import type { NodeStanding } from '../../nodes/node-standing.ts';
import { wellNode } from '../../nodes/testing/well-node.ts';
import type { PortUse } from '../../ports/port-use.ts';
import { PortUses } from '../../ports/port-uses.ts';
import type { ExposureRequest, ServiceIdentity } from '../../request/exposure-request.ts';
import type { AllocationWorld, Holdings, NodeCondition } from '../allocation-world.ts';
import { placeService } from '../place-service.ts';
import type { Placement } from '../placement.ts';

interface Claim {
  readonly node: string;
  readonly port: PortKey;
  readonly service: ServiceIdentity;
}

/** Nodes and claims in memory. As with real claims, a claim's name is the lock: who comes second is refused. */
export class MemoryCluster implements AllocationWorld {
  readonly nodes = new Map<string, NodeCondition>();
  readonly #claims = new Map<string, Claim>();
  readonly #ofService = new Map<string, Map<string, PortKey[]>>();
  readonly #onNode = new Map<string, number>();
  readonly #uses = new PortUses();
  readonly endpoints = new Map<string, Set<string>>();
  /** Services that moved a short while ago, by uid. */
  readonly resting = new Set<string>();
  acceptUnprovenProxy = false;
  readonly portsAt: AllocationWorld['portsAt'] = (node, port, except) => this.#uses.at(node, port, except);

  /** A cluster of nodes that nothing is wrong with. */
  static of(...nodes: string[]): MemoryCluster {
    return nodes.reduce((cluster, name) => cluster.addNode(name), new MemoryCluster());
  }

  /** A node with one address, IPv4, unless told otherwise. */
  addNode(
    name: string,
    differences: Partial<NodeFacts> = {},
    standing: NodeStanding = { standing: 'use' },
  ): this {
    const address = `192.0.2.${this.nodes.size % 256}`;
    const addresses = [{ family: 'IPv4', address, type: 'InternalIP' } as const];
    this.nodes.set(name, { facts: wellNode(name, 0, { addresses, ...differences }), standing });
    return this;
  }

  setStanding(name: string, standing: NodeStanding['standing'], reason = 'NotReady'): void {
    const { facts } = this.nodes.get(name) ?? { facts: wellNode(name, 0) };
    const message = `for a test: ${reason}`;
    this.nodes.set(name, {
      facts,
      standing: standing === 'use' ? { standing } : { standing, reason, message },
    });
  }

  /** Something else that has a port, as other objects of the API say. */
  use(use: PortUse): void {
    this.#uses.set(`${use.kind} ${use.node} ${use.owner} ${use.protocol} ${use.port}`, [use]);
  }

  /** Creates a claim. Answers false when somebody has the port; the Service itself may have it. */
  claim(node: string, port: PortKey, service: ServiceIdentity): boolean {
    const name = claimName(node, port);
    const there = this.#claims.get(name);
    if (there) return there.service.uid === service.uid;
    this.#claims.set(name, { node, port, service });
    this.#onNode.set(node, this.claimsOn(node) + 1);
    const byNode = this.#ofService.get(service.uid) ?? new Map<string, PortKey[]>();
    this.#ofService.set(service.uid, byNode.set(node, [...(byNode.get(node) ?? []), port]));
    const owner = `service ${service.namespace}/${service.name}`;
    this.#uses.set(name, [{ ...port, node, kind: 'Claimed', owner, serviceUid: service.uid }]);
    return true;
  }

  release(node: string, port: PortKey): void {
    const name = claimName(node, port);
    const claim = this.#claims.get(name);
    if (!claim) return;
    this.#claims.delete(name);
    this.#uses.delete(name);
    this.#onNode.set(node, this.claimsOn(node) - 1);
    const byNode = this.#ofService.get(claim.service.uid);
    const left = byNode?.get(node)?.filter((one) => claimName(node, one) !== name) ?? [];
    if (left.length > 0) byNode?.set(node, left);
    else byNode?.delete(node);
  }

  /** The Service is deleted. */
  releaseAll({ uid }: ServiceIdentity): void {
    for (const [node, ports] of this.holdings(uid).ports) for (const port of ports) this.release(node, port);
  }

  /** Places a Service and makes its claims what the placement says, as a controller would that is alone. */
  expose(request: ExposureRequest): Placement {
    const placement = placeService(request, this);
    const wanted = new Set(
      placement.nodes.flatMap(({ node, ports }) => ports.map((port) => claimName(node, port))),
    );
    for (const { node, ports } of placement.nodes) {
      for (const port of ports) {
        if (!this.claim(node, port, request.service))
          throw new Error(`two owners of ${claimName(node, port)}`);
      }
    }
    for (const [node, ports] of this.holdings(request.service.uid).ports) {
      for (const port of ports) if (!wanted.has(claimName(node, port))) this.release(node, port);
    }
    return placement;
  }

  holdings(serviceUid: string): Holdings {
    const ports = this.#ofService.get(serviceUid) ?? new Map<string, PortKey[]>();
    return { ports, resting: this.resting.has(serviceUid) };
  }

  claimsOn(node: string): number {
    return this.#onNode.get(node) ?? 0;
  }

  hasLocalEndpoint({ uid }: ServiceIdentity, node: string): boolean {
    return this.endpoints.get(uid)?.has(node) ?? false;
  }

  /** Who has what, as `worker-1.tcp.80 uid-1`, sorted. */
  owners(): string[] {
    return Array.from(this.#claims, ([name, { service }]) => `${name} ${service.uid}`).toSorted();
  }
}
