import type { EndpointSlice, KubeClient, KubeObject } from '@armillary/kube';
import { NODE_LABEL, nodeLabelValue } from '../kinds/claim-name.ts';
import { endpointSliceType } from '../api/endpoint-slice-type.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { NodeClaims, type ObjectStore } from './node-claims.ts';

/** The selector of a node's claims. */
export function claimSelectorOf(nodeName: string): string {
  return `${NODE_LABEL}=${nodeLabelValue(nodeName)}`;
}

/** The claims of a node and the endpoints, as the API server has them now. Rejects with a `KubeError`. */
export async function listClaims(
  client: KubeClient,
  nodeName: string,
  signal: AbortSignal,
): Promise<NodeClaims> {
  const claims: PortClaim[] = [];
  const select = { labelSelector: claimSelectorOf(nodeName), signal };
  for await (const claim of client.resource<PortClaim>(portClaimKind).listAll(select)) claims.push(claim);
  const slices: EndpointSlice[] = [];
  // Only the policy Local looks at endpoints, and a cluster may have many.
  if (claims.some(({ spec }) => spec.externalTrafficPolicy === 'Local')) {
    const type = await endpointSliceType(client, signal);
    for await (const slice of client.resource(type).listAll({ signal })) slices.push(slice);
  }
  return new NodeClaims(nodeName, storeOf(claims), storeOf(slices));
}

/** Objects that do not change any more, with the indexes of an informer. */
function storeOf<T extends KubeObject>(objects: readonly T[]): ObjectStore<T> {
  const indexes = new Map<string, Map<string, T[]>>();
  return {
    list: () => [...objects],
    addIndex(name, values) {
      const index = new Map<string, T[]>();
      for (const object of objects) {
        for (const value of values(object)) index.set(value, [...(index.get(value) ?? []), object]);
      }
      indexes.set(name, index);
    },
    byIndex: (name, value) => indexes.get(name)?.get(value) ?? [],
  };
}
