import type { EndpointSlice, Service } from '@armillary/kube';
import { familyOf } from '../address/address.ts';
import type { Family } from '../address/protocol.ts';
import { compareText } from '../address/text-order.ts';

/** A port of a Service in one family, as a kube-proxy sees it. */
export interface ServedPort {
  /** `namespace/name:port`, by which kube-proxy names its chains. */
  readonly name: string;
  /** In lower case, as the rules have it. */
  readonly protocol: string;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort: number | undefined;
  /** Published addresses that a kube-proxy answers for itself: those without `ipMode: Proxy`. */
  readonly loadBalancerIPs: readonly string[];
  /** Whether the policy for outside traffic is Local. */
  readonly local: boolean;
  readonly endpoints: readonly ServedEndpoint[];
}

/** A ready pod behind it. */
export interface ServedEndpoint {
  readonly address: string;
  readonly port: number;
  /** Whether it is on the node in question. */
  readonly here: boolean;
}

/** The ports that a kube-proxy on `nodeName` serves in one family, sorted by name and protocol. */
export function servedPorts(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  family: Family,
  nodeName: string,
): ServedPort[] {
  return services
    .flatMap((service) => {
      const { spec, metadata, status } = service;
      const clusterIP = (spec?.clusterIPs ?? [spec?.clusterIP ?? 'None']).find(
        (ip) => ip !== 'None' && ip !== '' && familyOf(ip) === family,
      );
      if (clusterIP === undefined) return [];
      const own = slices.filter(
        (slice) =>
          slice.addressType === family &&
          slice.metadata.namespace === metadata.namespace &&
          slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
      );
      return (spec?.ports ?? []).map((port): ServedPort => {
        const portName = port.name ?? '';
        return {
          name: `${metadata.namespace}/${metadata.name}${portName === '' ? '' : `:${portName}`}`,
          protocol: (port.protocol ?? 'TCP').toLowerCase(),
          clusterIP,
          port: port.port,
          nodePort: port.nodePort,
          loadBalancerIPs: (status?.loadBalancer?.ingress ?? [])
            .filter(({ ipMode }) => ipMode !== 'Proxy')
            .map(({ ip }) => ip ?? '')
            .filter((ip) => ip !== '' && familyOf(ip) === family),
          local: spec?.externalTrafficPolicy === 'Local',
          endpoints: own.flatMap((slice) => endpointsOf(slice, portName, nodeName)),
        };
      });
    })
    .toSorted((a, b) => compareText(a.name, b.name) || compareText(a.protocol, b.protocol));
}

/** Only ready ones, as for a kube-proxy while there are any. */
function endpointsOf(slice: EndpointSlice, portName: string, nodeName: string): ServedEndpoint[] {
  const target = slice.ports?.find((port) => (port.name ?? '') === portName)?.port;
  if (target === undefined) return [];
  return slice.endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .map((endpoint) => ({
      address: endpoint.addresses[0] ?? '',
      port: target,
      here: endpoint.nodeName === nodeName,
    }))
    .toSorted((a, b) => compareText(a.address, b.address));
}
