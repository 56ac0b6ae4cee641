import type { Complaint } from '../nodes/departure.ts';
import type { NodeFacts } from '../nodes/node-facts.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { AllocationWorld, NodeCondition } from './allocation-world.ts';
import { endpointMisfitOf, standingComplaint } from './current-place.ts';
import { misfitOf, proxyMisfitOf } from './misfit.ts';
import type { Obstacle, PlacedNode } from './placement.ts';
import { checkPorts } from './port-check.ts';
import { bestFirst, type Candidate, type ZoneCount } from './ranking.ts';
import { servedAddresses } from './served-addresses.ts';

/** Nodes that were chosen, and what is in the way at the others that were looked at. */
export interface NewPlaces {
  readonly places: readonly PlacedNode[];
  /** All that is in the way, when fewer were found than wanted; else of no meaning. */
  readonly obstacles: readonly Obstacle[];
}

/**
 * Chooses up to `wanted` nodes beside those that the Service has. Ports are asked for last and best node first, as that
 * is the dear part: where ports are free, it looks at as many nodes as it takes.
 */
export function chooseNewPlaces(
  request: ExposureRequest,
  wanted: number,
  zones: ZoneCount,
  world: AllocationWorld,
): NewPlaces {
  if (wanted <= 0) return { places: [], obstacles: [] };
  const { ports: held } = world.holdings(request.service.uid);
  const obstacles: Obstacle[] = unknownNodes(request, world);
  const candidates: Candidate[] = [];
  for (const [name, node] of world.nodes) {
    if (held.has(name)) continue;
    const complaint = complaintOf(request, node, world);
    if (complaint) obstacles.push({ node: name, ...complaint });
    else candidates.push({ facts: node.facts, claims: world.claimsOn(name) });
  }

  const places: PlacedNode[] = [];
  const incomplete: { facts: NodeFacts; place: PlacedNode }[] = [];
  const take = ({ facts, place }: (typeof incomplete)[number]): void => {
    places.push(place);
    zones.add(facts);
  };
  for (const { facts } of bestFirst(request.service.uid, candidates, zones)) {
    if (places.length >= wanted) return { places, obstacles };
    const at = { node: facts.name, ...servedAddresses(request, facts) };
    const { free, taken } = checkPorts(request, at, [], world.portsAt);
    obstacles.push(...taken);
    const found = { facts, place: { ...at, ports: free } };
    if (taken.length === 0) take(found);
    else if (request.partial && free.length > 0) incomplete.push(found);
  }
  // Only nodes that miss some port are left, and the Service would rather have these: those with most ports first.
  incomplete.sort((a, b) => b.place.ports.length - a.place.ports.length);
  incomplete.slice(0, wanted - places.length).forEach(take);
  return { places, obstacles };
}

function complaintOf(
  request: ExposureRequest,
  { facts, standing }: NodeCondition,
  world: AllocationWorld,
): Complaint | undefined {
  return (
    misfitOf(request, facts) ??
    (standing.standing === 'use' ? undefined : standingComplaint({ standing })) ??
    proxyMisfitOf(request, facts, world.acceptUnprovenProxy) ??
    endpointMisfitOf(request, facts.name, world)
  );
}

/** Nodes that the Service names and that do not exist. */
function unknownNodes({ nodes = [] }: ExposureRequest, world: AllocationWorld): Obstacle[] {
  return nodes
    .filter((name) => !world.nodes.has(name))
    .map((node) => ({ node, reason: 'NoSuchNode', message: `there is no node ${node}` }));
}
