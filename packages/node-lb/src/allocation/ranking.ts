import { hash } from 'node:crypto';
import type { NodeFacts } from '../nodes/node-facts.ts';
import { compareText } from '../address/text-order.ts';

/** The label by which clouds and installers say in which zone a node is. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** A node that a Service might get, or has. */
export interface Candidate {
  readonly facts: NodeFacts;
  /** Claims that are there already. */
  readonly claims: number;
}

/** How many nodes a Service has in each zone; nodes without a zone share one. */
export class ZoneCount {
  readonly #nodes = new Map<string, number>();

  of(zone: string): number {
    return this.#nodes.get(zone) ?? 0;
  }

  add(facts: NodeFacts): void {
    const zone = zoneOf(facts);
    this.#nodes.set(zone, this.of(zone) + 1);
  }
}

/** A candidate and the digest that decides between it and its equals. */
interface Ranked<T extends Candidate> {
  readonly candidate: T;
  readonly digest: string;
}

/**
 * Goes through candidates for a Service, the best first: those in zones where it has fewest nodes, as `zones` counts them
 * at each step; of these the ones with fewer claims; of equals the one whose name has, with the Service's uid, the lowest
 * digest. So Services spread evenly, and every controller comes to the same order.
 */
export function* bestFirst<T extends Candidate>(
  serviceUid: string,
  candidates: Iterable<T>,
  zones: ZoneCount,
): Generator<T> {
  const queues = Array.from(
    Map.groupBy(candidates, ({ facts }) => zoneOf(facts)),
    ([zone, inZone]) => new ZoneQueue(zone, rankedInZone(serviceUid, inZone)),
  );
  for (;;) {
    let best: ZoneQueue<T> | undefined;
    for (const queue of queues) if (!best || queue.compare(best, zones) < 0) best = queue;
    const next = best?.shift();
    if (!next) return;
    yield next;
  }
}

/** The candidates of one zone that are left. */
class ZoneQueue<T extends Candidate> {
  readonly #zone: string;
  readonly #ranked: Iterator<Ranked<T>, undefined>;
  #head: Ranked<T> | undefined;

  constructor(zone: string, ranked: Iterator<Ranked<T>, undefined>) {
    this.#zone = zone;
    this.#ranked = ranked;
    this.#head = ranked.next().value;
  }

  /** Below zero when the next of this is better than the next of the other; empty ones come last. */
  compare(other: ZoneQueue<T>, zones: ZoneCount): number {
    if (!this.#head || !other.#head) return this.#head ? -1 : 1;
    return (
      zones.of(this.#zone) - zones.of(other.#zone) ||
      this.#head.candidate.claims - other.#head.candidate.claims ||
      compareText(this.#head.digest, other.#head.digest)
    );
  }

  shift(): T | undefined {
    const head = this.#head;
    this.#head = this.#ranked.next().value;
    return head?.candidate;
  }
}

/** Digests are computed as late as possible: most are never needed, and of many nodes they are what takes the time. */
function* rankedInZone<T extends Candidate>(
  serviceUid: string,
  candidates: readonly T[],
): Generator<Ranked<T>, undefined> {
  const equals = [...Map.groupBy(candidates, ({ claims }) => claims)].toSorted(([a], [b]) => a - b);
  for (const [, group] of equals) {
    const ranked = group.map((candidate) => ({
      candidate,
      digest: hash('sha256', `${serviceUid}/${candidate.facts.name}`),
    }));
    yield* ranked.sort((a, b) => compareText(a.digest, b.digest));
  }
}

function zoneOf({ labels }: NodeFacts): string {
  return labels[ZONE_LABEL] ?? '';
}
