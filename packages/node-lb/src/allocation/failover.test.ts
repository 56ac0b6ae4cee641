import { describe, expect, test } from 'vitest';
import type { NodeFacts } from '../nodes/node-facts.ts';
import { NodeWatch } from '../nodes/node-watch.ts';
import { usualRules, wellNode } from '../nodes/testing/well-node.ts';
import { requestOf, tcp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** How often somebody looks. */
const TICK = 5 * SECOND;
/** How long a Service that moved stays. */
const REST = 60 * SECOND;

/** Nodes that are watched, and Services that follow: a cluster as time passes. */
class Cluster {
  readonly #world = new MemoryCluster();
  readonly #watch = new NodeWatch();
  readonly #facts = new Map<string, Partial<NodeFacts>>();
  readonly #movedAt = new Map<string, number>();
  readonly #requests;
  /** Every move, as `s1 a b`. */
  readonly moves: string[] = [];
  #now = 0;

  constructor(nodes: readonly string[], services: number) {
    for (const name of nodes) this.#facts.set(name, {});
    this.#requests = Array.from({ length: services }, (_, n) => requestOf(`s${n}`, { ports: [tcp(n + 1)] }));
    this.pass(TICK);
    this.moves.length = 0;
  }

  set(names: readonly string[], differences: Partial<NodeFacts>): void {
    for (const name of names) this.#facts.set(name, differences);
  }

  pass(ms: number): void {
    for (const end = this.#now + ms; this.#now < end; this.#now += TICK) {
      const facts = Array.from(this.#facts, ([name, parts]) => wellNode(name, this.#now, parts));
      const inUse = new Set([...this.places().values()].flat());
      const { nodes } = this.#watch.observe(facts, usualRules, inUse, this.#now);
      for (const one of facts) {
        const standing = nodes.get(one.name);
        if (standing) this.#world.nodes.set(one.name, { facts: one, standing });
      }
      for (const request of this.#requests) this.#follow(request);
    }
  }

  /** Nodes by Service. */
  places(): Map<string, string[]> {
    return new Map(
      this.#requests.map(({ service }) => [
        service.name,
        [...this.#world.holdings(service.uid).ports.keys()],
      ]),
    );
  }

  on(node: string): string[] {
    return [...this.places()].flatMap(([name, nodes]) => (nodes.includes(node) ? [name] : []));
  }

  #follow(request: ReturnType<typeof requestOf>): void {
    const { uid, name } = request.service;
    if (this.#now >= (this.#movedAt.get(uid) ?? -Infinity) + REST) this.#world.resting.delete(uid);
    const { leaving, nodes } = this.#world.expose(request);
    if (leaving.length === 0) return;
    this.moves.push(`${name} ${leaving[0]?.node} ${nodes[0]?.node}`);
    this.#movedAt.set(uid, this.#now);
    this.#world.resting.add(uid);
  }
}

const six = ['a', 'b', 'c', 'd', 'e', 'f'];
const notReady = { ready: 'Unknown' } as const;

describe('a node of six that is NotReady', () => {
  test('for 10 s moves nothing', () => {
    const cluster = new Cluster(six, 60);
    cluster.set(['a'], notReady);
    cluster.pass(10 * SECOND);
    cluster.set(['a'], {});
    cluster.pass(10 * MINUTE);
    expect(cluster.moves).toEqual([]);
  });

  test.each([60 * SECOND, 10 * MINUTE])(
    'for %i ms moves its own Services, once, and nothing moves back',
    (ms) => {
      const cluster = new Cluster(six, 60);
      const own = cluster.on('a');
      expect(own).toHaveLength(10);
      cluster.set(['a'], notReady);
      cluster.pass(ms);
      expect(cluster.moves.map((move) => move.split(' ').slice(0, 2).join(' '))).toEqual(
        own.map((name) => `${name} a`),
      );
      // They spread over the others.
      for (const node of ['b', 'c', 'd', 'e', 'f']) expect(cluster.on(node)).toHaveLength(12);
      cluster.set(['a'], {});
      cluster.pass(10 * MINUTE);
      expect(cluster.moves).toHaveLength(10);
      expect(cluster.on('a')).toEqual([]);
    },
  );
});

test.each([3, 4, 6])('%i of six nodes NotReady together move nothing, however long', (failing) => {
  const cluster = new Cluster(six, 60);
  cluster.set(six.slice(0, failing), notReady);
  cluster.pass(10 * MINUTE);
  // They come back one by one.
  for (const node of six) {
    cluster.set([node], {});
    cluster.pass(5 * SECOND);
  }
  cluster.pass(10 * MINUTE);
  expect(cluster.moves).toEqual([]);
});

test('nodes that fail one after the other: a Service moves at most once in its rest', () => {
  const cluster = new Cluster(six, 6);
  for (const node of ['a', 'b', 'c', 'd']) {
    cluster.set([node], notReady);
    cluster.pass(25 * SECOND);
  }
  const moved = Map.groupBy(cluster.moves, (move) => move.split(' ')[0]);
  // 100 seconds: nobody can have moved three times.
  for (const [, moves] of moved) expect(moves.length).toBeLessThanOrEqual(2);
  cluster.pass(2 * MINUTE);
  for (const nodes of cluster.places().values()) expect(['e', 'f']).toContain(nodes[0]);
});

test('two nodes: what is on the one that fails moves to the other; when both fail nothing moves', () => {
  const cluster = new Cluster(['a', 'b'], 10);
  cluster.set(['a'], notReady);
  cluster.pass(1 * MINUTE);
  expect(cluster.on('b')).toHaveLength(10);
  cluster.set(['b'], notReady);
  cluster.pass(10 * MINUTE);
  expect(cluster.on('b')).toHaveLength(10);
});

test('a single node keeps its Services whatever happens to it', () => {
  const cluster = new Cluster(['a'], 10);
  cluster.set(['a'], { ...notReady, agent: undefined });
  cluster.pass(10 * MINUTE);
  cluster.set(['a'], { leaving: true });
  cluster.pass(10 * MINUTE);
  expect(cluster.on('a')).toHaveLength(10);
  expect(cluster.moves).toEqual([]);
});

test('a node that is to be removed is left at once, a cordoned one not at all', () => {
  const cluster = new Cluster(six, 60);
  cluster.set(['a'], { unschedulable: true });
  cluster.set(['b'], { leaving: true });
  cluster.pass(TICK);
  expect(cluster.on('a')).toHaveLength(10);
  expect(cluster.on('b')).toEqual([]);
  expect(cluster.moves).toHaveLength(10);
  for (const move of cluster.moves) expect(move).not.toMatch(/ a$/);
});
