import type { PlacedNode } from '../allocation/placement.ts';
import { claimName, NODE_LABEL, nodeLabelValue } from '../kinds/claim-name.ts';
import { portClaimKind, type PortClaim, type PortClaimSpec } from '../kinds/port-claim.ts';
import type { ExposureRequest, RequestedPort } from '../request/exposure-request.ts';
import { apiVersionOf } from '@armillary/kube';

/** What a claim of a request says, at a node's addresses. */
export function claimSpec(
  request: ExposureRequest,
  nodeName: string,
  addresses: readonly string[],
  { protocol, port, name }: RequestedPort,
): PortClaimSpec {
  const { namespace, name: service, uid } = request.service;
  return {
    nodeName,
    protocol,
    port,
    service: { namespace, name: service, uid, ...(name === undefined ? {} : { portName: name }) },
    addresses: [...addresses],
    externalTrafficPolicy: request.trafficPolicy,
    clusterIPs: [...request.clusterIPs],
    ...(request.sourceRanges ? { sourceRanges: [...request.sourceRanges] } : {}),
  };
}

/** The claims of a request on a node, in the order in which every controller creates them. */
export function claimsFor(request: ExposureRequest, placed: PlacedNode): PortClaim[] {
  const addresses = placed.addresses.map(({ address }) => address);
  return placed.ports
    .map((port) => claimObject(claimSpec(request, placed.node, addresses, port)))
    .toSorted(byPort);
}

/** A claim as it is created. */
export function claimObject(spec: PortClaimSpec): PortClaim {
  return {
    apiVersion: apiVersionOf(portClaimKind),
    kind: portClaimKind.kind,
    metadata: {
      name: claimName(spec.nodeName, spec),
      labels: { [NODE_LABEL]: nodeLabelValue(spec.nodeName) },
    },
    spec,
  };
}

/** One order for all: two controllers that want the same ports then collide at the first, and never wait for each other. */
function byPort({ spec: a }: PortClaim, { spec: b }: PortClaim): number {
  return a.port - b.port || (a.protocol < b.protocol ? -1 : Number(a.protocol > b.protocol));
}
