import type { EndpointSlice } from '@armillary/kube';
import { asSliceV1 } from '../api/endpoint-slice-type.ts';
import { isSliceOf, SERVICE_NAME_LABEL, usableEndpoints } from '../plan/local-endpoints.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';

/** Under which value of an index the slices of a Service are found; undefined for a slice of none. */
export function serviceOfSlice({ metadata }: EndpointSlice): { namespace: string; name: string } | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined || name === '' ? undefined : { namespace: metadata.namespace ?? '', name };
}

/**
 * The nodes that can answer for a Service under the policy Local: of each port they have an endpoint that may serve it,
 * over the Service's first family. They are judged as their agents do it, so that none is chosen that would refuse.
 */
export function nodesWithEndpoint(
  slices: readonly EndpointSlice[],
  { service, families, ports }: Pick<ExposureRequest, 'service' | 'families' | 'ports'>,
): Set<string> {
  const own = slices.filter((slice) => isSliceOf(slice, service.uid)).map(asSliceV1);
  const [family] = families;
  if (family === undefined) return new Set();
  return ports
    .map(({ protocol, name }) => {
      const nodes = new Set<string>();
      for (const { nodeName } of usableEndpoints(own, family, protocol, name)) {
        if (nodeName) nodes.add(nodeName);
      }
      return nodes;
    })
    .reduce((some, others) => new Set([...some].filter((node) => others.has(node))));
}
