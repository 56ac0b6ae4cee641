import { describe, expect, test } from 'vitest';
import type { NodeLoadBalancerSpec } from '../kinds/node-load-balancer.ts';
import { RELEASE_FINALIZER } from './release-finalizer.ts';
import { requestOf } from './service-request.ts';
import { loadBalancerService, settingsWith, type ServiceParts } from './testing/service.ts';

/** The request of a Service that is served. */
function requested(parts?: ServiceParts, spec?: NodeLoadBalancerSpec) {
  const result = requestOf(loadBalancerService(parts), settingsWith(spec));
  if (result.kind !== 'request') throw new Error(JSON.stringify(result));
  return result.request;
}

/** Why a Service is not served. */
function refusal(parts?: ServiceParts, spec?: NodeLoadBalancerSpec) {
  const result = requestOf(loadBalancerService(parts), settingsWith(spec));
  if (result.kind !== 'refused') throw new Error(JSON.stringify(result));
  return result;
}

const annotated = (annotations: Record<string, string>): ServiceParts => ({ metadata: { annotations } });

test('an ordinary Service asks for one node, for everybody', () => {
  expect(requested()).toEqual({
    service: { namespace: 'shop', name: 'front', uid: 'uid-1' },
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    families: ['IPv4'],
    clusterIPs: ['10.96.0.10'],
    trafficPolicy: 'Cluster',
    count: 1,
    addressType: 'InternalIP',
    partial: false,
  });
});

test('equal names in two namespaces are two Services', () => {
  const [one, other] = ['red', 'blue'].map(
    (namespace) => requested({ metadata: { namespace, uid: `uid-${namespace}` } }).service,
  );
  expect(one).toEqual({ namespace: 'red', name: 'front', uid: 'uid-red' });
  expect(other).toEqual({ namespace: 'blue', name: 'front', uid: 'uid-blue' });
});

test('names of 63 letters are taken whole', () => {
  const name = 'n'.repeat(63);
  expect(requested({ metadata: { namespace: name, name } }).service).toMatchObject({ namespace: name, name });
});

describe('whose Service it is', () => {
  const kindOf = (parts: ServiceParts, spec?: NodeLoadBalancerSpec) =>
    requestOf(loadBalancerService(parts), settingsWith(spec));

  test.each(['ClusterIP', 'NodePort', 'ExternalName', undefined] as const)('type %s is nobody’s', (type) => {
    const service = loadBalancerService();
    if (type) service.spec = { ...service.spec, type };
    else delete service.spec?.type;
    expect(requestOf(service, settingsWith())).toEqual({ kind: 'notOurs', why: 'OtherType' });
  });

  test('a Service without a spec is nobody’s', () => {
    const { spec: _spec, ...service } = loadBalancerService();
    expect(requestOf(service, settingsWith())).toEqual({ kind: 'notOurs', why: 'OtherType' });
  });

  test('our class is ours, whatever the settings say of classless ones and whatever is in its status', () => {
    const parts = { spec: { loadBalancerClass: 'armillary.dev/node' }, ingress: [{ ip: '192.0.2.1' }] };
    expect(kindOf(parts, { classless: false }).kind).toBe('request');
  });

  test('another class is somebody else’s', () => {
    const parts = { spec: { loadBalancerClass: 'io.cilium/node' } };
    expect(kindOf(parts)).toEqual({ kind: 'notOurs', why: 'OtherClass' });
  });

  test('without a class the settings decide', () => {
    expect(kindOf({}).kind).toBe('request');
    expect(kindOf({ spec: { loadBalancerClass: '' } }).kind).toBe('request');
    expect(kindOf({}, { classless: false })).toEqual({ kind: 'notOurs', why: 'Classless' });
  });

  test('without a class, an address of another load balancer is respected', () => {
    const theirs = { kind: 'notOurs', why: 'ServedByAnother' };
    expect(kindOf({ ingress: [{ ip: '192.0.2.1' }] })).toEqual(theirs);
    expect(kindOf({ ingress: [{ hostname: 'lb.example.com' }] })).toEqual(theirs);
  });

  test('an address beside our finalizer is our own', () => {
    const parts = { metadata: { finalizers: ['a/b', RELEASE_FINALIZER] }, ingress: [{ ip: '192.0.2.1' }] };
    expect(kindOf(parts).kind).toBe('request');
  });
});

