import type { Complaint } from '../nodes/departure.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { AllocationWorld, NodeCondition } from './allocation-world.ts';
import { endpointMisfitOf, standingComplaint } from './current-place.ts';
import { misfitOf, proxyMisfitOf } from './misfit.ts';
import type { Obstacle, PlacedNode } from './placement.ts';
import { checkPorts, type PortCheck } from './port-check.ts';
import { ranked, zoneByZone, type Candidate, type ZoneCount } from './ranking.ts';
import { servedAddresses } from './served-addresses.ts';

interface Opening extends Candidate, Pick<PlacedNode, 'addresses' | 'published'> {}

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
  const openings: Opening[] = [];
  for (const [name, node] of world.nodes) {
    if (held.has(name)) continue;
    const at = servedAddresses(request, node.facts);
    const complaint = complaintOf(request, node, at, world);
    if (complaint) obstacles.push({ node: name, ...complaint });
    else openings.push({ facts: node.facts, claims: world.claimsOn(name), ...at });
  }

  const places: PlacedNode[] = [];
  const take = ({ facts, addresses, published }: Opening, { free }: PortCheck): void => {
    places.push({ node: facts.name, addresses, published, ports: free });
    zones.add(facts);
  };
  const incomplete: (Opening & { check: PortCheck })[] = [];
  for (const opening of zoneByZone(ranked(request.service.uid, openings), zones)) {
    if (places.length >= wanted) return { places, obstacles };
    const check = checkPorts(request, { node: opening.facts.name, ...opening }, [], world.portsAt);
    if (check.taken.length === 0) {
      take(opening, check);
      continue;
    }
    obstacles.push(...check.taken);
    if (request.partial && check.free.length > 0) incomplete.push({ ...opening, check });
  }
  // Only nodes that miss some port are left, and the Service would rather have these: those with most ports first.
  incomplete.sort((a, b) => b.check.free.length - a.check.free.length);
  for (const opening of incomplete.slice(0, wanted - places.length)) take(opening, opening.check);
  return { places, obstacles };
}

function complaintOf(
  request: ExposureRequest,
  { facts, standing }: NodeCondition,
  at: Pick<PlacedNode, 'published'>,
  world: AllocationWorld,
): Complaint | undefined {
  return (
    misfitOf(request, facts, at) ??
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
