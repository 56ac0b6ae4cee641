import { expect, test } from 'vitest';
import type { NodeStanding, Standing } from '../nodes/node-standing.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { Placement } from './placement.ts';
import { placeService } from './place-service.ts';
import { ZONE_LABEL } from './ranking.ts';
import { Dice } from '../nodes/testing/dice.ts';
import { requestOf, tcp, udp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';

const NODES = 30;
const SERVICES = 1000;
const STEPS = 3000;

/** Services that come, go and change, on nodes that come, go and ail. */
class Churn {
  readonly cluster = new MemoryCluster();
  readonly requests = new Map<string, ExposureRequest>();
  /** Rules that did not hold. */
  readonly broken: string[] = [];
  readonly #dice: Dice;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    for (let n = 0; n < NODES; n += 1) this.#addNode(n);
    for (let n = 0; n < SERVICES; n += 1) this.#change(n);
  }

  /** Something happens, and some Service is looked at. */
  step(): void {
    const event = this.#dice.roll(100);
    if (event < 5) this.#ail(this.#dice.roll(NODES));
    else if (event < 6) this.cluster.nodes.delete(`n${this.#dice.roll(NODES)}`);
    else if (event < 8) this.#addNode(this.#dice.roll(NODES));
    else if (event < 20) this.#change(this.#dice.roll(SERVICES));
    else if (event < 25) this.#delete(this.#dice.roll(SERVICES));
    const request = this.requests.get(`s${this.#dice.roll(SERVICES)}`);
    if (request) this.exposeAndCheck(request);
  }

  exposeAndCheck(request: ExposureRequest): Placement {
    const before = new Map(this.cluster.holdings(request.service.uid).ports);
    const better = this.#freeNodes(request, before);
    const placement = this.cluster.expose(request);
    this.#checkNodes(request, placement, better);
    this.#checkSticky(placement, before);
    return placement;
  }

  #checkNodes({ count, ports }: ExposureRequest, { nodes, kept, short }: Placement, better: string[]): void {
    const wanted = count === 'all' ? Infinity : count;
    const names = new Set(nodes.map(({ node }) => node));
    this.#must(names.size === nodes.length, 'no node twice');
    this.#must(nodes.length <= wanted, 'no more nodes than wanted');
    this.#must(kept.length === 0 || better.length === 0, 'a bad node is kept only for want of better ones');
    const complete = nodes.every((placed) => placed.ports.length === ports.length);
    this.#must(kept.length > 0 || complete, 'all ports on every node');
    const left = better.filter((name) => !names.has(name));
    this.#must(nodes.length === wanted || left.length === 0, 'never short while a node is left');
    const fewer = nodes.length < (count === 'all' ? 1 : count);
    this.#must(short === (kept.length > 0 || fewer), 'short means short');
  }

  #checkSticky({ nodes, leaving }: Placement, before: ReadonlyMap<string, unknown>): void {
    for (const { node, reason } of leaving) {
      const standing = this.cluster.nodes.get(node)?.standing.standing ?? 'lost';
      const mayLeave = ['leave', 'lost'].includes(standing) || ['NotNeeded', 'Claimed'].includes(reason);
      this.#must(before.has(node) && mayLeave, 'a node is left only for a reason');
    }
    const placed = new Set(nodes.map(({ node }) => node));
    const left = new Set(leaving.map(({ node }) => node));
    for (const node of placed) {
      const { standing } = this.cluster.nodes.get(node)?.standing ?? {};
      this.#must(before.has(node) || standing === 'use', 'new nodes are good ones');
    }
    for (const node of before.keys())
      this.#must(left.has(node) !== placed.has(node), 'every node stays or is left');
  }

  #must(holds: boolean, rule: string): void {
    if (!holds) this.broken.push(rule);
  }

  /** Nodes that it could have beside those it has, found the slow way. */
  #freeNodes({ ports, service }: ExposureRequest, held: ReadonlyMap<string, unknown>): string[] {
    return [...this.cluster.nodes].flatMap(([name, { facts, standing }]) => {
      const free = ports.every((port) => this.cluster.portsAt(facts, port, service.uid).length === 0);
      return standing.standing === 'use' && !held.has(name) && free ? [name] : [];
    });
  }

  #addNode(n: number): void {
    if (this.cluster.nodes.has(`n${n}`)) return;
    this.cluster.addNode(`n${n}`, { labels: { [ZONE_LABEL]: `z${n % 3}` } });
  }

  #ail(n: number): void {
    const standing = this.#dice.pick<Standing>(['use', 'use', 'use', 'keep', 'hold', 'leave', 'lost']);
    if (this.cluster.nodes.has(`n${n}`)) this.cluster.setStanding(`n${n}`, standing);
  }

  #change(n: number): void {
    const ports = this.#dice.pick([
      [tcp(80)],
      [tcp(443)],
      [tcp(80), tcp(443)],
      [udp(53), tcp(53)],
      [tcp(1000 + n)],
    ]);
    const count = this.#dice.pick<number | 'all'>([1, 1, 1, 2, 3, n % 50 === 0 ? 'all' : 1]);
    this.requests.set(`s${n}`, requestOf(`s${n}`, { ports, count, createdAt: n }));
  }

  #delete(n: number): void {
    const request = this.requests.get(`s${n}`);
    if (!request) return;
    this.requests.delete(`s${n}`);
    this.cluster.releaseAll(request.service);
  }
}

