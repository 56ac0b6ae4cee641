import type { ServicePort } from '@armillary/kube';
import { expect, test } from 'vitest';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import { loadBalancerService, type ServiceParts } from '../request/testing/service.ts';
import { portUsesOfService } from './service-port-uses.ts';

/** What a Service uses, in short: `NodePort TCP/30080`, `ExternalIP TCP/80 at 192.0.2.1`. */
function uses(parts: ServiceParts): string[] {
  return portUsesOfService(loadBalancerService(parts)).map(
    ({ kind, protocol, port, address }) => `${kind} ${protocol}/${port}${address ? ` at ${address}` : ''}`,
  );
}

const ports: ServicePort[] = [
  { name: 'http', port: 80, nodePort: 30_080 },
  { name: 'dns', protocol: 'UDP', port: 53, nodePort: 30_053 },
];

test('NodePorts are taken on all nodes, whatever the type says', () => {
  const wanted = ['NodePort TCP/30080', 'NodePort UDP/30053'];
  expect(uses({ spec: { type: 'NodePort', ports } })).toEqual(wanted);
  expect(uses({ spec: { type: 'LoadBalancer', ports } })).toEqual(wanted);
});

test('owner and uid are said', () => {
  const [use] = portUsesOfService(loadBalancerService({ spec: { ports } }));
  expect(use).toEqual({
    kind: 'NodePort',
    protocol: 'TCP',
    port: 30_080,
    owner: 'service shop/front (NodePort)',
    serviceUid: 'uid-1',
  });
});

test('a Service inside the cluster uses nothing of a node', () => {
  expect(uses({ spec: { type: 'ClusterIP' } })).toEqual([]);
  expect(uses({ spec: { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] } })).toEqual([]);
  expect(uses({ spec: { type: 'ExternalName', externalIPs: ['192.0.2.1'] } })).toEqual([]);
  const { spec: _spec, ...bare } = loadBalancerService();
  expect(portUsesOfService(bare)).toEqual([]);
});

test('the port for health checks of the policy Local is taken on all nodes', () => {
  expect(uses({ spec: { externalTrafficPolicy: 'Local', healthCheckNodePort: 31_000 } })).toEqual([
    'HealthCheckNodePort TCP/31000',
  ]);
});

test('externalIPs take every port of the Service at that address, of any type', () => {
  const externalIPs = ['192.0.2.1', '2001:DB8::1', 'nonsense'];
  expect(
    uses({ spec: { type: 'ClusterIP', externalIPs, ports: [{ port: 80 }, { protocol: 'UDP', port: 53 }] } }),
  ).toEqual([
    'ExternalIP TCP/80 at 192.0.2.1',
    'ExternalIP UDP/53 at 192.0.2.1',
    'ExternalIP TCP/80 at 2001:db8::1',
    'ExternalIP UDP/53 at 2001:db8::1',
  ]);
});

test('addresses of other load balancers take every port there', () => {
  const ingress = [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }];
  expect(uses({ ingress })).toEqual(['LoadBalancerIP TCP/80 at 192.0.2.1']);
  expect(uses({ ingress, spec: { loadBalancerClass: 'io.cilium/node' } })).toEqual([
    'LoadBalancerIP TCP/80 at 192.0.2.1',
  ]);
});

test('addresses that this load balancer gave are in the claims', () => {
  const ingress = [{ ip: '192.0.2.1' }];
  expect(uses({ ingress, metadata: { finalizers: [RELEASE_FINALIZER] } })).toEqual([]);
  expect(uses({ ingress, spec: { loadBalancerClass: 'armillary.dev/node' } })).toEqual([]);
});

test('what cannot be a port is passed over', () => {
  const odd = [
    { port: 80, nodePort: 0 },
    { port: 81, nodePort: 70_000 },
    { port: 82, protocol: 'ICMP' as 'TCP', nodePort: 30_082 },
  ];
  expect(uses({ spec: { ports: odd } })).toEqual([]);
  expect(uses({ spec: { healthCheckNodePort: 0 } })).toEqual([]);
});
