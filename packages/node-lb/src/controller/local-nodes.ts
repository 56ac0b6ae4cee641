import type { EndpointSlice } from '@armillary/kube';
import { asSliceV1 } from '../api/endpoint-slice-type.ts';
import type { ServiceIdentity } from '../request/exposure-request.ts';

/** The label of a slice that names its Service (discovery.k8s.io/v1). */
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Under which value of an index the slices of a Service are found; undefined for a slice of none. */
export function serviceOfSlice({ metadata }: EndpointSlice): { namespace: string; name: string } | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined || name === '' ? undefined : { namespace: metadata.namespace ?? '', name };
}

/**
 * The nodes with an endpoint that may serve under the policy Local: one that is ready, or that still serves while it
 * terminates, of which a node falls back to those when it has no others (KEP-1669).
 */
export function nodesWithEndpoint(slices: readonly EndpointSlice[], { uid }: ServiceIdentity): Set<string> {
  const nodes = new Set<string>();
  for (const slice of slices) {
    // A Service that was made anew under its name has other slices; those of the earlier one may stay a moment.
    const owner = slice.metadata.ownerReferences?.find(({ kind }) => kind === 'Service');
    if (owner && owner.uid !== uid) continue;
    for (const { conditions, nodeName } of asSliceV1(slice).endpoints ?? []) {
      const ready = conditions?.ready ?? true;
      const stillServes = conditions?.serving === true && conditions.terminating === true;
      if (nodeName && (ready || stillServes)) nodes.add(nodeName);
    }
  }
  return nodes;
}
