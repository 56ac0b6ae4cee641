import { describe, expect, test } from 'vitest';
import { iptablesShape } from './iptables-shape.ts';
import { nftablesShape } from './nftables-shape.ts';
import { servedPorts } from './served-ports.ts';
import type { ServedPort } from './served-ports.ts';

const port: ServedPort = {
  name: 'shop/web:http',
  protocol: 'tcp',
  clusterIP: '10.96.0.10',
  port: 80,
  nodePort: 30080,
  loadBalancerIPs: ['198.18.0.11'],
  local: false,
  endpoints: [
    { address: '198.19.1.10', port: 8080, here: true },
    { address: '198.19.2.10', port: 8080, here: false },
  ],
};
const input = (ports: ServedPort[]) => ({ family: 'IPv4', clusterCidr: '198.19.0.0/16', ports }) as const;

describe('a kube-proxy in iptables mode, in shape', () => {
  test('masquerades what comes from outside of the cluster, and marks nothing else', () => {
    const rules = iptablesShape(input([port]), '');
    const [service] = /KUBE-SVC-\w+/.exec(rules) ?? [];
    expect(rules).toContain(
      `-A ${service} ! -s 198.19.0.0/16 -d 10.96.0.10 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    );
    expect(rules.match(/--to-destination \S+/g)).toEqual([
      '--to-destination 198.19.1.10:8080',
      '--to-destination 198.19.2.10:8080',
    ]);
  });

  test('adds only those jumps that are missing', () => {
    const first = iptablesShape(input([port]), '');
    expect(first).toContain('-I PREROUTING -j KUBE-SERVICES');
    const again = iptablesShape(
      input([port]),
      '*nat\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n*filter\nCOMMIT\n',
    );
    expect(again).not.toContain('-I PREROUTING');
    expect(again).toContain('-I OUTPUT -j KUBE-SERVICES');
  });

  test('deletes chains of Services that are gone in the same transaction, and no chains of others', () => {
    const installed = '*nat\n:KUBE-SVC-0123456789ABCDEF - [0:0]\n:ARMILLARY-DNAT - [0:0]\nCOMMIT\n';
    const rules = iptablesShape(input([]), installed);
    expect(rules).toContain('-X KUBE-SVC-0123456789ABCDEF');
    expect(rules).not.toContain('ARMILLARY');
  });

  test('sends traffic from outside to pods of its own node only, where the policy is Local', () => {
    const rules = iptablesShape(input([{ ...port, local: true }]), '');
    const [outside] = /KUBE-EXT-\w+/.exec(rules) ?? [];
    const jumps = Array.from(rules.matchAll(new RegExp(`^-A ${outside} (-j KUBE-SEP-\\w+)$`, 'gm')));
    expect(jumps).toHaveLength(1);
  });

  test('refuses Services without endpoints', () => {
    const rules = iptablesShape(input([{ ...port, endpoints: [] }]), '');
    expect(rules).toContain('-A KUBE-SERVICES -d 10.96.0.10 -p tcp -m tcp --dport 80 -j REJECT');
    expect(rules).not.toContain('KUBE-SVC-');
  });
});

describe('a kube-proxy in nftables mode, in shape', () => {
  test('replaces its table in one transaction and refuses what it does not know', () => {
    const rules = nftablesShape(input([port]), '10.96.0.0/12');
    expect(rules).toMatch(/^add table ip kube-proxy\ndelete table ip kube-proxy\ntable ip kube-proxy \{/);
    expect(rules).toContain('ip daddr 10.96.0.0/12 drop');
    expect(rules).toContain('10.96.0.10 . tcp . 80 : goto service-');
  });
});

describe('the ports that a kube-proxy serves', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { clusterIPs: ['10.96.0.10', 'fd00::10'], ports: [{ port: 80, name: 'http' }] },
    status: {
      loadBalancer: {
        ingress: [{ ip: '192.0.2.1', ipMode: 'Proxy' as const }, { ip: '192.0.2.2' }, { hostname: 'lb' }],
      },
    },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4' as const,
    endpoints: [
      { addresses: ['198.19.2.10'], nodeName: 'node-2' },
      { addresses: ['198.19.1.10'], nodeName: 'node-1', conditions: { ready: true } },
      { addresses: ['198.19.1.11'], nodeName: 'node-1', conditions: { ready: false } },
    ],
    ports: [{ name: 'http', port: 8080 }],
  };

  test('leave out addresses of ipMode Proxy: those are the load balancer’s own', () => {
    expect(servedPorts([service], [], 'IPv4', 'node-1')[0]?.loadBalancerIPs).toEqual(['192.0.2.2']);
  });

  test('have the ready endpoints of their family', () => {
    expect(servedPorts([service], [slice], 'IPv4', 'node-1')[0]?.endpoints).toEqual([
      { address: '198.19.1.10', port: 8080, here: true },
      { address: '198.19.2.10', port: 8080, here: false },
    ]);
    expect(servedPorts([service], [slice], 'IPv6', 'node-1')[0]?.endpoints).toEqual([]);
  });

  test('are none without a cluster IP', () => {
    const headless = { ...service, spec: { ...service.spec, clusterIPs: ['None'] } };
    expect(servedPorts([headless, { ...service, spec: {} }], [slice], 'IPv4', 'node-1')).toEqual([]);
  });
});