describe('ports', () => {
  test('all protocols are read, TCP is meant without one, an empty name is none', () => {
    const ports = [
      { port: 1 },
      { name: '', protocol: 'UDP' as const, port: 1 },
      { name: 'signal', protocol: 'SCTP' as const, port: 65_535, targetPort: 'x', nodePort: 30_001 },
    ];
    expect(requested({ spec: { ports } }).ports).toEqual([
      { protocol: 'TCP', port: 1 },
      { protocol: 'UDP', port: 1 },
      { name: 'signal', protocol: 'SCTP', port: 65_535 },
    ]);
  });

  test('the same protocol and number twice is refused', () => {
    const ports = [
      { name: 'a', port: 80 },
      { name: 'b', protocol: 'TCP' as const, port: 80 },
    ];
    expect(refusal({ spec: { ports } })).toMatchObject({
      reason: 'InvalidPorts',
      message: 'TCP/80 is there twice; leave one of them out',
    });
  });

  test.each([0, -1, 65_536, 80.5, '80'])('port %j cannot be', (port) => {
    const result = refusal({ spec: { ports: [{ port: port as number }] } });
    expect(result).toMatchObject({ reason: 'InvalidPorts', message: expect.stringContaining(`TCP/${port}`) });
  });

  test('an unknown protocol cannot be', () => {
    const ports = [{ port: 80, protocol: 'ICMP' as 'TCP' }];
    expect(refusal({ spec: { ports } }).reason).toBe('InvalidPorts');
  });

  test('a Service needs one', () => {
    expect(refusal({ spec: { ports: [] } }).reason).toBe('InvalidPorts');
  });
});

