import type { EndpointSlice } from '@armillary/kube';
import { expect, test } from 'vitest';
import { nodesWithEndpoint, serviceOfSlice } from './local-nodes.ts';

const service = { namespace: 'default', name: 'web', uid: 'web-uid' };

function slice(
  endpoints: EndpointSlice['endpoints'],
  metadata: EndpointSlice['metadata'] = {},
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' }, ...metadata },
    addressType: 'IPv4',
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

test('slices of an earlier Service of the same name do not count', () => {
  const owner = { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'an-earlier-uid' };
  expect(nodesWithEndpoint([slice([at('n1')], { ownerReferences: [owner] })], service).size).toBe(0);
});

test('a slice without the label is nobody’s', () => {
  expect(serviceOfSlice(slice([]))).toEqual({ namespace: 'default', name: 'web' });
  expect(serviceOfSlice(slice([], { labels: {} }))).toBeUndefined();
});
