import type { EndpointSlice } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { claimName } from '../kinds/claim-name.ts';
import type { PortClaim, PortClaimSpec } from '../kinds/port-claim.ts';
import { planOf } from './plan-of-claims.ts';

const node = 'worker-1';
const options = { nodeName: node, addressesOnNode: ['192.0.2.4', '192.0.2.5', '2001:db8::4'] };
const service = { namespace: 'shop', name: 'front', uid: 'uid-1' };

function claim(spec: Partial<PortClaimSpec> = {}, name?: string): PortClaim {
  const whole: PortClaimSpec = {
    nodeName: node,
    protocol: 'TCP',
    port: 80,
    service,
    addresses: ['192.0.2.4'],
    externalTrafficPolicy: 'Cluster',
    clusterIPs: ['10.96.0.9'],
    ...spec,
  };
  return {
    apiVersion: 'network.armillary.dev/v1alpha1',
    kind: 'PortClaim',
    metadata: { name: name ?? claimName(whole.nodeName, whole) },
    spec: whole,
  };
}

type Endpoint = EndpointSlice['endpoints'][number];

function slice(endpoints: Endpoint[], fields: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'front-abc',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'front' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'front', uid: 'uid-1' }],
    },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    ...fields,
  };
}

const at = (
  address: string,
  conditions: Endpoint['conditions'] = { ready: true },
  nodeName = node,
): Endpoint => ({
  addresses: [address],
  conditions,
  nodeName,
});

describe('the plan of a node', () => {
  test('has what a claim says', () => {
    expect(planOf([claim({ sourceRanges: ['10.0.0.0/8'] })], [], options).ports).toEqual([
      {
        protocol: 'TCP',
        port: 80,
        claim: 'worker-1.tcp.80',
        service: 'shop/front',
        addresses: { IPv4: ['192.0.2.4'], IPv6: [] },
        sourceRanges: { IPv4: ['10.0.0.0/8'], IPv6: [] },
        target: { kind: 'cluster', clusterIPs: { IPv4: '10.96.0.9', IPv6: undefined } },
      },
    ]);
  });

  test('leaves out claims of other nodes, and those whose name locks another port or none', () => {
    const claims = [claim({ nodeName: 'worker-2' }), claim({}, 'worker-1.tcp.81'), claim({}, 'mine')];
    expect(planOf(claims, [], options).ports).toEqual([]);
  });

  test('leaves out what is no port: it would become words of the rules', () => {
    const port = '80, 192.0.2.4 . tcp . 22' as unknown as number;
    const protocol = 'constructor' as 'TCP';
    expect(planOf([claim({ port }), claim({ protocol }), claim({ port: 0 })], [], options).ports).toEqual([]);
  });

  test('leaves out addresses that are not on the node, and claims without any that is', () => {
    const claims = [
      claim({ addresses: ['192.0.2.4', '192.0.2.99', 'fe80::bad::1', '2001:db8::99'] }),
      claim({ port: 81, addresses: ['192.0.2.99'] }),
    ];
    const { ports } = planOf(claims, [], options);
    expect(ports.map(({ addresses }) => addresses)).toEqual([{ IPv4: ['192.0.2.4'], IPv6: [] }]);
  });

  test('knows both families in any order and any spelling', () => {
    const dual = claim({
      addresses: ['2001:DB8:0:0::4', '192.0.2.5', '::ffff:192.0.2.4', '192.0.2.5'],
      clusterIPs: ['fd00:10:0::0009', '10.96.0.9'],
    });
    expect(planOf([dual], [], options).ports[0]).toMatchObject({
      addresses: { IPv4: ['192.0.2.4', '192.0.2.5'], IPv6: ['2001:db8::4'] },
      target: { clusterIPs: { IPv4: '10.96.0.9', IPv6: 'fd00:10::9' } },
    });
  });

  test('a clusterIP that is none serves nobody', () => {
    expect(planOf([claim({ clusterIPs: ['None'] })], [], options).ports[0]?.target).toEqual({
      kind: 'cluster',
      clusterIPs: { IPv4: undefined, IPv6: undefined },
    });
  });

  test('equal worlds have equal plans as JSON, in whatever order they are read', () => {
    const claims = [claim(), claim({ port: 443 }), claim({ protocol: 'UDP', port: 53 }), claim({ port: 8 })];
    const plan = planOf(claims, [], options);
    expect(JSON.stringify(planOf(claims.toReversed(), [], options))).toBe(JSON.stringify(plan));
    expect(plan.ports.map(({ claim: name }) => name)).toEqual([
      'worker-1.tcp.8',
      'worker-1.tcp.80',
      'worker-1.tcp.443',
      'worker-1.udp.53',
    ]);
  });
});

