import type { Standing } from '../nodes/node-standing.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { AllocationWorld } from './allocation-world.ts';
import { currentPlaces, type CurrentPlace } from './current-place.ts';
import { chooseNewPlaces } from './new-places.ts';
import type { Obstacle, Placement } from './placement.ts';
import { bestFirst, ZoneCount } from './ranking.ts';
import { compareText } from '../address/text-order.ts';

/** From the best to the worst. */
const standings: readonly Standing[] = ['use', 'keep', 'hold', 'leave', 'lost'];

/**
 * Says where a Service shall be exposed. What it has and may keep stays; of nodes that shall be left, it goes as soon as
 * it has another that serves; when there is none, it stays on them rather than nowhere, as an empty status would delete
 * DNS records. All its ports go to the same nodes.
 *
 * The same request and world give the same placement, in whatever order the world lists its things.
 */
export function placeService(request: ExposureRequest, world: AllocationWorld): Placement {
  const wanted = request.count === 'all' ? Infinity : request.count;
  const { fit = [], unfit = [] } = Object.groupBy(currentPlaces(request, world), ({ complaints }) =>
    complaints.length === 0 ? 'fit' : 'unfit',
  );
  const zones = new ZoneCount();
  const inOrder = inOrderOfKeeping(request, fit, zones, world);
  const staying = inOrder.slice(0, wanted);
  const added = chooseNewPlaces(request, wanted - staying.length, zones, world);

  const nodes = [...staying.map(({ place }) => place), ...added.places];
  const keepable = unfit.filter(({ place }) => place.ports.length > 0).toSorted(byUsability);
  const kept = nodes.length > 0 ? [] : keepable.slice(0, wanted);
  nodes.push(...kept.map(({ place }) => place));

  const complaints = (places: readonly CurrentPlace[]) => places.flatMap((one) => one.complaints);
  const leaving = [
    ...complaints(unfit.filter((place) => !kept.includes(place))),
    ...inOrder.slice(wanted).map(({ place }) => notNeeded(place.node, request)),
  ];
  const short =
    kept.length > 0 ||
    nodes.length < (request.count === 'all' ? 1 : request.count) ||
    nodes.some(({ ports }) => ports.length < request.ports.length);
  const obstacles = short
    ? [...complaints(unfit), ...staying.flatMap(({ taken }) => taken), ...added.obstacles]
    : [];
  return {
    nodes,
    kept: complaints(kept),
    leaving: leaving.toSorted(byNode),
    obstacles: obstacles.toSorted(byNode),
    short,
  };
}

/** In the order in which a Service that wants fewer nodes keeps them: those that nothing is wrong with first. */
function inOrderOfKeeping(
  { service }: ExposureRequest,
  places: readonly CurrentPlace[],
  zones: ZoneCount,
  world: AllocationWorld,
): CurrentPlace[] {
  const candidates = places.flatMap((current) =>
    current.node ? [{ current, facts: current.node.facts, claims: world.claimsOn(current.place.node) }] : [],
  );
  const byStanding = [...Map.groupBy(candidates, ({ current }) => usability(current))].toSorted(
    ([a], [b]) => a - b,
  );
  return byStanding.flatMap(([, group]) =>
    Array.from(bestFirst(service.uid, group, zones), ({ current, facts }) => {
      zones.add(facts);
      return current;
    }),
  );
}

function notNeeded(node: string, { count }: ExposureRequest): Obstacle {
  return { node, reason: 'NotNeeded', message: `the Service wants no more than ${count}` };
}

/** Where the Service stays for want of better nodes: one that still answers comes before one that likely does not. */
function byUsability(a: CurrentPlace, b: CurrentPlace): number {
  return usability(a) - usability(b) || compareText(a.place.node, b.place.node);
}

function usability({ node }: CurrentPlace): number {
  return node ? standings.indexOf(node.standing.standing) : standings.length;
}

function byNode(a: Obstacle, b: Obstacle): number {
  return (
    compareText(a.node, b.node) ||
    (a.port?.port ?? 0) - (b.port?.port ?? 0) ||
    compareText(a.port?.protocol ?? '', b.port?.protocol ?? '')
  );
}
