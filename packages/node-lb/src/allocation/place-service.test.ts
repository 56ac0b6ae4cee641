import { describe, expect, test } from 'vitest';
import type { ProxyMode } from '../kinds/agent-lease.ts';
import type { NodeAddress } from '../nodes/node-facts.ts';
import type { Standing } from '../nodes/node-standing.ts';
import type { PortUseKind } from '../ports/port-use.ts';
import { POOL_LABEL } from './misfit.ts';
import { placeService } from './place-service.ts';
import type { Placement } from './placement.ts';
import { ZONE_LABEL } from './ranking.ts';
import { requestOf, tcp, udp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';

const names = ({ nodes }: Placement) => nodes.map(({ node }) => node);
const reasons = (obstacles: Placement['obstacles']) =>
  Object.fromEntries(obstacles.map(({ node, reason }) => [node, reason]));
const clusterOf = (...nodes: string[]) =>
  nodes.reduce((cluster, name) => cluster.addNode(name), new MemoryCluster());
/** A cluster in which the Service has these nodes already. */
const having = (request: ReturnType<typeof requestOf>, held: string[], ...others: string[]) => {
  const cluster = clusterOf(...held, ...others);
  for (const node of held) for (const port of request.ports) cluster.claim(node, port, request.service);
  return cluster;
};

describe('a new Service', () => {
  test('gets one node, and nobody is told of obstacles', () => {
    const placement = placeService(requestOf('front'), clusterOf('a', 'b', 'c'));
    expect(placement.nodes).toHaveLength(1);
    expect(placement).toMatchObject({ short: false, obstacles: [], leaving: [], kept: [] });
  });

  test('goes where fewer claims are', () => {
    const cluster = clusterOf('a', 'b');
    cluster.claim('a', tcp(8080), requestOf('other').service);
    expect(names(placeService(requestOf('front'), cluster))).toEqual(['b']);
  });

  test('gets as many nodes as it wants, in different zones where that can be', () => {
    const cluster = new MemoryCluster();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1'])
      cluster.addNode(name, { labels: { [ZONE_LABEL]: name.slice(0, 1) } });
    cluster.claim('b1', tcp(1), requestOf('other').service);
    cluster.claim('c1', tcp(1), requestOf('other').service);
    const placement = placeService(requestOf('front', { count: 3 }), cluster);
    expect(
      names(placement)
        .map((name) => name.slice(0, 1))
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
    expect(names(placeService(requestOf('front', { count: 4 }), cluster))).toHaveLength(4);
  });

  test('that wants more nodes than there are gets all, and is short', () => {
    const placement = placeService(requestOf('front', { count: 3 }), clusterOf('a', 'b'));
    expect(placement.nodes).toHaveLength(2);
    expect(placement.short).toBe(true);
  });

  test('that wants all nodes gets those that can be had, and is not short', () => {
    const cluster = clusterOf('a', 'b', 'c');
    cluster.setStanding('b', 'lost');
    const placement = placeService(requestOf('front', { count: 'all' }), cluster);
    expect(names(placement).toSorted()).toEqual(['a', 'c']);
    expect(placement).toMatchObject({ short: false, obstacles: [] });
  });

  test.each<Standing>(['keep', 'hold', 'leave', 'lost'])('gets no node that stands at %s', (standing) => {
    const cluster = clusterOf('a');
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
    const cluster = clusterOf('a', 'b');
    const first = names(cluster.expose(requestOf('first')));
    const second = names(cluster.expose(requestOf('second')));
    expect([...first, ...second].toSorted()).toEqual(['a', 'b']);
    const third = cluster.expose(requestOf('third'));
    expect(third.nodes).toEqual([]);
    expect(third.obstacles.map(({ message }) => message).toSorted()).toEqual([
      'port TCP/80 is taken by service shop/first',
      'port TCP/80 is taken by service shop/second',
    ]);
  });

  test('TCP and UDP of the same number are two ports', () => {
    const cluster = clusterOf('a');
    expect(cluster.expose(requestOf('tcp', { ports: [tcp(53)] })).short).toBe(false);
    expect(cluster.expose(requestOf('udp', { ports: [udp(53)] })).short).toBe(false);
    expect(cluster.expose(requestOf('more', { ports: [udp(53)] })).short).toBe(true);
  });

  test('all ports of a Service go to the same node, or none does', () => {
    const cluster = clusterOf('a', 'b', 'c');
    cluster.claim('a', tcp(80), requestOf('other').service);
    cluster.claim('b', tcp(443), requestOf('other').service);
    const request = requestOf('front', { ports: [tcp(80), tcp(443)] });
    expect(names(placeService(request, cluster))).toEqual(['c']);
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
    const cluster = clusterOf('a', 'b');
    cluster.use({ ...tcp(80), node: 'a', kind, owner: 'somebody' });
    expect(names(placeService(requestOf('front'), cluster))).toEqual(['b']);
    cluster.use({ ...tcp(80), kind, owner: 'somebody everywhere' });
    expect(reasons(placeService(requestOf('front'), cluster).obstacles)).toEqual({ a: kind, b: kind });
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
      const cluster = clusterOf('a', 'b', 'c');
      const other = requestOf('other').service;
      cluster.claim('a', tcp(80), other);
      cluster.claim('b', tcp(80), other);
      cluster.claim('b', tcp(443), other);
      cluster.claim('c', tcp(1), other);
      cluster.claim('c', tcp(2), other);
      cluster.claim('c', tcp(3), other);
      expect(names(placeService({ ...request, count: 3 }, cluster))).toEqual(['c', 'a', 'b']);
    });

    test('what it does not get is told port by port', () => {
      const cluster = clusterOf('a');
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
      const cluster = clusterOf('a');
      for (const port of request.ports) cluster.claim('a', port, requestOf('other').service);
      expect(placeService(request, cluster).nodes).toEqual([]);
    });
  });
});

