import type { PortKey } from '../address/protocol.ts';
import type { NodeFacts } from '../nodes/node-facts.ts';
import type { NodeStanding } from '../nodes/node-standing.ts';
import type { PortUse } from '../ports/port-use.ts';
import type { ServiceIdentity } from '../request/exposure-request.ts';

/** Who has a port of a node at these addresses of it, what belongs to the Service with this uid left out. */
export type PortsAt = (
  node: { readonly name: string; readonly addresses: readonly { readonly address: string }[] },
  port: PortKey,
  exceptServiceUid: string,
) => readonly PortUse[];

/** A node and what may be done with it. */
export interface NodeCondition {
  readonly facts: NodeFacts;
  readonly standing: NodeStanding;
}

/** What a Service has already. */
export interface Holdings {
  /** The ports that are claimed for it and not being withdrawn, by node. */
  readonly ports: ReadonlyMap<string, readonly PortKey[]>;
  /** It moved a short while ago (`grace.move`): it stays where it is, unless its node shall be left. */
  readonly resting: boolean;
}

/** Everything a choice of nodes is made from. The result does not depend on the order of anything in it. */
export interface AllocationWorld {
  /** By name. */
  readonly nodes: ReadonlyMap<string, NodeCondition>;
  readonly portsAt: PortsAt;
  /** What a Service has already, by its uid. */
  holdings(serviceUid: string): Holdings;
  /** How many claims there are on a node. */
  claimsOn(node: string): number;
  /** Whether a node has an endpoint of the Service that may serve under the policy Local. */
  hasLocalEndpoint(service: ServiceIdentity, node: string): boolean;
  /** Whether nodes are taken whose kube-proxy works in a way that this load balancer was not proved with. */
  readonly acceptUnprovenProxy: boolean;
}
