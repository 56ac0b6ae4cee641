import type { Complaint } from '../nodes/departure.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { AllocationWorld, Holdings, NodeCondition } from './allocation-world.ts';
import { choiceMisfitOf, misfitOf, proxyMisfitOf } from './misfit.ts';
import type { Obstacle, PlacedNode } from './placement.ts';
import { checkPorts } from './port-check.ts';
import { servedAddresses } from './served-addresses.ts';

/** A node that a Service has, and whether it may stay. */
export interface CurrentPlace {
  readonly place: PlacedNode;
  /** Undefined when the node is not in the cluster any more. */
  readonly node: NodeCondition | undefined;
  /** Why the node shall be left; empty when it may stay. */
  readonly complaints: readonly Obstacle[];
  /** Ports that it does not get on the node, and why. */
  readonly taken: readonly Obstacle[];
}

/** Looks at every node that a Service has. */
export function currentPlaces(request: ExposureRequest, world: AllocationWorld): CurrentPlace[] {
  const holdings = world.holdings(request.service.uid);
  return Array.from(holdings.ports.keys(), (name) => {
    const node = world.nodes.get(name);
    return node ? currentPlace(request, name, node, holdings, world) : vanishedPlace(request, name, holdings);
  });
}

function currentPlace(
  request: ExposureRequest,
  name: string,
  node: NodeCondition,
  holdings: Holdings,
  world: AllocationWorld,
): CurrentPlace {
  const at = { node: name, ...servedAddresses(request, node.facts) };
  const { free, taken } = checkPorts(request, at, holdings.ports.get(name) ?? [], world.portsAt);
  const complaint =
    departure(node) ??
    ownMisfit(request, node) ??
    (mayFollowHealth(request, node, holdings) ? ailing(request, name, node, world) : undefined);
  const complaints = complaint ? [{ node: name, ...complaint }] : portComplaints(request, taken);
  return { place: { ...at, ports: free }, node, complaints, taken };
}

function vanishedPlace({ ports }: ExposureRequest, node: string, holdings: Holdings): CurrentPlace {
  const held = holdings.ports.get(node) ?? [];
  const left = ports.filter((port) =>
    held.some((own) => own.port === port.port && own.protocol === port.protocol),
  );
  return {
    place: { node, addresses: [], published: [], ports: left },
    node: undefined,
    complaints: [{ node, reason: 'NodeGone', message: 'the node is not in the cluster any more' }],
    taken: [],
  };
}

/**
 * Whether what may pass by itself counts. Not while the node is only held: its Pods then look unready, too. And not while
 * the Service rests after a move; where it wants all nodes nothing moves anyway.
 */
function mayFollowHealth(
  { count }: ExposureRequest,
  { standing }: NodeCondition,
  { resting }: Holdings,
): boolean {
  return standing.standing !== 'hold' && (!resting || count === 'all');
}

function departure({ standing }: NodeCondition): Complaint | undefined {
  return standing.standing === 'leave' ? standingComplaint({ standing }) : undefined;
}

/** A node without any address is unwell: that may pass, and counts when its standing says so. */
function ownMisfit(request: ExposureRequest, { facts }: NodeCondition): Complaint | undefined {
  return facts.addresses.length === 0 ? choiceMisfitOf(request, facts) : misfitOf(request, facts);
}

function ailing(
  request: ExposureRequest,
  name: string,
  { facts, standing }: NodeCondition,
  world: AllocationWorld,
): Complaint | undefined {
  if (standing.standing === 'lost') return standingComplaint({ standing });
  const misfit = proxyMisfitOf(request, facts, world.acceptUnprovenProxy);
  // That there is no kube-proxy may pass: the agent says so of the claims, too, where it is given time.
  if (misfit && misfit.reason !== 'NoKubeProxy') return misfit;
  return endpointMisfitOf(request, name, world);
}

/** Without `partial` a node must have all ports, or it shall be left; with it, one. */
function portComplaints(
  { partial, ports }: ExposureRequest,
  taken: readonly Obstacle[],
): readonly Obstacle[] {
  return partial && taken.length < ports.length ? [] : taken;
}

/** Why nothing new may come to a node, as its standing says it. */
export function standingComplaint({ standing }: Pick<NodeCondition, 'standing'>): Complaint {
  const { reason = 'NotUsable', message = 'the node cannot be used now' } = standing;
  return { reason, message };
}

/** Under the policy Local a node without an endpoint answers nobody. */
export function endpointMisfitOf(
  { trafficPolicy, service }: ExposureRequest,
  node: string,
  world: Pick<AllocationWorld, 'hasLocalEndpoint'>,
): Complaint | undefined {
  if (trafficPolicy === 'Cluster' || world.hasLocalEndpoint(service, node)) return undefined;
  const message = 'the node has no ready endpoint, which externalTrafficPolicy: Local needs';
  return { reason: 'NoLocalEndpoint', message };
}