describe('which nodes a Service wants', () => {
  test('a pool', () => {
    const cluster = clusterOf('a').addNode('b', { labels: { [POOL_LABEL]: 'edge' } });
    expect(names(placeService(requestOf('front', { pool: 'edge', count: 'all' }), cluster))).toEqual(['b']);
    const nowhere = placeService(requestOf('front', { pool: 'core' }), cluster);
    expect(reasons(nowhere.obstacles)).toEqual({ a: 'NotInPool', b: 'NotInPool' });
  });

  test('nodes by name; one that does not exist is told', () => {
    const cluster = clusterOf('a', 'b', 'c');
    const request = requestOf('front', { nodes: ['c', 'nowhere'], count: 2 });
    const placement = placeService(request, cluster);
    expect(names(placement)).toEqual(['c']);
    expect(reasons(placement.obstacles)).toMatchObject({ nowhere: 'NoSuchNode', a: 'NotRequested' });
  });

  test('an address: the node that has it, and only there', () => {
    const cluster = new MemoryCluster()
      .addNode('a', { addresses: [{ family: 'IPv4', address: '10.0.0.1', type: 'InternalIP' }] })
      .addNode('b', {
        addresses: [
          { family: 'IPv4', address: '10.0.0.2', type: 'InternalIP' },
          { family: 'IPv4', address: '10.9.0.2', type: 'InternalIP' },
        ],
      });
    const placement = placeService(requestOf('front', { addresses: ['10.9.0.2'] }), cluster);
    expect(placement.nodes).toMatchObject([{ node: 'b', addresses: [{ address: '10.9.0.2' }] }]);
    expect(placement.nodes[0]?.addresses).toHaveLength(1);
    const nowhere = placeService(requestOf('front', { addresses: ['10.0.0.3'] }), cluster);
    expect(reasons(nowhere.obstacles)).toEqual({ a: 'NoSuchAddress', b: 'NoSuchAddress' });
  });
});