describe('source ranges', () => {
  const rangesOf = (sourceRanges?: string[]): unknown =>
    planOf([claim(sourceRanges ? { sourceRanges } : {})], [], options).ports[0]?.sourceRanges;

  test('are everybody when the claim has none, and nobody when its list is empty', () => {
    expect(rangesOf()).toEqual({ IPv4: undefined, IPv6: undefined });
    expect(rangesOf([])).toEqual({ IPv4: [], IPv6: [] });
  });

  test('are canonical, and close the family they do not name', () => {
    expect(rangesOf(['10.1.2.3/8', ' 10.9.0.0/16 ', '192.0.2.0/24'])).toEqual({
      IPv4: ['10.0.0.0/8', '192.0.2.0/24'],
      IPv6: [],
    });
  });

  test('that are all of a family are no limit, for no set of the kernel holds such a network', () => {
    expect(rangesOf(['0.0.0.0/0', 'fd00::/8'])).toEqual({ IPv4: undefined, IPv6: ['fd00::/8'] });
  });

  test('that cannot be read let nobody in, rather than everybody', () => {
    expect(rangesOf(['10.0.0.0/8', 'intranet'])).toEqual({ IPv4: [], IPv6: [] });
  });
});

describe('endpoints of the policy Local', () => {
  const local = (spec: Partial<PortClaimSpec> = {}): PortClaim =>
    claim({ externalTrafficPolicy: 'Local', clusterIPs: [], ...spec });
  const endpointsOf = (slices: EndpointSlice[], spec?: Partial<PortClaimSpec>): unknown => {
    const target = planOf([local(spec)], slices, options).ports[0]?.target;
    return target?.kind === 'local' ? target.endpoints : undefined;
  };
  const v4 = (...addresses: string[]) => ({
    IPv4: addresses.map((address) => ({ address, port: 8080 })),
    IPv6: [],
  });

  test('are those of this node, of all slices, each once and sorted', () => {
    const slices = [
      slice([at('10.1.0.9'), at('10.1.0.8', { ready: true }, 'worker-2')]),
      slice([at('10.1.0.7'), at('10.1.0.9')]),
    ];
    expect(endpointsOf(slices)).toEqual(v4('10.1.0.7', '10.1.0.9'));
  });

  test('are the ready ones; absent conditions mean ready', () => {
    const slices = [slice([at('10.1.0.7', { ready: false }), { addresses: ['10.1.0.8'], nodeName: node }])];
    expect(endpointsOf(slices)).toEqual(v4('10.1.0.8'));
  });

  test('are those that serve while they terminate, when none is ready', () => {
    const leaving = at('10.1.0.7', { ready: false, serving: true, terminating: true });
    const dead = at('10.1.0.8', { ready: false, serving: false, terminating: true });
    const starting = at('10.1.0.9', { ready: false, serving: true, terminating: false });
    expect(endpointsOf([slice([leaving, dead, starting])])).toEqual(v4('10.1.0.7'));
    expect(endpointsOf([slice([leaving, dead]), slice([at('10.1.0.1')])])).toEqual(v4('10.1.0.1'));
  });

  test('have the ports that go by the name and protocol of the claim, which may differ between slices', () => {
    const ports = (port: number) => [
      { name: 'web', protocol: 'TCP', port },
      { name: 'web', protocol: 'UDP', port: 1 },
      { name: 'admin', protocol: 'TCP', port: 2 },
      { name: 'web' },
      { name: 'web', port: 99_999 },
    ];
    const slices = [
      slice([at('10.1.0.7')], { ports: ports(8080) }),
      slice([at('10.1.0.8')], { ports: ports(8081) }),
    ];
    expect(endpointsOf(slices, { service: { ...service, portName: 'web' } })).toEqual({
      IPv4: [
        { address: '10.1.0.7', port: 8080 },
        { address: '10.1.0.8', port: 8081 },
      ],
      IPv6: [],
    });
  });

  test('are of both families, and never names', () => {
    const slices = [
      slice([at('fd00::7')], { addressType: 'IPv6' }),
      slice([at('10.1.0.7'), at('fd00::8')]),
      slice([at('db.example')], { addressType: 'FQDN' }),
    ];
    expect(endpointsOf(slices)).toEqual({
      IPv4: [{ address: '10.1.0.7', port: 8080 }],
      IPv6: [{ address: 'fd00::7', port: 8080 }],
    });
  });

  test('are not those of another Service, of another namespace, or of one made anew under the same name', () => {
    const { metadata } = slice([]);
    const others = [
      { ...metadata, namespace: 'other' },
      { ...metadata, labels: { 'kubernetes.io/service-name': 'back' } },
      { ...metadata, labels: {} },
      { ...metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'front', uid: 'uid-2' }] },
    ];
    expect(endpointsOf(others.map((other) => slice([at('10.1.0.7')], { metadata: other })))).toEqual(v4());
  });

  test('are never the node itself by its loopback, nor a metadata service: tenants write slices', () => {
    const special = ['127.0.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255'];
    expect(endpointsOf([slice(special.map((address) => at(address)))])).toEqual(v4());
    const special6 = ['::1', '::', 'fe80::1', 'ff02::1', '::ffff:127.0.0.1'];
    const endpoints = special6.map((address) => at(address));
    expect(endpointsOf([slice(endpoints, { addressType: 'IPv6' })])).toEqual(v4());
  });

  test('are limited in number, whatever slices make up', () => {
    const many = Array.from({ length: 5000 }, (_, n) => at(`10.1.${n >> 8}.${n & 255}`));
    expect(endpointsOf([slice(many)])).toMatchObject({ IPv4: { length: 500 } });
  });

  test('of slices that people write themselves, without an owner, count', () => {
    const { ownerReferences: _, ...metadata } = slice([]).metadata;
    expect(endpointsOf([slice([at('10.1.0.7')], { metadata })])).toEqual(v4('10.1.0.7'));
  });

  test('may be none, and slices may lack what they should have', () => {
    const empty = slice([], { endpoints: null as never });
    const bare = slice([{ addresses: null as never, nodeName: node }]);
    expect(endpointsOf([empty, bare, slice([at('10.1.0.7')], { ports: null as never })])).toEqual(v4());
  });
});

describe('plans one after the other', () => {
  test('have the same object for a port that is the same', () => {
    const claims = [claim(), claim({ port: 81, externalTrafficPolicy: 'Local' })];
    const slices = [slice([at('10.244.1.2')])];
    const before = planOf(claims, slices, options).ports;
    const after = planOf([...claims, claim({ port: 82 })], structuredClone(slices), options).ports;
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  test('have another one after the node or an endpoint changed', () => {
    const claims = [
      claim({ addresses: ['192.0.2.4', '192.0.2.5'] }),
      claim({ port: 81, externalTrafficPolicy: 'Local' }),
    ];
    planOf(claims, [slice([at('10.244.1.2')])], options);
    const [cluster, local] = planOf(claims, [slice([at('10.244.1.3')])], {
      ...options,
      addressesOnNode: ['192.0.2.4'],
    }).ports;
    expect(cluster?.addresses.IPv4).toEqual(['192.0.2.4']);
    expect(local?.target).toMatchObject({ endpoints: { IPv4: [{ address: '10.244.1.3', port: 8080 }] } });
  });
});
