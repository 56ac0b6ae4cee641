import { describe, expect, test } from 'vitest';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { summaryOf } from './obstacle-summary.ts';
import { placeService } from './place-service.ts';
import { allocateMany } from './testing/allocation-load.ts';
import { Dice } from '../nodes/testing/dice.ts';
import { requestOf, tcp, udp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';
import { byTurn } from './turn.ts';

const clusterOf = (nodes: number) =>
  MemoryCluster.of(...Array.from({ length: nodes }, (_, n) => `node-${n}`));

describe('200 Services want port 80 on 5 nodes', () => {
  const requests = new Dice(1).shuffled(
    Array.from({ length: 200 }, (_, n) => requestOf(`s${n}`, { createdAt: 1000 + n })),
  );
  const inTurn = requests.toSorted(byTurn);
  const has = (cluster: MemoryCluster, { service }: ExposureRequest) =>
    cluster.holdings(service.uid).ports.size > 0;

  test('exactly 5 win, and 195 can say why not', () => {
    const cluster = clusterOf(5);
    const placements = requests.map((request) => cluster.expose(request));
    expect(placements.filter(({ short }) => !short)).toHaveLength(5);
    const waiting = placements.filter(({ nodes }) => nodes.length === 0);
    expect(waiting).toHaveLength(195);
    for (const { obstacles } of waiting) {
      expect(summaryOf(obstacles)).toMatch(
        /^5 nodes: port TCP\/80 is taken \(service shop\/s\d+, .*, and 2 more\)$/,
      );
    }
    expect(cluster.owners()).toHaveLength(5);
  });

  test('deleting one lets exactly one in: the oldest of those that wait', () => {
    const cluster = clusterOf(5);
    for (const request of inTurn) cluster.expose(request);
    const [, , gone, ...others] = inTurn;
    if (!gone) throw new Error('there are 200 requests');
    expect(has(cluster, gone)).toBe(true);
    cluster.releaseAll(gone.service);
    const before = inTurn.filter((request) => has(cluster, request));
    const waiting = others.filter((request) => !has(cluster, request));
    for (const request of waiting) cluster.expose(request);
    const winners = inTurn.filter((request) => has(cluster, request) && !before.includes(request));
    expect(winners).toEqual([waiting[0]]);
    expect(winners[0]?.createdAt).toBe(1005);
  });

  test('of equally old Services the name decides', () => {
    const twins = ['b', 'a', 'c'].map((name) => requestOf(name, { createdAt: 5 }));
    expect(twins.toSorted(byTurn).map(({ service }) => service.name)).toEqual(['a', 'b', 'c']);
  });
});

/** A controller whose view of the claims lags behind: it learns of a claim only when that is in its way, or at random. */
class StaleController {
  readonly #view: MemoryCluster;
  readonly #server: MemoryCluster;

  constructor(nodes: number, server: MemoryCluster) {
    this.#view = clusterOf(nodes);
    this.#server = server;
  }

  /** Tries to expose a Service; answers whether it has all that it wants. */
  expose(request: ExposureRequest): boolean {
    for (;;) {
      const placement = placeService(request, this.#view);
      const refused = placement.nodes.some(({ node, ports }) => !this.#claimAll(request, node, ports));
      if (!refused) return !placement.short;
    }
  }

  #claimAll({ service }: ExposureRequest, node: string, ports: ExposureRequest['ports']): boolean {
    for (const port of ports) {
      if (this.#server.claim(node, port, service)) {
        this.#view.claim(node, port, service);
        continue;
      }
      // The name of the claim is the lock. Whose it is does not matter to the one who was refused.
      for (const own of ports) {
        const held = this.#view.holdings(service.uid).ports.get(node) ?? [];
        if (!held.includes(own)) continue;
        this.#view.release(node, own);
        this.#server.release(node, own);
      }
      this.#view.claim(node, port, requestOf('somebody else').service);
      return false;
    }
    return true;
  }
}

test.each([1, 2, 3, 4, 5])(
  'two controllers that do not see each other’s claims never get two owners of one port (%i)',
  (seed) => {
    const dice = new Dice(seed);
    const server = clusterOf(5);
    const controllers = [new StaleController(5, server), new StaleController(5, server)] as const;
    const requests = Array.from({ length: 40 }, (_, n) =>
      requestOf(`s${n}`, { ports: dice.pick([[tcp(80)], [tcp(80), tcp(443)], [udp(80), tcp(443)]]) }),
    );
    const placed = new Set<string>();
    for (const request of dice.shuffled(requests)) {
      if (dice.pick(controllers).expose(request)) placed.add(request.service.uid);
    }
    for (const { service, ports } of requests) {
      const held = [...server.holdings(service.uid).ports.values()];
      // All ports of a Service on one node, or nothing left behind anywhere.
      expect(held.flat()).toHaveLength(placed.has(service.uid) ? ports.length : 0);
      expect(held.length).toBeLessThanOrEqual(1);
    }
    // Nobody gave up while a node was left: port 80 is on every node, or every Service that waits needs port 443.
    const owners = server.owners();
    expect(owners.filter((owner) => owner.includes('.tcp.443 '))).toHaveLength(5);
    expect(owners.filter((owner) => owner.includes('.tcp.80 '))).toHaveLength(5);
  },
);

test('where ports are free, only the best node is asked for them', () => {
  const cluster = clusterOf(100);
  let asked = 0;
  const portsAt = cluster.portsAt;
  const counting: MemoryCluster = Object.assign(cluster, {
    portsAt: (...question: Parameters<typeof portsAt>) => {
      asked += 1;
      return portsAt(...question);
    },
  });
  for (let n = 0; n < 2000; n += 1) counting.expose(requestOf(`s${n}`, { ports: [tcp(1000 + n)] }));
  expect(asked).toBe(2000);
  const claims = [...cluster.nodes.keys()].map((node) => cluster.claimsOn(node));
  expect(new Set(claims)).toEqual(new Set([20]));
});

test('the load of the benchmark finds a place for everybody', () => {
  expect(allocateMany(1000, 20)).toBe(1000);
});