describe('addresses', () => {
  const address = (type: NodeAddress['type'], text: string): NodeAddress => ({
    type,
    address: text,
    family: text.includes(':') ? 'IPv6' : 'IPv4',
  });
  const internal4 = address('InternalIP', '10.0.0.1');
  const internal6 = address('InternalIP', 'fd00::1');
  const external4 = address('ExternalIP', '203.0.113.1');
  const served = (differences: Parameters<typeof requestOf>[1], ...addresses: NodeAddress[]) =>
    placeService(requestOf('front', differences), new MemoryCluster().addNode('a', { addresses }));

  test('of a dual-stack Service are those of both families, the preferred one first', () => {
    const { nodes } = served({ families: ['IPv6', 'IPv4'] }, internal4, internal6, external4);
    expect(nodes).toMatchObject([{ addresses: [internal6, internal4], published: [internal6, internal4] }]);
  });

  test('a node without the second family will do, one without the first will not', () => {
    expect(served({ families: ['IPv4', 'IPv6'] }, internal4).nodes).toMatchObject([
      { addresses: [internal4] },
    ]);
    expect(reasons(served({ families: ['IPv6', 'IPv4'] }, internal4).obstacles)).toEqual({ a: 'NoAddress' });
  });

  test('of the type ExternalIP are published, while internal ones answer too: clouds translate one into the other', () => {
    const { nodes } = served({ addressType: 'ExternalIP' }, internal4, internal6, external4);
    expect(nodes).toMatchObject([{ addresses: [internal4, external4], published: [external4] }]);
    expect(served({ addressType: 'ExternalIP' }, internal4).nodes).toEqual([]);
  });

  test('that were asked for are published whatever their type', () => {
    const { nodes } = served({ addresses: ['203.0.113.1'] }, internal4, internal6, external4);
    expect(nodes).toMatchObject([{ addresses: [internal4, external4], published: [external4] }]);
  });
});

describe('externalTrafficPolicy Local', () => {
  const local = requestOf('front', { trafficPolicy: 'Local' });
  const withEndpoints = (cluster: MemoryCluster, ...nodes: string[]) => {
    cluster.endpoints.set(local.service.uid, new Set(nodes));
    return cluster;
  };

  test('takes only nodes with an endpoint', () => {
    const cluster = withEndpoints(clusterOf('a', 'b'), 'b');
    const placement = placeService({ ...local, count: 2 }, cluster);
    expect(names(placement)).toEqual(['b']);
    expect(reasons(placement.obstacles)).toEqual({ a: 'NoLocalEndpoint' });
  });

  test('follows the endpoints', () => {
    const cluster = withEndpoints(clusterOf('a', 'b'), 'b');
    cluster.expose(local);
    withEndpoints(cluster, 'a');
    expect(cluster.expose(local)).toMatchObject({
      nodes: [{ node: 'a' }],
      leaving: [{ node: 'b', reason: 'NoLocalEndpoint' }],
    });
  });

  test('keeps its address when there is no endpoint anywhere: an empty status deletes DNS records', () => {
    const cluster = withEndpoints(clusterOf('a', 'b'), 'b');
    cluster.expose(local);
    withEndpoints(cluster);
    const placement = cluster.expose(local);
    expect(names(placement)).toEqual(['b']);
    expect(placement).toMatchObject({
      short: true,
      leaving: [],
      kept: [{ node: 'b', reason: 'NoLocalEndpoint' }],
    });
  });

  test('stays on a node that is only held, whose Pods look unready with it', () => {
    const cluster = withEndpoints(clusterOf('a', 'b'), 'a', 'b');
    const [node = ''] = names(cluster.expose(local));
    cluster.setStanding(node, 'hold');
    withEndpoints(cluster, ...['a', 'b'].filter((name) => name !== node));
    expect(names(cluster.expose(local))).toEqual([node]);
  });
});

