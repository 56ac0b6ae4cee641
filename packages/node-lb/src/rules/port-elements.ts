import type { Family } from '../address/protocol.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { serves } from '../plan/served-family.ts';

/** What the sets of one family are called in every backend; they say what the host's rules do. */
export type ElementSet =
  /** Ports of the node that go to the bounce namespace. */
  | 'cluster'
  /** Ports of the node that go to endpoints on the node. */
  | 'local'
  /** Ports of the node that not everybody may connect to. */
  | 'limited'
  /** Who may connect to those. */
  | 'allowed'
  /** The endpoints of `local`. */
  | 'endpoints'
  /** Who must not come to an endpoint with his own address, as he would not get the answer: the endpoint and its node. */
  | 'hairpin';

/** A protocol as the kernel's programs write it. */
export type ProtocolWord = 'tcp' | 'udp' | 'sctp';

/** How a backend writes a port of an address, and in some sets who comes to it: an address or a longer network. */
export type ElementText = (address: string, protocol: ProtocolWord, port: number, source?: string) => string;

/** The elements of each set as the keys of a map, in the order of the plan. */
export type PortElements = Readonly<Record<ElementSet, Map<string, string>>>;

/** What a plan puts in the sets of a family. Ports that a family does not serve are in none. */
export function portElements(plan: NodePlan, family: Family, text: ElementText): PortElements {
  const elements: PortElements = {
    cluster: new Map(),
    local: new Map(),
    limited: new Map(),
    allowed: new Map(),
    endpoints: new Map(),
    hairpin: new Map(),
  };
  for (const exposed of plan.ports) {
    if (!serves(exposed, family)) continue;
    const { port } = exposed;
    const addresses = exposed.addresses[family];
    const protocol = protocolWord(exposed);
    const allowed = allowedSources(exposed, family);
    for (const address of addresses) {
      elements[exposed.target.kind].set(text(address, protocol, port), '');
      if (allowed === undefined) continue;
      elements.limited.set(text(address, protocol, port), '');
      for (const source of allowed) elements.allowed.set(text(address, protocol, port, source), '');
    }
    for (const endpoint of localEndpoints(exposed, family)) {
      elements.endpoints.set(text(endpoint.address, protocol, endpoint.port), '');
      for (const source of [endpoint.address, ...addresses]) {
        elements.hairpin.set(text(endpoint.address, protocol, endpoint.port, source), '');
      }
    }
  }
  return elements;
}

/** Whether any port of the plan may not be connected to by everybody. */
export function hasRanges({ ports }: NodePlan, family: Family): boolean {
  return ports.some((port) => serves(port, family) && allowedSources(port, family) !== undefined);
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

/** A protocol as the kernel's programs write it. */
export function protocolWord({ protocol }: Pick<ExposedPort, 'protocol'>): ProtocolWord {
  return protocolWords[protocol];
}

const protocolWords = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

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