test.each([11, 12])('whatever happens to 1,000 Services, nobody gets what is another’s (%i)', (seed) => {
  const churn = new Churn(seed);
  for (const request of churn.requests.values()) churn.exposeAndCheck(request);
  for (let step = 0; step < STEPS; step += 1) churn.step();

  // When nothing happens any more everything comes to rest.
  for (const name of churn.cluster.nodes.keys()) churn.cluster.setStanding(name, 'use');
  for (let round = 0; round < 3; round += 1) {
    for (const request of churn.requests.values()) churn.exposeAndCheck(request);
  }
  const owners = churn.cluster.owners();
  for (const request of churn.requests.values()) churn.exposeAndCheck(request);
  expect(churn.cluster.owners()).toEqual(owners);
  expect(churn.broken).toEqual([]);
});

test.each([21, 22, 23, 24, 25])(
  'a placement does not depend on the order in which the world is listed (%i)',
  (seed) => {
    const dice = new Dice(seed);
    const standings: [NodeStanding, ...NodeStanding[]] = [
      { standing: 'use' },
      { standing: 'use' },
      { standing: 'keep', reason: 'Cordoned', message: 'the node is cordoned' },
      { standing: 'leave', reason: 'Excluded', message: 'the node is excluded' },
      { standing: 'lost', reason: 'NotReady', message: 'the node is not ready' },
    ];
    const nodes = Array.from({ length: 20 }, (_, n) => ({
      name: `n${n}`,
      labels: { [ZONE_LABEL]: `z${dice.roll(3)}` },
      addresses: [{ family: 'IPv4', address: `10.0.0.${n}`, type: 'InternalIP' } as const],
      standing: dice.pick(standings),
    }));
    const request = requestOf('front', { ports: [tcp(80), tcp(443)], count: 6, partial: dice.roll(2) === 0 });
    const claims = nodes.flatMap(({ name }, n) => {
      const service = n % 4 === 0 ? request.service : requestOf(`other-${n}`).service;
      return dice.roll(2) === 0 ? [{ node: name, port: tcp(n % 3 === 0 ? 443 : 80), service }] : [];
    });
    const uses = nodes.flatMap(({ name: node }) =>
      ['x', 'y', 'z'].flatMap((owner) =>
        dice.roll(6) === 0 ? [{ ...tcp(443), node, kind: 'HostPort' as const, owner }] : [],
      ),
    );
    const placements = Array.from({ length: 10 }, () => {
      const cluster = new MemoryCluster();
      for (const { name, standing, ...facts } of dice.shuffled(nodes)) cluster.addNode(name, facts, standing);
      for (const { node, port, service } of dice.shuffled(claims)) cluster.claim(node, port, service);
      for (const use of dice.shuffled(uses)) cluster.use(use);
      return placeService(request, cluster);
    });
    for (const placement of placements) expect(placement).toEqual(placements[0]);
  },
);