describe('kube-proxy', () => {
  const policies = ['Cluster', 'Local'] as const;
  const modes: readonly (ProxyMode | undefined)[] = [
    'iptables',
    'nftables',
    'ipvs',
    'cilium',
    'none',
    undefined,
  ];
  const refused: Partial<Record<ProxyMode, string>> = {
    none: 'NoKubeProxy',
    ipvs: 'UnsupportedProxy',
    cilium: 'UnsupportedProxy',
  };

  test.each(policies.flatMap((policy) => modes.map((mode) => [policy, mode] as const)))(
    'policy %s where Services are served by %s',
    (trafficPolicy, proxy) => {
      const cluster = new MemoryCluster().addNode('a', { agent: { seenAt: 0, proxy } });
      const request = requestOf('front', { trafficPolicy });
      cluster.endpoints.set(request.service.uid, new Set(['a']));
      const reason = trafficPolicy === 'Cluster' && proxy ? refused[proxy] : undefined;
      expect(reasons(placeService(request, cluster).obstacles)).toEqual(reason ? { a: reason } : {});
      cluster.acceptUnprovenProxy = true;
      expect(placeService(request, cluster).short).toBe(reason === 'NoKubeProxy');
    },
  );
});

describe('a node that the Service has', () => {
  const request = requestOf('front');

  test('stays, however many claims are on it and however few on others', () => {
    const cluster = having(request, ['a'], 'b', 'c');
    for (let port = 1000; port < 1100; port += 1) cluster.claim('a', tcp(port), requestOf('other').service);
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a' }],
      leaving: [],
      short: false,
    });
  });

  test.each<Standing>(['use', 'keep', 'hold'])('stays while it stands at %s', (standing) => {
    const cluster = having(request, ['a'], 'b');
    cluster.setStanding('a', standing);
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a' }],
      leaving: [],
      short: false,
    });
  });

  test.each<Standing>(['leave', 'lost'])('is left for another when it stands at %s', (standing) => {
    const cluster = having(request, ['a'], 'b');
    cluster.setStanding('a', standing);
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'NotReady' }],
      kept: [],
      short: false,
    });
  });

  test.each<Standing>(['leave', 'lost'])(
    'is kept at %s when no other can be had, and that is told',
    (standing) => {
      const cluster = having(request, ['a'], 'b');
      cluster.setStanding('a', standing);
      cluster.claim('b', tcp(80), requestOf('other').service);
      expect(placeService(request, cluster)).toMatchObject({
        nodes: [{ node: 'a', addresses: [{ address: '192.0.2.0' }], ports: [tcp(80)] }],
        kept: [{ node: 'a', reason: 'NotReady' }],
        leaving: [],
        obstacles: [
          { node: 'a', reason: 'NotReady' },
          { node: 'b', reason: 'Claimed' },
        ],
        short: true,
      });
    },
  );

  test('and that is the only one of the cluster is never given up', () => {
    const cluster = having(request, ['a']);
    cluster.setStanding('a', 'lost');
    expect(placeService(request, cluster)).toMatchObject({ nodes: [{ node: 'a' }], kept: [{ node: 'a' }] });
  });

  test('and that is gone from the cluster is left for another; without one its claims stay as they are', () => {
    const cluster = having(request, ['a'], 'b');
    cluster.nodes.delete('a');
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'NodeGone' }],
    });
    cluster.nodes.delete('b');
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a', addresses: [], published: [], ports: [tcp(80)] }],
      kept: [{ node: 'a', reason: 'NodeGone' }],
    });
  });

  test('follows its addresses', () => {
    const cluster = having(request, ['a']);
    cluster.addNode('a', { addresses: [{ family: 'IPv4', address: '10.7.7.7', type: 'InternalIP' }] });
    expect(placeService(request, cluster).nodes).toMatchObject([{ addresses: [{ address: '10.7.7.7' }] }]);
    cluster.addNode('a', { addresses: [] });
    const placement = placeService(request, cluster);
    expect(placement).toMatchObject({ nodes: [{ addresses: [] }], kept: [{ reason: 'NoAddress' }] });
  });

  test.each([
    ['another pool', { pool: 'edge' }, 'NotInPool'],
    ['other nodes', { nodes: ['b'] }, 'NotRequested'],
    ['another address', { addresses: ['192.0.2.1'] }, 'NoSuchAddress'],
    ['another family', { families: ['IPv6' as const] }, 'NoAddress'],
  ])('is left when the Service wants %s, the new one first', (_, differences, reason) => {
    const cluster = having(request, ['a']).addNode('b', {
      labels: { [POOL_LABEL]: 'edge' },
      addresses: [
        { family: 'IPv4', address: '192.0.2.1', type: 'InternalIP' },
        { family: 'IPv6', address: 'fd00::1', type: 'InternalIP' },
      ],
    });
    const wish = requestOf('front', differences);
    expect(placeService(wish, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason }],
    });
    cluster.setStanding('b', 'hold');
    expect(placeService(wish, cluster)).toMatchObject({
      nodes: [{ node: 'a' }],
      kept: [{ node: 'a', reason }],
    });
  });

  test('is left when its kube-proxy turns out to be one that cannot serve it', () => {
    const cluster = having(request, ['a'], 'b').addNode('a', { agent: { seenAt: 0, proxy: 'none' } });
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'NoKubeProxy' }],
    });
  });

  test('is left when nothing gets through to the Service there', () => {
    const cluster = having(request, ['a'], 'b');
    cluster.unreachable.add('a');
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'Unreachable' }],
    });
  });

  test('is not left while the Service rests after a move, unless it shall be left', () => {
    const cluster = having(request, ['a'], 'b');
    cluster.resting = true;
    cluster.setStanding('a', 'lost');
    expect(names(placeService(request, cluster))).toEqual(['a']);
    cluster.setStanding('a', 'leave');
    expect(names(placeService(request, cluster))).toEqual(['b']);
  });
});

