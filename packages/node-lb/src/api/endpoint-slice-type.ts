import {
  discoveryV1,
  hasCode,
  type EndpointSlice,
  type KubeClient,
  type ResourceType,
} from '@armillary/kube';

/** Label of a node that EndpointSlices before v1 use where later ones say `nodeName`. */
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/**
 * The EndpointSlices that the server serves: `discovery.k8s.io/v1`, or v1beta1 where that is not served yet (before
 * Kubernetes 1.21). Read each slice through {@link asSliceV1}. Rejects with a `KubeError`, among others `UnknownKind` when
 * the server serves neither.
 */
export async function endpointSliceType(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<ResourceType<EndpointSlice>> {
  const v1 = discoveryV1.endpointSlices;
  try {
    await client.discover('discovery.k8s.io/v1', v1.kind, signal);
    return v1;
  } catch (error) {
    if (!hasCode(error, 'UnknownKind')) throw error;
  }
  await client.discover('discovery.k8s.io/v1beta1', v1.kind, signal);
  return { ...v1, version: 'v1beta1' };
}

/** A slice in the shape of v1, in which an endpoint's node is its `nodeName`. */
export function asSliceV1(slice: EndpointSlice): EndpointSlice {
  if (slice.apiVersion !== 'discovery.k8s.io/v1beta1') return slice;
  const endpoints = (slice.endpoints ?? []).map((endpoint) => {
    const { topology, ...rest }: typeof endpoint & { topology?: Record<string, string> } = endpoint;
    const nodeName = endpoint.nodeName ?? topology?.[HOSTNAME_LABEL];
    return nodeName === undefined ? rest : { ...rest, nodeName };
  });
  return { ...slice, apiVersion: 'discovery.k8s.io/v1', endpoints };
}
