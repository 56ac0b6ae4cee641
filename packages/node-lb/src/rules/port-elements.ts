import type { Family } from '../address/protocol.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';

/** One member of a set: a port of an address, and of some sets who comes to it. */
export interface Element {
  readonly address: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  /** An address, or a network that is longer than one address. */
  readonly source?: string;
}

/** The sets of one family that say what the host's rules do; every backend has them under these names. */
export interface PortElements {
  /** Ports of the node that go to the bounce namespace. */
  readonly cluster: readonly Element[];
  /** Ports of the node that go to endpoints on the node. */
  readonly local: readonly Element[];
  /** Ports of the node that not everybody may connect to. */
  readonly limited: readonly Element[];
  /** Who may connect to those. */
  readonly allowed: readonly Element[];
  /** The endpoints of `local`. */
  readonly endpoints: readonly Element[];
  /** Who must not come to an endpoint with his own address, as he would not get the answer: the endpoint and its node. */
  readonly hairpin: readonly Element[];
}

/** The names of the sets. */
export type ElementSet = keyof PortElements;

/** What a plan puts in the sets of a family. Ports that a family does not serve are in none. */
export function portElements(plan: NodePlan, family: Family): PortElements {
  const elements: Record<ElementSet, Element[]> = {
    cluster: [],
    local: [],
    limited: [],
    allowed: [],
    endpoints: [],
    hairpin: [],
  };
  for (const exposed of plan.ports) {
    if (!serves(exposed, family)) continue;
    const addresses = exposed.addresses[family];
    const key = { protocol: elementProtocol(exposed), port: exposed.port };
    const allowed = allowedSources(exposed, family);
    for (const address of addresses) {
      elements[exposed.target.kind].push({ address, ...key });
      if (allowed === undefined) continue;
      elements.limited.push({ address, ...key });
      elements.allowed.push(...allowed.map((source) => ({ address, ...key, source })));
    }
    for (const { address, port } of localEndpoints(exposed, family)) {
      const endpoint = { address, protocol: key.protocol, port };
      elements.endpoints.push(endpoint);
      elements.hairpin.push(...[address, ...addresses].map((source) => ({ ...endpoint, source })));
    }
  }
  return elements;
}

/** The node's addresses behind which local endpoints answer, sorted. */
export function localAddresses(plan: NodePlan, family: Family): string[] {
  const local = plan.ports.filter((port) => port.target.kind === 'local' && serves(port, family));
  return [...new Set(local.flatMap(({ addresses }) => addresses[family]))].sort();
}

/** The endpoints on the node, none under the policy Cluster. */
export function localEndpoints({ target }: ExposedPort, family: Family) {
  return target.kind === 'local' ? target.endpoints[family] : [];
}

/** Whether there is anything to reach over the family. */
export function serves(exposed: ExposedPort, family: Family): boolean {
  const { addresses, target } = exposed;
  if (addresses[family].length === 0) return false;
  return target.kind === 'cluster'
    ? target.clusterIPs[family] !== undefined
    : target.endpoints[family].length > 0;
}

/** A protocol as the kernel's programs write it. */
export function elementProtocol({ protocol }: Pick<ExposedPort, 'protocol'>): Element['protocol'] {
  return protocol.toLowerCase() as Lowercase<ExposedPort['protocol']>;
}

/**
 * Who may connect, as addresses and networks of more than one; undefined for everybody, which is what the network of the
 * whole family says, too: ipset has no network of length zero.
 */
export function allowedSources({ sourceRanges }: ExposedPort, family: Family): string[] | undefined {
  const ranges = sourceRanges[family];
  if (ranges === undefined || ranges.some((range) => range.endsWith('/0'))) return undefined;
  const single = family === 'IPv4' ? '/32' : '/128';
  return ranges.map((range) => (range.endsWith(single) ? range.slice(0, -single.length) : range));
}
