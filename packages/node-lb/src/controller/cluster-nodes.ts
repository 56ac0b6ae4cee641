import type { Lease, Node } from '@armillary/kube';
import { isDeepStrictEqual } from 'node:util';
import type { NodeCondition } from '../allocation/allocation-world.ts';
import { agentLeaseName } from '../kinds/agent-lease.ts';
import { nodeFactsOf } from '../nodes/facts-of-node.ts';
import { LeaseSightings, type SeenLease } from '../nodes/lease-sightings.ts';
import type { NodeFacts } from '../nodes/node-facts.ts';
import { NodeWatch, type NodeRules, type NodeStandings } from '../nodes/node-watch.ts';

/** The nodes as their objects and their agents' leases tell, and what may be done with each. */
export class ClusterNodes {
  readonly #sightings = new LeaseSightings();
  readonly #watch = new NodeWatch();
  readonly #nodes = new Map<string, Node>();
  readonly #seen = new Map<string, SeenLease>();
  readonly #facts = new Map<string, NodeFacts>();
  #conditions: ReadonlyMap<string, NodeCondition> = new Map();
  #standings: NodeStandings = { nodes: new Map() };

  /** The nodes as the last {@link observe} found them, by name. */
  get conditions(): ReadonlyMap<string, NodeCondition> {
    return this.#conditions;
  }

  /** What the last {@link observe} found of all of them together. */
  get standings(): NodeStandings {
    return this.#standings;
  }

  /** Whether everything may be done with a node, as it was found last. */
  isUsed(name: string): boolean {
    return this.#conditions.get(name)?.standing.standing === 'use';
  }

  sawNode(name: string, node: Node | undefined): void {
    if (node) this.#nodes.set(name, node);
    else this.#nodes.delete(name);
    this.#refresh(name);
  }

  /** A lease changed, or was seen for the first time, at `now`. */
  sawLease(lease: Lease, now: number): void {
    const name = nodeOf(lease);
    if (name === undefined) return;
    this.#seen.set(name, this.#sightings.see(lease, now));
    this.#refresh(name);
  }

  lostLease(lease: Lease): void {
    const name = nodeOf(lease);
    if (name === undefined) return;
    this.#sightings.forget(agentLeaseName(name));
    this.#seen.delete(name);
    this.#refresh(name);
  }

  /** Looks at all nodes now. Answers the names of those with which something else may be done than before. */
  observe(rules: NodeRules, inUse: ReadonlySet<string>, now: number): string[] {
    const before = this.#conditions;
    this.#standings = this.#watch.observe(this.#facts.values(), rules, inUse, now);
    const after = new Map<string, NodeCondition>();
    for (const [name, facts] of this.#facts) {
      const standing = this.#standings.nodes.get(name);
      if (standing) after.set(name, { facts, standing });
    }
    this.#conditions = after;
    return [...new Set([...before.keys(), ...after.keys()])].filter(
      (name) => !means(before.get(name), after.get(name)),
    );
  }

  #refresh(name: string): void {
    const node = this.#nodes.get(name);
    if (node) this.#facts.set(name, nodeFactsOf(node, this.#seen.get(name)));
    else this.#facts.delete(name);
  }
}

/** Whether two states of a node mean the same for Services: the time of a sign of life does not. */
function means(one: NodeCondition | undefined, other: NodeCondition | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.standing.standing !== other.standing.standing || one.standing.reason !== other.standing.reason)
    return false;
  return one.facts === other.facts || isDeepStrictEqual(timeless(one), timeless(other));
}

function timeless({ facts: { agent, ...facts } }: NodeCondition): unknown {
  return { ...facts, proxy: agent?.proxy, problem: agent?.problem };
}

/** The node that a lease speaks for; undefined for a lease that is not an agent's, whatever its label says. */
export function nodeOf({ metadata, spec }: Lease): string | undefined {
  const holder = spec?.holderIdentity;
  return holder && metadata.name === agentLeaseName(holder) ? holder : undefined;
}
