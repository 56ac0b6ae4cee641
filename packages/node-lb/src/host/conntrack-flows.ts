import { portText } from '../address/port-range.ts';
import { families, type Family, type Protocol } from '../address/protocol.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { serves } from '../plan/served-family.ts';
import { planDifference } from '../plan/plan-difference.ts';
import type { Link } from '../plan/link.ts';
import type { ConntrackEntry } from './conntrack-entry.ts';
import type { Side } from './link-needs.ts';

/** Tracked connections that have something in common. */
export interface Flows {
  readonly side: Side;
  readonly family: Family;
  readonly protocol: Protocol;
  /** Before any translation. */
  readonly destination: string;
  readonly port: number;
  /** Only those from here; all when absent. */
  readonly source?: string;
  /** Only those that are answered from here; all when absent. */
  readonly replySource?: string;
}

/**
 * The connections to forget after the rules of one plan were replaced by those of another. UDP clients would be sent the
 * old way, or none, as long as they keep on sending; TCP goes on where only the way changed, and ends where the port or
 * the cluster IP is no longer the Service's.
 */
export function flowsOfDifference(before: NodePlan, after: NodePlan, link: Link): Flows[] {
  const { added, removed, changed } = planDifference(before, after);
  const flows = [
    ...added.flatMap((port) =>
      families.flatMap((family) => beginning(port, family, servedAddresses(port, family), link)),
    ),
    ...removed.flatMap((port) => families.flatMap((family) => ending(port, family, link))),
    ...changed.flatMap((change) => families.flatMap((family) => changedFlows(change, family, link))),
  ];
  return [...new Map(flows.map((flow) => [JSON.stringify(flow), flow])).values()];
}

/**
 * The connections among these that do not go the way of the plan, where nobody knows what was installed before: UDP that
 * was not translated or leads elsewhere, and whatever still goes through the namespace without reason. What goes to local
 * endpoints of a port that is not planned any more cannot be told from the connections of others.
 */
export function strayFlows(
  { ports }: NodePlan,
  link: Link,
  side: Side,
  family: Family,
): (entry: ConntrackEntry) => Flows | undefined {
  const planned = new Map(ports.map((port) => [portText(port), port]));
  const inner = link.innerAddress[family];
  const isStray = (entry: ConntrackEntry): boolean => {
    const { protocol, destination, replySource } = entry;
    const port = planned.get(portText(entry));
    const clusterIP = port && clusterIPOf(port, family);
    if (side === 'inner') return destination === inner && replySource !== clusterIP;
    // The node's own connections into the namespace, such as probes.
    if (destination === inner) return false;
    const served = port && servedAddresses(port, family).includes(destination) ? port : undefined;
    if (replySource === inner) return served === undefined || clusterIP === undefined;
    if (!served || protocol !== 'UDP') return false;
    return clusterIP !== undefined || !endpointsOf(served, family).includes(replySource);
  };
  return (entry) => {
    if (!isStray(entry)) return undefined;
    const { protocol, destination, port, replySource } = entry;
    return { side, family, protocol, destination, port, replySource };
  };
}

interface Change {
  readonly before: ExposedPort;
  readonly after: ExposedPort;
}

function changedFlows({ before, after }: Change, family: Family, link: Link): Flows[] {
  const [was, is] = [servedAddresses(before, family), servedAddresses(after, family)];
  if (before.service !== after.service || was.length === 0 || is.length === 0) {
    return [...ending(before, family, link), ...beginning(after, family, is, link)];
  }
  const kept = is.filter((address) => was.includes(address));
  const gone = was.filter((address) => !kept.includes(address));
  return [
    ...beginning(
      after,
      family,
      is.filter((address) => !kept.includes(address)),
      link,
    ),
    ...gone.map((address) => onHost(before, family, address)),
    ...redirected({ before, after }, family, kept, link),
  ];
}

/** What goes another way now, at addresses that are served before and after. */
function redirected({ before, after }: Change, family: Family, kept: readonly string[], link: Link): Flows[] {
  const [oldIP, newIP] = [clusterIPOf(before, family), clusterIPOf(after, family)];
  if (oldIP !== undefined && newIP !== undefined) {
    return oldIP === newIP ? [] : throughNamespace(before, family, oldIP, link);
  }
  const udp = beginning(after, family, kept, link);
  if (before.target.kind !== after.target.kind) return udp;
  const left = endpointsOf(after, family);
  const lost = endpointsOf(before, family).filter((address) => !left.includes(address));
  return lost.flatMap((replySource) => udp.map((flow) => ({ ...flow, replySource })));
}

/**
 * UDP that was sent to these addresses before there were rules for it, and is not translated therefore: on the node, or in
 * the namespace, where its first packet may come a moment before the port is known there.
 */
function beginning(port: ExposedPort, family: Family, addresses: readonly string[], link: Link): Flows[] {
  if (port.protocol !== 'UDP' || addresses.length === 0) return [];
  const inner = link.innerAddress[family];
  const untranslated = { destination: inner, port: port.port, replySource: inner };
  return [
    ...addresses.map((address) => onHost(port, family, address)),
    ...(port.target.kind === 'cluster'
      ? [{ side: 'inner', family, protocol: port.protocol, ...untranslated } as const]
      : []),
  ];
}

/** Everything that a port had. */
function ending(port: ExposedPort, family: Family, link: Link): Flows[] {
  const clusterIP = clusterIPOf(port, family);
  return [
    ...servedAddresses(port, family).map((address) => onHost(port, family, address)),
    ...(clusterIP === undefined ? [] : throughNamespace(port, family, clusterIP, link)),
  ];
}

/** Within the namespace, and on the way from there to a cluster IP. */
function throughNamespace(
  { protocol, port }: ExposedPort,
  family: Family,
  clusterIP: string,
  link: Link,
): Flows[] {
  const inner = link.innerAddress[family];
  return [
    { side: 'inner', family, protocol, destination: inner, port },
    { side: 'host', family, protocol, destination: clusterIP, port, source: inner },
  ];
}

function onHost({ protocol, port }: ExposedPort, family: Family, destination: string): Flows {
  return { side: 'host', family, protocol, destination, port };
}

/** The addresses at which a port is served at all in a family. */
function servedAddresses(port: ExposedPort, family: Family): readonly string[] {
  return serves(port, family) ? port.addresses[family] : [];
}

function clusterIPOf({ target }: ExposedPort, family: Family): string | undefined {
  return target.kind === 'cluster' ? target.clusterIPs[family] : undefined;
}

function endpointsOf({ target }: ExposedPort, family: Family): string[] {
  return target.kind === 'local' ? target.endpoints[family].map(({ address }) => address) : [];
}
