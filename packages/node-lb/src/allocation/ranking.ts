import { hash } from 'node:crypto';
import type { NodeFacts } from '../nodes/node-facts.ts';
import { compareText } from './text-order.ts';

/** The label by which clouds and installers say in which zone a node is. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** A node that a Service might get. */
export interface Candidate {
  readonly facts: NodeFacts;
  /** Claims that are there already. */
  readonly claims: number;
}

/**
 * Candidates for a Service, the best first: those with fewer claims, and of equals the one whose name has, with the
 * Service's uid, the lowest digest. So Services spread evenly, and every controller comes to the same order.
 */
export function ranked<T extends Candidate>(serviceUid: string, candidates: readonly T[]): T[] {
  const digests = new Map<string, string>();
  const digestOf = (name: string): string => {
    let digest = digests.get(name);
    if (digest === undefined) digests.set(name, (digest = hash('sha256', `${serviceUid}/${name}`)));
    return digest;
  };
  return candidates.toSorted(
    (a, b) => a.claims - b.claims || compareText(digestOf(a.facts.name), digestOf(b.facts.name)),
  );
}

/** How many nodes a Service has in each zone; nodes without a zone share one. */
export class ZoneCount {
  readonly #nodes = new Map<string, number>();

  of(facts: NodeFacts): number {
    return this.#nodes.get(zoneOf(facts)) ?? 0;
  }

  add(facts: NodeFacts): void {
    this.#nodes.set(zoneOf(facts), this.of(facts) + 1);
  }
}

/**
 * Goes through ranked candidates so that zones with fewer nodes of the Service, as `zones` counts them at each step, come
 * first.
 */
export function* zoneByZone<T extends Candidate>(inOrder: readonly T[], zones: ZoneCount): Generator<T> {
  const queues = [...Map.groupBy(inOrder.entries(), ([, { facts }]) => zoneOf(facts)).values()].map(
    (queue) => ({
      queue,
      next: 0,
    }),
  );
  for (;;) {
    let best: { readonly entry: readonly [number, T]; readonly from: { next: number } } | undefined;
    for (const from of queues) {
      const entry = from.queue[from.next];
      if (!entry) continue;
      const better =
        !best || (zones.of(entry[1].facts) - zones.of(best.entry[1].facts) || entry[0] - best.entry[0]) < 0;
      if (better) best = { entry, from };
    }
    if (!best) return;
    best.from.next += 1;
    yield best.entry[1];
  }
}

function zoneOf({ labels }: NodeFacts): string {
  return labels[ZONE_LABEL] ?? '';
}
