import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../object.ts';
import { create, update } from '../testing/admit.ts';
import { AddressRange, canonicalAddress } from './address-range.ts';
import { ServiceAllocator, type ServiceAllocatorOptions } from './service-allocator.ts';

type Spec = Record<string, unknown> & { ports: Record<string, unknown>[] };

const specOf = (object: KubeObject): Spec => object['spec'] as Spec;
const service = (spec: Record<string, unknown>, name = 'x'): ReturnType<typeof create> =>
  create('Service', '', { metadata: { name, uid: `uid-${name}` }, spec });
const ports = [{ port: 80 }];

/** Services as a store holds them, and the allocator over them. */
class Shop {
  readonly stored = new Map<string, KubeObject>();
  readonly allocator: ServiceAllocator;

  constructor(options: Partial<ServiceAllocatorOptions> = {}) {
    this.allocator = new ServiceAllocator({ services: () => this.stored.values(), ...options });
  }

  add(name: string, spec: Record<string, unknown>): Spec {
    const { object } = service(spec, name);
    const release = this.allocator.allocate(object, undefined);
    this.stored.set(name, object);
    release();
    return specOf(object);
  }
}

const message = (run: () => unknown): string => {
  try {
    run();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a service', () => {
  test('gets its defaults', () => {
    expect(service({ ports, type: 'LoadBalancer' }).object).toMatchObject({
      spec: {
        sessionAffinity: 'None',
        externalTrafficPolicy: 'Cluster',
        internalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    });
    expect(service({ ports, sessionAffinity: 'ClientIP' }).object).toMatchObject({
      spec: { type: 'ClusterIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } },
    });
  });

  test.each([
    ['no ports', {}, ['spec.ports: Required value']],
    [
      'unnamed ports',
      { ports: [{ port: 1 }, { port: 2 }] },
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      'port 0',
      { ports: [{ port: 0 }] },
      [
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      'an unknown type',
      { ports, type: 'Foo' },
      [
        'spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      'a node port without need',
      { ports: [{ port: 1, nodePort: 30001 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'a headless node port',
      { ports, type: 'NodePort', clusterIP: 'None' },
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [
      'an address that is none',
      { ports, clusterIP: 'xyz' },
      [
        'spec.clusterIPs[0]: Invalid value: "xyz": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    ['an external name without a name', { type: 'ExternalName' }, ['spec.externalName: Required value']],
  ])('is refused with %s', (_what, spec, causes) => expect(service(spec).causes).toEqual(causes));

  test('keeps what it was given when an update leaves it out', () => {
    const shop = new Shop();
    shop.add('a', { ports, type: 'NodePort' });
    const stored = shop.stored.get('a')!;
    const { object, causes } = update('Service', '', stored, (o) => {
      o['spec'] = { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', targetPort: 81 }] };
    });
    expect(causes).toEqual([]);
    expect(specOf(object)['clusterIP']).toBe(specOf(stored)['clusterIP']);
    expect(specOf(object).ports[0]?.['nodePort']).toBe(specOf(stored).ports[0]?.['nodePort']);
  });

  test('gives up what its new type has no use for', () => {
    const shop = new Shop();
    shop.add('a', { ports, type: 'LoadBalancer' });
    const stored = shop.stored.get('a')!;
    const internal = update('Service', '', stored, (o) => (specOf(o)['type'] = 'ClusterIP'));
    expect(internal.causes).toEqual([]);
    expect(specOf(internal.object)).not.toHaveProperty('externalTrafficPolicy');
    expect(specOf(internal.object).ports[0]).not.toHaveProperty('nodePort');
    const external = update('Service', '', stored, (o) =>
      Object.assign(specOf(o), { type: 'ExternalName', externalName: 'a.example' }),
    );
    expect(external.causes).toEqual([]);
    expect(specOf(external.object)).not.toHaveProperty('clusterIP');
  });

  test('does not change its address', () => {
    const shop = new Shop();
    shop.add('a', { ports });
    const { causes } = update(
      'Service',
      '',
      shop.stored.get('a')!,
      (o) => (specOf(o)['clusterIP'] = '10.96.9.9'),
    );
    expect(causes).toEqual(['spec.clusterIPs[0]: Invalid value: ["10.96.9.9"]: may not change once set']);
  });
});

describe('the allocator', () => {
  test('gives addresses and ports of its ranges, none twice', () => {
    const shop = new Shop({ clusterIPRanges: ['10.96.0.0/28'], nodePorts: { first: 30000, last: 30013 } });
    const given = Array.from({ length: 14 }, (_, i) => shop.add(`s${i}`, { ports, type: 'NodePort' }));
    expect(new Set(given.map((spec) => spec['clusterIP'])).size).toBe(14);
    expect(new Set(given.map((spec) => spec.ports[0]?.['nodePort'])).size).toBe(14);
    for (const spec of given) expect(spec['clusterIP']).toMatch(/^10\.96\.0\.([1-9]|1[0-4])$/);
    expect(message(() => shop.add('more', { ports }))).toContain('range is full');
    shop.stored.delete('s3');
    expect(shop.add('again', { ports })['clusterIP']).toBe(given[3]?.['clusterIP']);
  });

  test('gives what is asked for when it is free and in range', () => {
    const shop = new Shop();
    expect(
      shop.add('a', { ports: [{ port: 1, nodePort: 30080 }], type: 'NodePort', clusterIP: '10.96.7.7' }),
    ).toMatchObject({
      clusterIP: '10.96.7.7',
      clusterIPs: ['10.96.7.7'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ nodePort: 30080 }],
    });
    expect(message(() => shop.add('b', { ports, clusterIP: '10.96.7.7' }))).toContain(
      'provided IP is already allocated',
    );
    expect(message(() => shop.add('b', { ports, clusterIP: '1.2.3.4' }))).toContain(
      'The range of valid IPs is 10.96.0.0/12',
    );
    expect(
      message(() => shop.add('b', { ports: [{ port: 1, nodePort: 30080 }], type: 'NodePort' })),
    ).toContain('provided port is already allocated');
    expect(message(() => shop.add('b', { ports: [{ port: 1, nodePort: 80 }], type: 'NodePort' }))).toContain(
      'The range of valid ports is 30000-32767',
    );
  });

  test('what is refused or only tried leaves nothing behind', () => {
    const shop = new Shop({ clusterIPRanges: ['10.96.0.0/30'] });
    const first = service({ ports }, 'dry').object;
    const release = shop.allocator.allocate(first, undefined);
    const second = service({ ports }, 'other').object;
    const releaseSecond = shop.allocator.allocate(second, undefined);
    // Both of the two addresses are reserved while their requests are under way.
    expect(message(() => shop.add('third', { ports }))).toContain('range is full');
    release();
    release();
    releaseSecond();
    shop.add('a', { ports });
    shop.add('b', { ports });
    expect(shop.stored.size).toBe(2);
  });

  test('a refused service holds nothing, not even what it could have had', () => {
    const shop = new Shop({ nodePorts: { first: 30000, last: 30000 } });
    expect(
      message(() =>
        shop.add('a', {
          ports: [
            { port: 1, name: 'a' },
            { port: 2, name: 'b' },
          ],
          type: 'NodePort',
        }),
      ),
    ).toContain('range is full');
    expect(shop.add('b', { ports, type: 'NodePort' }).ports[0]).toMatchObject({ nodePort: 30000 });
  });

  test('one number serves both protocols of a port', () => {
    const shop = new Shop();
    const spec = shop.add('dns', {
      type: 'NodePort',
      ports: [
        { port: 53, name: 'u', protocol: 'UDP' },
        { port: 53, name: 't', protocol: 'TCP' },
      ],
    });
    expect(spec.ports[0]?.['nodePort']).toBe(spec.ports[1]?.['nodePort']);
  });

  test('two families when asked for, IPv6 alone too', () => {
    const shop = new Shop();
    const dual = shop.add('dual', { ports, ipFamilyPolicy: 'PreferDualStack' });
    expect(dual['ipFamilies']).toEqual(['IPv4', 'IPv6']);
    expect(dual['clusterIPs']).toEqual([
      expect.stringMatching(/^10\./),
      expect.stringMatching(/^fd00:10:96::/),
    ]);
    const six = shop.add('six', { ports, ipFamilies: ['IPv6'] });
    expect(six).toMatchObject({
      ipFamilyPolicy: 'SingleStack',
      clusterIP: expect.stringMatching(/^fd00/) as string,
    });
    const four = new Shop({ clusterIPRanges: ['10.96.0.0/12'] });
    expect(message(() => four.add('six', { ports, ipFamilies: ['IPv6'] }))).toContain(
      'not configured on this cluster',
    );
    expect(four.add('one', { ports, ipFamilyPolicy: 'PreferDualStack' })['ipFamilies']).toEqual(['IPv4']);
  });

  test('headless services and external names have no address, local balancers a health check', () => {
    const shop = new Shop();
    expect(shop.add('h', { ports, clusterIP: 'None' })).toMatchObject({
      clusterIP: 'None',
      clusterIPs: ['None'],
    });
    expect(shop.add('e', { type: 'ExternalName', externalName: 'a.b' })).not.toHaveProperty('clusterIP');
    const local = shop.add('l', { ports, type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    expect(local['healthCheckNodePort']).toBeGreaterThanOrEqual(30000);
    const without = shop.add('w', { ports, type: 'LoadBalancer', allocateLoadBalancerNodePorts: false });
    expect(without.ports[0]).not.toHaveProperty('nodePort');
  });
});

test('address ranges know their members in either family', () => {
  const range = new AddressRange('fd00:10:96::/108');
  expect(range.first()).toBe('fd00:10:96::1');
  expect(range.contains('fd00:10:96::ffff')).toBe(true);
  expect(range.contains('fd00:10:97::1')).toBe(false);
  expect(range.contains('10.96.0.1')).toBe(false);
  expect(canonicalAddress('FD00:0010:0096:0:0:0:0:1')).toBe('fd00:10:96::1');
  expect(
    new AddressRange('192.0.2.0/24').pick(
      () => 253,
      () => true,
    ),
  ).toBe('192.0.2.254');
});
