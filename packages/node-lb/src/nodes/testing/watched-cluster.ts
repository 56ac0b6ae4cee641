import type { NodeFacts } from '../node-facts.ts';
import type { NodeStanding } from '../node-standing.ts';
import { NodeWatch, type NodeRules, type NodeStandings } from '../node-watch.ts';
import { usualRules, wellNode } from './well-node.ts';

/** What a test says of a node; `agentSilentFor` in milliseconds, `agent: undefined` for a node without one. */
export type Differences = Partial<NodeFacts> & { readonly agentSilentFor?: number };

/** Nodes, a NodeWatch and a time that the test moves by hand. All agents speak all the time unless told otherwise. */
export class WatchedCluster {
  readonly #nodes = new Map<string, Differences>();
  readonly inUse = new Set<string>();
  rules: NodeRules = usualRules;
  now = 1_000_000;
  #watch = new NodeWatch();

  constructor(...names: string[]) {
    for (const name of names) this.#nodes.set(name, {});
  }

  /** From now on this is different with the node, until the next word on it. */
  set(name: string, differences: Differences): void {
    this.#nodes.set(name, differences);
  }

  remove(name: string): void {
    this.#nodes.delete(name);
  }

  restartController(): void {
    this.#watch = new NodeWatch();
  }

  observe(): NodeStandings {
    const facts = [...this.#nodes].map(([name, { agentSilentFor = 0, ...differences }]) =>
      wellNode(name, this.now - agentSilentFor, differences),
    );
    return this.#watch.observe(facts, this.rules, this.inUse, this.now);
  }

  /** After so many milliseconds: the standing of every node, as text `use` or `hold NotReady`. */
  after(ms: number): Record<string, string> {
    this.now += ms;
    return Object.fromEntries([...this.observe().nodes].map(([name, standing]) => [name, textOf(standing)]));
  }
}

function textOf({ standing, reason }: NodeStanding): string {
  return reason === undefined ? standing : `${standing} ${reason}`;
}
