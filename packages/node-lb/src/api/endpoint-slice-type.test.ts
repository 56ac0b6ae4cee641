import { hasCode, KubeClient, type EndpointSlice } from '@armillary/kube';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { asSliceV1, endpointSliceType } from './endpoint-slice-type.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A client of a server that serves EndpointSlices in these versions. */
async function clientOf(versions: string[]): Promise<KubeClient> {
  const server = createServer((request, response) => {
    const version = request.url?.split('/').at(-1) ?? '';
    const served = versions.includes(version);
    const resources = [{ name: 'endpointslices', kind: 'EndpointSlice', namespaced: true }];
    response.writeHead(served ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(served ? { resources } : { kind: 'Status', code: 404, reason: 'NotFound' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const client = new KubeClient({ server: `http://127.0.0.1:${port}`, namespace: 'default' });
  ends.push(() => client.close());
  return client;
}

test('the version v1 is taken where it is served, v1beta1 on older servers', async () => {
  expect((await endpointSliceType(await clientOf(['v1', 'v1beta1']))).version).toBe('v1');
  expect((await endpointSliceType(await clientOf(['v1beta1']))).version).toBe('v1beta1');
});

test('a server without EndpointSlices is said to have none', async () => {
  const asked = endpointSliceType(await clientOf([]));
  await expect(asked).rejects.toSatisfy((error) => hasCode(error, 'UnknownKind'));
});

test('an old slice tells the node of an endpoint by its topology', () => {
  const old = {
    apiVersion: 'discovery.k8s.io/v1beta1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1' },
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.0.0.1'], topology: { 'kubernetes.io/hostname': 'worker-1' } },
      { addresses: ['10.0.0.2'], nodeName: 'worker-2', topology: { 'kubernetes.io/hostname': 'other' } },
      { addresses: ['10.0.0.3'] },
    ],
  } as EndpointSlice;
  expect(asSliceV1(old)).toMatchObject({
    apiVersion: 'discovery.k8s.io/v1',
    endpoints: [
      { addresses: ['10.0.0.1'], nodeName: 'worker-1' },
      { addresses: ['10.0.0.2'], nodeName: 'worker-2' },
      { addresses: ['10.0.0.3'] },
    ],
  });
  expect(asSliceV1(old).endpoints[2]).not.toHaveProperty('nodeName');
});

test('a slice without endpoints is no error: old servers write null for an empty list', () => {
  const empty = { apiVersion: 'discovery.k8s.io/v1beta1', kind: 'EndpointSlice', endpoints: null };
  expect(asSliceV1(empty as unknown as EndpointSlice).endpoints).toEqual([]);
});