describe('a port that the Service holds on its node', () => {
  const request = requestOf('front', { ports: [tcp(80), tcp(443)] });

  test.each<PortUseKind>(['HostPort', 'HostNetwork', 'NodePort', 'ExternalIP'])(
    'is not given up for who came later (%s): a Pod could drive any Service away so',
    (kind) => {
      const cluster = having(request, ['a'], 'b');
      cluster.use({ ...tcp(80), node: 'a', kind, owner: 'somebody later' });
      expect(placeService(request, cluster)).toMatchObject({ nodes: [{ node: 'a' }], short: false });
    },
  );

  test('that its agent refuses makes it go elsewhere', () => {
    const cluster = having(request, ['a'], 'b');
    cluster.use({ ...tcp(80), node: 'a', kind: 'Refused', owner: 'nginx (pid 12)' });
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'Refused', message: 'port TCP/80 is taken by nginx (pid 12)' }],
    });
  });

  test('that is refused is given back even when there is nowhere to go; the others stay for want of better', () => {
    const cluster = having(request, ['a']);
    cluster.use({ ...tcp(80), node: 'a', kind: 'Refused', owner: 'nginx (pid 12)' });
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a', ports: [tcp(443)] }],
      kept: [{ node: 'a', reason: 'Refused' }],
    });
    cluster.use({ ...tcp(443), node: 'a', kind: 'Refused', owner: 'nginx (pid 12)' });
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [],
      kept: [],
      leaving: [
        { node: 'a', port: tcp(80) },
        { node: 'a', port: tcp(443) },
      ],
      short: true,
    });
  });

  test('is kept when a new port of the Service is taken there, until a node has both', () => {
    const cluster = having(requestOf('front'), ['a'], 'b');
    const other = requestOf('other').service;
    cluster.claim('a', tcp(443), other);
    cluster.claim('b', tcp(443), other);
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a', ports: [tcp(80)] }],
      kept: [{ node: 'a', reason: 'Claimed', port: tcp(443) }],
      short: true,
    });
    cluster.release('b', tcp(443));
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b', ports: request.ports }],
      leaving: [{ node: 'a', reason: 'Claimed' }],
      short: false,
    });
  });

  test('changes to another port on the same node where that is free', () => {
    const cluster = having(requestOf('front'), ['a'], 'b', 'c');
    const moved = requestOf('front', { ports: [tcp(8080)] });
    expect(placeService(moved, cluster)).toMatchObject({
      nodes: [{ node: 'a', ports: [tcp(8080)] }],
      short: false,
    });
  });
});

