import { describe, expect, test } from 'vitest';
import type { Standing } from '../nodes/node-standing.ts';
import type { PortUseKind } from '../ports/port-use.ts';
import { placeService } from './place-service.ts';
import { ZONE_LABEL } from './ranking.ts';
import { requestOf, tcp, udp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';
import { namesOf, reasonsOf } from './testing/told.ts';

describe('a new Service', () => {
  test('gets one node, and nobody is told of obstacles', () => {
    const placement = placeService(requestOf('front'), MemoryCluster.of('a', 'b', 'c'));
    expect(placement.nodes).toHaveLength(1);
    expect(placement).toMatchObject({ short: false, obstacles: [], leaving: [], kept: [] });
  });

  test('goes where fewer claims are', () => {
    const cluster = MemoryCluster.of('a', 'b');
    cluster.claim('a', tcp(8080), requestOf('other').service);
    expect(namesOf(placeService(requestOf('front'), cluster))).toEqual(['b']);
  });

  test('gets as many nodes as it wants, in different zones where that can be', () => {
    const cluster = new MemoryCluster();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1'])
      cluster.addNode(name, { labels: { [ZONE_LABEL]: name.slice(0, 1) } });
    cluster.claim('b1', tcp(1), requestOf('other').service);
    cluster.claim('c1', tcp(1), requestOf('other').service);
    const placement = placeService(requestOf('front', { count: 3 }), cluster);
    expect(
      namesOf(placement)
        .map((name) => name.slice(0, 1))
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
    expect(namesOf(placeService(requestOf('front', { count: 4 }), cluster))).toHaveLength(4);
  });

  test('that wants more nodes than there are gets all, and is short', () => {
    const placement = placeService(requestOf('front', { count: 3 }), MemoryCluster.of('a', 'b'));
    expect(placement.nodes).toHaveLength(2);
    expect(placement.short).toBe(true);
  });

  test('that wants all nodes gets those that can be had, and is not short', () => {
    const cluster = MemoryCluster.of('a', 'b', 'c');
    cluster.setStanding('b', 'lost');
    const placement = placeService(requestOf('front', { count: 'all' }), cluster);
    expect(namesOf(placement).toSorted()).toEqual(['a', 'c']);
    expect(placement).toMatchObject({ short: false, obstacles: [] });
  });

  test.each<Standing>(['keep', 'hold', 'leave', 'lost'])('gets no node that stands at %s', (standing) => {
    const cluster = MemoryCluster.of('a');
    cluster.setStanding('a', standing, 'Cordoned');
    const placement = placeService(requestOf('front'), cluster);
    expect(placement.nodes).toEqual([]);
    expect(placement.short).toBe(true);
    expect(placement.obstacles).toEqual([{ node: 'a', reason: 'Cordoned', message: 'for a test: Cordoned' }]);
  });

  test('in a cluster without nodes has nowhere to go', () => {
    expect(placeService(requestOf('front'), new MemoryCluster())).toEqual({
      nodes: [],
      kept: [],
      leaving: [],
      obstacles: [],
      short: true,
    });
  });
});

describe('ports', () => {
  test('two Services want port 80 of two nodes: each has one; a third waits and is told who has them', () => {
    const cluster = MemoryCluster.of('a', 'b');
    const first = namesOf(cluster.expose(requestOf('first')));
    const second = namesOf(cluster.expose(requestOf('second')));
    expect([...first, ...second].toSorted()).toEqual(['a', 'b']);
    const third = cluster.expose(requestOf('third'));
    expect(third.nodes).toEqual([]);
    expect(third.obstacles.map(({ message }) => message).toSorted()).toEqual([
      'port TCP/80 is taken by service shop/first',
      'port TCP/80 is taken by service shop/second',
    ]);
  });

  test('TCP and UDP of the same number are two ports', () => {
    const cluster = MemoryCluster.of('a');
    expect(cluster.expose(requestOf('tcp', { ports: [tcp(53)] })).short).toBe(false);
    expect(cluster.expose(requestOf('udp', { ports: [udp(53)] })).short).toBe(false);
    expect(cluster.expose(requestOf('more', { ports: [udp(53)] })).short).toBe(true);
  });

  test('all ports of a Service go to the same node, or none does', () => {
    const cluster = MemoryCluster.of('a', 'b', 'c');
    cluster.claim('a', tcp(80), requestOf('other').service);
    cluster.claim('b', tcp(443), requestOf('other').service);
    const request = requestOf('front', { ports: [tcp(80), tcp(443)] });
    expect(namesOf(placeService(request, cluster))).toEqual(['c']);
    cluster.setStanding('c', 'lost');
    const placement = placeService(request, cluster);
    expect(placement.nodes).toEqual([]);
    expect(placement.obstacles).toMatchObject([
      { node: 'a', reason: 'Claimed', port: tcp(80), owner: 'service shop/other' },
      { node: 'b', reason: 'Claimed', port: tcp(443) },
      { node: 'c', reason: 'NotReady' },
    ]);
  });

  test.each<PortUseKind>([
    'HostPort',
    'HostNetwork',
    'NodePort',
    'HealthCheckNodePort',
    'Kubelet',
    'Refused',
  ])('one that something else of the API has (%s) is not taken', (kind) => {
    const cluster = MemoryCluster.of('a', 'b');
    cluster.use({ ...tcp(80), node: 'a', kind, owner: 'somebody' });
    expect(namesOf(placeService(requestOf('front'), cluster))).toEqual(['b']);
    cluster.use({ ...tcp(80), kind, owner: 'somebody everywhere' });
    expect(reasonsOf(placeService(requestOf('front'), cluster).obstacles)).toEqual({ a: kind, b: kind });
  });

  test('one that is used at an address which the Service would not be served at is in nobody’s way', () => {
    const cluster = new MemoryCluster().addNode('a', {
      addresses: [
        { family: 'IPv4', address: '10.0.0.1', type: 'InternalIP' },
        { family: 'IPv4', address: '203.0.113.1', type: 'ExternalIP' },
      ],
    });
    cluster.use({
      ...tcp(80),
      address: '203.0.113.1',
      kind: 'ExternalIP',
      owner: 'service x/y (ExternalIP)',
    });
    expect(placeService(requestOf('front'), cluster).short).toBe(false);
    expect(placeService(requestOf('front', { addressType: 'ExternalIP' }), cluster).short).toBe(true);
  });

  describe('with partial', () => {
    const request = requestOf('front', { ports: [tcp(80), tcp(443), udp(443)], partial: true });

    test('a node with all is better than one with some, and that better than one with fewer', () => {
      const cluster = MemoryCluster.of('a', 'b', 'c');
      const other = requestOf('other').service;
      cluster.claim('a', tcp(80), other);
      cluster.claim('b', tcp(80), other);
      cluster.claim('b', tcp(443), other);
      for (const port of [1, 2, 3]) cluster.claim('a', tcp(port), other);
      cluster.claim('c', tcp(1), other);
      cluster.claim('c', tcp(2), other);
      cluster.claim('c', tcp(3), other);
      expect(namesOf(placeService({ ...request, count: 3 }, cluster))).toEqual(['c', 'a', 'b']);
    });

    test('what it does not get is told port by port', () => {
      const cluster = MemoryCluster.of('a');
      cluster.claim('a', tcp(443), requestOf('other').service);
      const placement = cluster.expose(request);
      expect(placement.nodes).toMatchObject([{ node: 'a', ports: [tcp(80), udp(443)] }]);
      expect(placement.short).toBe(true);
      expect(placement.obstacles).toMatchObject([{ node: 'a', port: tcp(443), owner: 'service shop/other' }]);
      // It stays there and still says so.
      expect(cluster.expose(request)).toEqual(placement);
      cluster.release('a', tcp(443));
      expect(cluster.expose(request)).toMatchObject({ short: false, nodes: [{ ports: request.ports }] });
    });

    test('a node without any of them is not taken', () => {
      const cluster = MemoryCluster.of('a');
      for (const port of request.ports) cluster.claim('a', port, requestOf('other').service);
      expect(placeService(request, cluster).nodes).toEqual([]);
    });
  });
});
