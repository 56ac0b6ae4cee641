import type { EndpointSlice } from '@armillary/kube';
import { expect, test } from 'vitest';
import { request } from './testing/claims.ts';
import { nodesWithEndpoint, serviceOfSlice } from './local-nodes.ts';

const service = request();

function slice(
  endpoints: EndpointSlice['endpoints'],
  metadata: EndpointSlice['metadata'] = {},
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' }, ...metadata },
    addressType: 'IPv4',
    ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    endpoints,
  };
}

const at = (nodeName: string, conditions?: EndpointSlice['endpoints'][number]['conditions']) => ({
  addresses: ['10.1.0.1'],
  nodeName,
  ...(conditions ? { conditions } : {}),
});

test('a node counts with an endpoint that is ready, says nothing, or still serves while it ends', () => {
  const slices = [
    slice([at('n1', { ready: true }), at('n2'), at('n3', { ready: false })]),
    slice([
      at('n4', { ready: false, serving: true, terminating: true }),
      at('n5', { ready: false, serving: false, terminating: true }),
    ]),
  ];
  expect([...nodesWithEndpoint(slices, service)]).toEqual(['n1', 'n2', 'n4']);
});

test('a node whose endpoints are of the second family only does not count, whatever is ready there', () => {
  const second: EndpointSlice = {
    ...slice([{ addresses: ['fd00:1::1'], nodeName: 'n1' }]),
    addressType: 'IPv6',
  };
  const slices = [second, slice([at('n2'), at('n1', { ready: false })])];
  expect([...nodesWithEndpoint(slices, request({ families: ['IPv4', 'IPv6'] }))]).toEqual(['n2']);
  expect([...nodesWithEndpoint(slices, request({ families: ['IPv6', 'IPv4'] }))]).toEqual(['n1']);
});

test('a node counts when it has an endpoint for every port, by its name and protocol', () => {
  const named = (name: string, protocol: 'TCP' | 'UDP', ...nodes: string[]): EndpointSlice => ({
    ...slice(nodes.map((node) => at(node))),
    ports: [{ name, protocol, port: 8080 }],
  });
  const ports = [
    { protocol: 'TCP', port: 80, name: 'http' },
    { protocol: 'UDP', port: 443, name: 'quic' },
  ] as const;
  const slices = [
    named('http', 'TCP', 'n1', 'n2', 'n3'),
    named('quic', 'UDP', 'n2'),
    named('quic', 'TCP', 'n3'),
  ];
  expect([...nodesWithEndpoint(slices, request({ ports }))]).toEqual(['n2']);
});

test('an endpoint at an address that no pod has does not count, as its agent would not use it', () => {
  const endpoint = { addresses: ['127.0.0.1'], nodeName: 'n1' };
  expect(nodesWithEndpoint([slice([endpoint])], service).size).toBe(0);
});

test('slices of an earlier Service of the same name do not count', () => {
  const owner = { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'an-earlier-uid' };
  expect(nodesWithEndpoint([slice([at('n1')], { ownerReferences: [owner] })], service).size).toBe(0);
});

test('a slice without the label is nobody’s', () => {
  expect(serviceOfSlice(slice([]))).toEqual({ namespace: 'default', name: 'web' });
  expect(serviceOfSlice(slice([], { labels: {} }))).toBeUndefined();
});