describe('several nodes', () => {
  const three = requestOf('front', { count: 3 });

  test('fewer are wanted: those that nothing is wrong with stay, in different zones', () => {
    const cluster = new MemoryCluster();
    for (const name of ['a1', 'a2', 'b1']) {
      cluster.addNode(name, { labels: { [ZONE_LABEL]: name.slice(0, 1) } });
      cluster.claim(name, tcp(80), three.service);
    }
    const two = placeService({ ...three, count: 2 }, cluster);
    expect(names(two)).toContain('b1');
    expect(two).toMatchObject({ leaving: [{ reason: 'NotNeeded' }], short: false });
    cluster.setStanding('b1', 'hold');
    expect(names(placeService({ ...three, count: 2 }, cluster)).toSorted()).toEqual(['a1', 'a2']);
  });

  test('more are wanted: the others stay, in another zone than theirs one comes', () => {
    const cluster = new MemoryCluster();
    for (const name of ['a1', 'a2', 'b1'])
      cluster.addNode(name, { labels: { [ZONE_LABEL]: name.slice(0, 1) } });
    cluster.claim('a1', tcp(80), three.service);
    cluster.claim('b1', tcp(81), requestOf('other').service);
    expect(names(placeService({ ...three, count: 2 }, cluster))).toEqual(['a1', 'b1']);
  });

  test('one is lost: another takes its place, the others stay', () => {
    const cluster = having(three, ['a', 'b', 'c'], 'd');
    cluster.setStanding('b', 'lost');
    const placement = placeService(three, cluster);
    expect(names(placement).toSorted()).toEqual(['a', 'c', 'd']);
    expect(names(placement).at(-1)).toBe('d');
    expect(placement.leaving).toMatchObject([{ node: 'b' }]);
  });

  test('one is lost and there is no other: it is dropped from the list, as the others answer', () => {
    const cluster = having(three, ['a', 'b', 'c']);
    cluster.setStanding('b', 'lost');
    const placement = placeService(three, cluster);
    expect(names(placement).toSorted()).toEqual(['a', 'c']);
    expect(placement).toMatchObject({
      short: true,
      kept: [],
      obstacles: [{ node: 'b', reason: 'NotReady' }],
    });
  });

  test('all are lost: all are kept; those that shall be left come first, for they still answer', () => {
    const cluster = having(three, ['a', 'b', 'c']);
    for (const name of ['a', 'b']) cluster.setStanding(name, 'lost');
    cluster.setStanding('c', 'leave', 'BeingDeleted');
    const placement = placeService(three, cluster);
    expect(names(placement)).toEqual(['c', 'a', 'b']);
    expect(placement.kept).toHaveLength(3);
    expect(names(placeService({ ...three, count: 1 }, cluster))).toEqual(['c']);
  });

  test('all nodes: new ones are added, unfit ones left', () => {
    const all = requestOf('front', { count: 'all' });
    const cluster = having(all, ['a', 'b'], 'c', 'd');
    cluster.setStanding('b', 'lost');
    cluster.setStanding('d', 'keep', 'Cordoned');
    cluster.resting = true;
    const placement = placeService(all, cluster);
    expect(names(placement)).toEqual(['a', 'c']);
    expect(placement).toMatchObject({ leaving: [{ node: 'b' }], short: false });
  });
});