describe('cluster IPs', () => {
  test('both families are read in the order that the Service prefers', () => {
    const dual = { clusterIP: 'FD00::10', clusterIPs: ['FD00::10', '10.96.0.10'] };
    expect(requested({ spec: dual })).toMatchObject({
      families: ['IPv6', 'IPv4'],
      clusterIPs: ['fd00::10', '10.96.0.10'],
    });
  });

  test('servers before 1.20 know spec.clusterIP alone', () => {
    const service = loadBalancerService({ spec: { clusterIP: '10.96.0.9' } });
    delete service.spec?.clusterIPs;
    expect(requestOf(service, settingsWith())).toMatchObject({ request: { clusterIPs: ['10.96.0.9'] } });
  });

  test('a headless Service is refused in words', () => {
    expect(refusal({ spec: { clusterIP: 'None', clusterIPs: ['None'] } })).toMatchObject({
      reason: 'Headless',
      message: expect.stringContaining('leave clusterIP out'),
    });
  });

  test.each([
    ['none yet', { clusterIP: '', clusterIPs: [] }],
    ['no address', { clusterIP: 'x', clusterIPs: ['x'] }],
    ['two of one family', { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', '10.96.0.2'] }],
    ['two that are one', { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', '::ffff:10.96.0.1'] }],
  ])('%s is refused', (_case, spec) => {
    expect(refusal({ spec }).reason).toBe('NoClusterIP');
  });
});

test.each([
  ['Local', 'Local'],
  ['Cluster', 'Cluster'],
  [undefined, 'Cluster'],
] as const)('externalTrafficPolicy %s is %s', (written, policy) => {
  expect(requested({ spec: written ? { externalTrafficPolicy: written } : {} }).trafficPolicy).toBe(policy);
});

describe('annotations', () => {
  test('everything can be said, with blanks around', () => {
    const request = requested(
      annotated({
        'node.armillary.dev/count': ' 3 ',
        'node.armillary.dev/pool': 'edge',
        'node.armillary.dev/nodes': 'worker-1, worker-2.example.com,worker-1',
        'node.armillary.dev/address': '192.0.2.1, ::ffff:192.0.2.2',
        'node.armillary.dev/address-type': 'ExternalIP',
        'node.armillary.dev/partial': 'true',
      }),
    );
    expect(request).toMatchObject({
      count: 3,
      pool: 'edge',
      nodes: ['worker-1', 'worker-2.example.com'],
      addresses: ['192.0.2.1', '192.0.2.2'],
      addressType: 'ExternalIP',
      partial: true,
    });
  });

  test('count all is every node; silence is what the settings say', () => {
    expect(requested(annotated({ 'node.armillary.dev/count': 'all' })).count).toBe('all');
    expect(requested({}, { count: 'all' }).count).toBe('all');
    expect(requested({}, { addressType: 'ExternalIP' }).addressType).toBe('ExternalIP');
    expect(requested(annotated({ 'node.armillary.dev/count': '2' }), { count: 'all' }).count).toBe(2);
  });

  test.each([
    ['count', '0', 'a number from 1, or all'],
    ['count', '-1', 'a number from 1, or all'],
    ['count', '1.5', 'a number from 1, or all'],
    ['count', '0x10', 'a number from 1, or all'],
    ['count', 'ALL', 'a number from 1, or all'],
    ['count', '', 'a number from 1, or all'],
    ['count', '9999999', 'a number from 1, or all'],
    ['pool', '', 'the value of the label node.armillary.dev/pool'],
    ['pool', 'a b', 'the value of the label node.armillary.dev/pool'],
    ['pool', 'p'.repeat(64), 'the value of the label node.armillary.dev/pool'],
    ['nodes', '', 'names of nodes, separated by commas'],
    ['nodes', 'worker-1,', 'names of nodes, separated by commas'],
    ['nodes', 'worker 1', 'names of nodes, separated by commas'],
    ['nodes', 'Worker', 'names of nodes, separated by commas'],
    ['nodes', 'n'.repeat(254), 'names of nodes, separated by commas'],
    ['address', '', 'addresses of nodes, separated by commas'],
    ['address', '192.0.2.0/24', 'addresses of nodes, separated by commas'],
    ['address', 'fe80::1%eth0', 'addresses of nodes, separated by commas'],
    ['address-type', 'internalip', 'InternalIP or ExternalIP'],
    ['partial', 'yes', '"true" or "false"'],
  ])('%s: %j is refused with what to write', (name, value, instead) => {
    const result = refusal(annotated({ [`node.armillary.dev/${name}`]: value }));
    expect(result.reason).toBe('InvalidAnnotation');
    expect(result.message).toContain(
      `node.armillary.dev/${name}: ${JSON.stringify(value)} cannot be; write ${instead}`,
    );
  });

  test('all mistakes are told at once', () => {
    const result = refusal({
      ...annotated({ 'node.armillary.dev/count': 'two' }),
      spec: { loadBalancerSourceRanges: ['office'], ports: [{ port: 0 }] },
    });
    expect(result.reason).toBe('InvalidAnnotation');
    expect(result.message).toMatch(/count.*TCP\/0.*office/);
  });
});

describe('an address of a node', () => {
  test('spec.loadBalancerIP asks for one; the annotation wins', () => {
    expect(requested({ spec: { loadBalancerIP: '192.0.2.1' } }).addresses).toEqual(['192.0.2.1']);
    const both = {
      ...annotated({ 'node.armillary.dev/address': '192.0.2.2' }),
      spec: { loadBalancerIP: '192.0.2.1' },
    };
    expect(requested(both).addresses).toEqual(['192.0.2.2']);
    expect(requested({ spec: { loadBalancerIP: '' } }).addresses).toBeUndefined();
  });

  test('spec.loadBalancerIP must be one', () => {
    expect(refusal({ spec: { loadBalancerIP: 'lb.example.com' } }).reason).toBe('InvalidAddress');
  });

  test('whoever names addresses of one family gets no other', () => {
    const dual = { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10', 'fd00::10'] };
    expect(requested({ spec: { ...dual, loadBalancerIP: '2001:db8::1' } })).toMatchObject({
      families: ['IPv6'],
      clusterIPs: ['fd00::10'],
    });
  });

  test('one of a family that the Service does not have is refused', () => {
    expect(refusal({ spec: { loadBalancerIP: '2001:db8::1' } })).toMatchObject({
      reason: 'InvalidAddress',
      message: expect.stringContaining('no IPv6 cluster IP for 2001:db8::1'),
    });
  });
});

describe('source ranges', () => {
  const annotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';
  const rangesOf = (field: string[] | undefined, text?: string) =>
    requested({
      ...(text !== undefined && annotated({ [annotation]: text })),
      spec: field ? { loadBalancerSourceRanges: field } : {},
    }).sourceRanges;

  test('blanks are trimmed and both families are read', () => {
    expect(rangesOf([' 192.0.2.128/25', 'fd00::1/8 ', '10.1.2.3/8', '10.0.0.0/16'])).toEqual([
      '10.0.0.0/8',
      '192.0.2.128/25',
      'fd00::/8',
    ]);
    expect(rangesOf(undefined, ' 10.0.0.0/8 , fd00::/8,')).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  test('the field wins over the annotation', () => {
    expect(rangesOf(['10.0.0.0/8'], '192.0.2.0/24')).toEqual(['10.0.0.0/8']);
    expect(rangesOf([], '192.0.2.0/24')).toEqual(['192.0.2.0/24']);
    expect(rangesOf(['10.0.0.0/8'], 'nonsense')).toEqual(['10.0.0.0/8']);
  });

  test('silence is everybody', () => {
    expect(rangesOf(undefined)).toBeUndefined();
    expect(rangesOf([])).toBeUndefined();
    expect(rangesOf(undefined, ' ')).toBeUndefined();
  });

  test.each([['office'], ['10.0.0.1'], ['10.0.0.0/8', '10.0.0.0/33'], [''], [' ', '']])(
    'what is no network refuses the Service, it does not open it: %j',
    (...field) => {
      expect(refusal({ spec: { loadBalancerSourceRanges: field } }).reason).toBe('InvalidSourceRange');
      expect(refusal(annotated({ [annotation]: `${field.join(',')},x` })).reason).toBe('InvalidSourceRange');
    },
  );

  test('are not more than nodes hold for all of their Services', () => {
    const field = Array.from({ length: 201 }, (_, n) => `10.0.${n}.0/24`);
    const ports = Array.from({ length: 100 }, (_, n) => ({ name: `p${n}`, port: n + 1000 }));
    expect(refusal({ spec: { loadBalancerSourceRanges: field, ports } })).toMatchObject({
      reason: 'InvalidSourceRange',
      message: expect.stringContaining('201 networks for each of 100 ports'),
    });
    expect(requested({ spec: { loadBalancerSourceRanges: field } }).sourceRanges).toHaveLength(201);
  });

  test('an annotation of nothing but commas refuses, too', () => {
    expect(refusal(annotated({ [annotation]: ' , ' })).message).toContain('names no network');
  });
});

test('what the settings forbid is refused', () => {
  expect(refusal({ spec: { ports: [{ port: 22 }] } })).toMatchObject({ reason: 'Reserved' });
});

describe('warnings', () => {
  const warned = (parts: ServiceParts) => {
    const result = requestOf(loadBalancerService(parts), settingsWith());
    return result.kind === 'request' ? result.warnings : [];
  };

  test('an ordinary Service has none', () => {
    expect(warned({})).toEqual([]);
    expect(warned({ spec: { sessionAffinity: 'None' } })).toEqual([]);
  });

  test('session affinity does not do what it says, under either policy', () => {
    const sticky = { sessionAffinity: 'ClientIP' as const };
    expect(warned({ spec: sticky })).toMatchObject([
      { reason: 'SessionAffinity', message: expect.stringContaining('go to one pod') },
    ]);
    expect(warned({ spec: { ...sticky, externalTrafficPolicy: 'Local' } })).toMatchObject([
      { reason: 'SessionAffinity', message: expect.stringContaining('any pod of the node') },
    ]);
  });

  test('ports from which nodes connect outwards are named', () => {
    const ports = [32_767 + 1, 60_999, 61_000, 80].map((port) => ({ name: `p${port}`, port }));
    expect(warned({ spec: { ports } })).toMatchObject([
      { reason: 'EphemeralPort', message: expect.stringMatching(/^TCP\/32768, TCP\/60999: /) },
    ]);
  });

  test('an annotation of ours that does not exist is named, since it was to mean something', () => {
    const annotations = {
      'node.armillary.dev/pools': 'edge',
      'node.armillary.dev/': '',
      'example.com/pools': 'x',
      'node.armillary.dev/pool': 'edge',
    };
    expect(warned(annotated(annotations))).toEqual([
      {
        reason: 'UnknownAnnotation',
        message: 'node.armillary.dev/pools, node.armillary.dev/: this load balancer knows no such annotation',
      },
    ]);
  });
});
