import { describe, expect, test } from 'vitest';
import type { Standing } from '../nodes/node-standing.ts';
import type { PortUseKind } from '../ports/port-use.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { POOL_LABEL } from './misfit.ts';
import { placeService } from './place-service.ts';
import { ZONE_LABEL } from './ranking.ts';
import { requestOf, tcp } from './testing/exposure-request.ts';
import { MemoryCluster } from './testing/memory-cluster.ts';
import { namesOf } from './testing/told.ts';

/** A cluster in which the Service has these nodes already. */
function having(request: ExposureRequest, held: string[], ...others: string[]): MemoryCluster {
  const cluster = MemoryCluster.of(...held, ...others);
  for (const node of held) for (const port of request.ports) cluster.claim(node, port, request.service);
  return cluster;
}

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
  });

  test('stays while it has no address, which may pass, and is left when that lasts', () => {
    const cluster = having(request, ['a'], 'b').addNode('a', { addresses: [] });
    cluster.setStanding('a', 'hold', 'NoAddress');
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'a', addresses: [] }],
      leaving: [],
    });
    const elsewhere = placeService(requestOf('front', { nodes: ['b'] }), cluster);
    expect(elsewhere).toMatchObject({ nodes: [{ node: 'b' }], leaving: [{ reason: 'NotRequested' }] });
    cluster.setStanding('a', 'lost', 'NoAddress');
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'NoAddress' }],
    });
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
    const cluster = having(request, ['a'], 'b').addNode('a', { agent: { seenAt: 0, proxy: 'ipvs' } });
    expect(placeService(request, cluster)).toMatchObject({
      nodes: [{ node: 'b' }],
      leaving: [{ node: 'a', reason: 'UnsupportedProxy' }],
    });
  });

  test('stays while its kube-proxy is missing, which its agent says of the claims when it lasts', () => {
    const cluster = having(request, ['a'], 'b').addNode('a', { agent: { seenAt: 0, proxy: 'none' } });
    expect(placeService(request, cluster)).toMatchObject({ nodes: [{ node: 'a' }], leaving: [] });
  });

  test('is not left while the Service rests after a move, unless it shall be left', () => {
    const cluster = having(request, ['a'], 'b');
    cluster.resting.add(request.service.uid);
    cluster.setStanding('a', 'lost');
    expect(namesOf(placeService(request, cluster))).toEqual(['a']);
    cluster.setStanding('a', 'leave');
    expect(namesOf(placeService(request, cluster))).toEqual(['b']);
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

  test('that a node cannot serve is no port of somebody else: it goes elsewhere, and stays for want of better', () => {
    const fault = { reason: 'ForwardingOff', message: 'the node forwards no packets' };
    const alone = having(request, ['a']);
    const both = having(request, ['a'], 'b');
    for (const cluster of [alone, both])
      cluster.use({ ...tcp(80), node: 'a', kind: 'Refused', owner: '', fault });
    const said = { node: 'a', ...fault };
    expect(placeService(request, both)).toMatchObject({ nodes: [{ node: 'b' }], leaving: [said] });
    const kept = placeService(request, alone);
    expect(kept).toMatchObject({ nodes: [{ node: 'a', ports: request.ports }], kept: [said], short: true });
    expect(kept.obstacles).toEqual([said]);
  });

  test('that a node cannot serve does not bring a Service there', () => {
    const cluster = MemoryCluster.of('a');
    const fault = { reason: 'RulesFailed', message: 'nft does not start' };
    cluster.use({ ...tcp(80), node: 'a', kind: 'Refused', owner: '', fault });
    expect(placeService(requestOf('front'), cluster)).toMatchObject({
      nodes: [],
      obstacles: [{ node: 'a', ...fault }],
    });
  });

  test('that is refused is given back with partial, too, when nothing else is left on the node', () => {
    const cluster = having(request, ['a'], 'b');
    const partial = { ...request, partial: true };
    cluster.use({ ...tcp(80), node: 'a', kind: 'Refused', owner: 'nginx (pid 12)' });
    expect(placeService(partial, cluster)).toMatchObject({
      nodes: [{ node: 'a', ports: [tcp(443)] }],
      kept: [],
      leaving: [],
    });
    cluster.use({ ...tcp(443), node: 'a', kind: 'Refused', owner: 'nginx (pid 12)' });
    expect(placeService(partial, cluster)).toMatchObject({
      nodes: [{ node: 'b', ports: request.ports }],
      leaving: [{ node: 'a' }, { node: 'a' }],
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
    expect(namesOf(two)).toContain('b1');
    expect(two).toMatchObject({ leaving: [{ reason: 'NotNeeded' }], short: false });
    cluster.setStanding('b1', 'hold');
    expect(namesOf(placeService({ ...three, count: 2 }, cluster)).toSorted()).toEqual(['a1', 'a2']);
  });

  test('more are wanted: the others stay, in another zone than theirs one comes', () => {
    const cluster = new MemoryCluster();
    for (const name of ['a1', 'a2', 'b1'])
      cluster.addNode(name, { labels: { [ZONE_LABEL]: name.slice(0, 1) } });
    cluster.claim('a1', tcp(80), three.service);
    cluster.claim('b1', tcp(81), requestOf('other').service);
    expect(namesOf(placeService({ ...three, count: 2 }, cluster))).toEqual(['a1', 'b1']);
  });

  test('one is lost: another takes its place, the others stay', () => {
    const cluster = having(three, ['a', 'b', 'c'], 'd');
    cluster.setStanding('b', 'lost');
    const placement = placeService(three, cluster);
    expect(namesOf(placement).toSorted()).toEqual(['a', 'c', 'd']);
    expect(namesOf(placement).at(-1)).toBe('d');
    expect(placement.leaving).toMatchObject([{ node: 'b' }]);
  });

  test('one is lost and there is no other: it is dropped from the list, as the others answer', () => {
    const cluster = having(three, ['a', 'b', 'c']);
    cluster.setStanding('b', 'lost');
    const placement = placeService(three, cluster);
    expect(namesOf(placement).toSorted()).toEqual(['a', 'c']);
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
    expect(namesOf(placement)).toEqual(['c', 'a', 'b']);
    expect(placement.kept).toHaveLength(3);
    expect(namesOf(placeService({ ...three, count: 1 }, cluster))).toEqual(['c']);
  });

  test('all nodes: new ones are added, unfit ones left', () => {
    const all = requestOf('front', { count: 'all' });
    const cluster = having(all, ['a', 'b'], 'c', 'd');
    cluster.setStanding('b', 'lost');
    cluster.setStanding('d', 'keep', 'Cordoned');
    cluster.resting.add(all.service.uid);
    const placement = placeService(all, cluster);
    expect(namesOf(placement)).toEqual(['a', 'c']);
    expect(placement).toMatchObject({ leaving: [{ node: 'b' }], short: false });
  });
});
