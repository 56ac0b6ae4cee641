import { describe, expect, test } from 'vitest';
import type { ProxyMode } from '../kinds/agent-lease.ts';
import type { NodeAddress } from '../nodes/node-facts.ts';
import { POOL_LABEL } from './misfit.ts';
import { placeService } from './place-service.ts';
import { requestOf } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';
import { namesOf, reasonsOf } from './testing/told.ts';

describe('which nodes a Service wants', () => {
  test('a pool', () => {
    const cluster = MemoryCluster.of('a').addNode('b', { labels: { [POOL_LABEL]: 'edge' } });
    expect(namesOf(placeService(requestOf('front', { pool: 'edge', count: 'all' }), cluster))).toEqual(['b']);
    const nowhere = placeService(requestOf('front', { pool: 'core' }), cluster);
    expect(reasonsOf(nowhere.obstacles)).toEqual({ a: 'NotInPool', b: 'NotInPool' });
  });

  test('nodes by name; one that does not exist is told', () => {
    const cluster = MemoryCluster.of('a', 'b', 'c');
    const request = requestOf('front', { nodes: ['c', 'nowhere'], count: 2 });
    const placement = placeService(request, cluster);
    expect(namesOf(placement)).toEqual(['c']);
    expect(reasonsOf(placement.obstacles)).toMatchObject({ nowhere: 'NoSuchNode', a: 'NotRequested' });
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
    expect(reasonsOf(nowhere.obstacles)).toEqual({ a: 'NoSuchAddress', b: 'NoSuchAddress' });
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
    expect(reasonsOf(served({ families: ['IPv6', 'IPv4'] }, internal4).obstacles)).toEqual({
      a: 'NoAddress',
    });
  });

  test('of the type ExternalIP are published, while internal ones answer too: clouds translate one into the other', () => {
    const { nodes } = served({ addressType: 'ExternalIP' }, internal4, internal6, external4);
    expect(nodes).toMatchObject([{ addresses: [internal4, external4], published: [external4] }]);
    expect(served({ addressType: 'ExternalIP' }, internal4).nodes).toEqual([]);
    const both = served(
      { addressType: 'ExternalIP', families: ['IPv4', 'IPv6'] },
      internal4,
      internal6,
      external4,
    );
    expect(both.nodes).toMatchObject([
      { addresses: [internal4, external4, internal6], published: [external4] },
    ]);
  });

  test('that were asked for must be of a family of the Service', () => {
    const wish = { addresses: ['fd00::1'] };
    expect(reasonsOf(served(wish, internal4, internal6).obstacles)).toEqual({ a: 'NoSuchAddress' });
    expect(served({ ...wish, families: ['IPv4', 'IPv6'] }, internal4, internal6).nodes).toMatchObject([
      { addresses: [internal6], published: [internal6] },
    ]);
  });

  test('that were asked for are published whatever their type', () => {
    const { nodes } = served({ addresses: ['203.0.113.1'] }, internal4, internal6, external4);
    expect(nodes).toMatchObject([{ addresses: [internal4, external4], published: [external4] }]);
    const both = served(
      { addresses: ['203.0.113.1'], families: ['IPv4', 'IPv6'] },
      internal4,
      internal6,
      external4,
    );
    expect(both.nodes).toMatchObject([{ addresses: [internal4, external4], published: [external4] }]);
  });
});

describe('externalTrafficPolicy Local', () => {
  const local = requestOf('front', { trafficPolicy: 'Local' });
  const withEndpoints = (cluster: MemoryCluster, ...nodes: string[]) => {
    cluster.endpoints.set(local.service.uid, new Set(nodes));
    return cluster;
  };

  test('takes only nodes with an endpoint', () => {
    const cluster = withEndpoints(MemoryCluster.of('a', 'b'), 'b');
    const placement = placeService({ ...local, count: 2 }, cluster);
    expect(namesOf(placement)).toEqual(['b']);
    expect(reasonsOf(placement.obstacles)).toEqual({ a: 'NoLocalEndpoint' });
  });

  test('follows the endpoints', () => {
    const cluster = withEndpoints(MemoryCluster.of('a', 'b'), 'b');
    cluster.expose(local);
    withEndpoints(cluster, 'a');
    expect(cluster.expose(local)).toMatchObject({
      nodes: [{ node: 'a' }],
      leaving: [{ node: 'b', reason: 'NoLocalEndpoint' }],
    });
  });

  test('keeps its address when there is no endpoint anywhere: an empty status deletes DNS records', () => {
    const cluster = withEndpoints(MemoryCluster.of('a', 'b'), 'b');
    cluster.expose(local);
    withEndpoints(cluster);
    const placement = cluster.expose(local);
    expect(namesOf(placement)).toEqual(['b']);
    expect(placement).toMatchObject({
      short: true,
      leaving: [],
      kept: [{ node: 'b', reason: 'NoLocalEndpoint' }],
    });
  });

  test('stays on a node that is only held, whose Pods look unready with it', () => {
    const cluster = withEndpoints(MemoryCluster.of('a', 'b'), 'a', 'b');
    const [node = ''] = namesOf(cluster.expose(local));
    cluster.setStanding(node, 'hold');
    withEndpoints(cluster, ...['a', 'b'].filter((name) => name !== node));
    expect(namesOf(cluster.expose(local))).toEqual([node]);
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
      expect(reasonsOf(placeService(request, cluster).obstacles)).toEqual(reason ? { a: reason } : {});
      cluster.acceptUnprovenProxy = true;
      expect(placeService(request, cluster).short).toBe(reason === 'NoKubeProxy');
    },
  );
});
