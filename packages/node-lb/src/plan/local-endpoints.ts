import type { EndpointSlice } from '@armillary/kube';
import ipaddr from 'ipaddr.js';
import { canonicalAddress, familyOf } from '../address/address.ts';
import { isPort } from '../address/port-range.ts';
import type { Family, PerFamily, Protocol } from '../address/protocol.ts';
import type { PortClaimSpec } from '../kinds/port-claim.ts';
import type { LocalEndpoint } from './node-plan.ts';

/** The label of a slice that names its Service (discovery.k8s.io/v1). */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

type Endpoint = EndpointSlice['endpoints'][number];

/** A node has fewer pods. Whoever may write slices must not fill the node's rules with what he makes up. */
const mostEndpoints = 500;

/** Kinds of addresses, as ipaddr.js calls them, that no pod has. */
const notPods: readonly string[] = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'];

/** Slices by the Service they belong to. */
export class SlicesByService {
  readonly #slices: ReadonlyMap<string, readonly EndpointSlice[]>;

  constructor(slices: readonly EndpointSlice[]) {
    this.#slices = Map.groupBy(
      slices,
      ({ metadata }) => `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME_LABEL]}`,
    );
  }

  /** Those of a Service. */
  of({ namespace, name, uid }: PortClaimSpec['service']): EndpointSlice[] {
    const named = this.#slices.get(`${namespace}/${name}`) ?? [];
    return named.filter((slice) => isSliceOf(slice, uid));
  }
}

/** Whether a slice that names a Service is that of the one with this uid, and not of an earlier one of its name. */
export function isSliceOf({ metadata }: EndpointSlice, serviceUid: string): boolean {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Service');
  return owner === undefined || owner.uid === serviceUid;
}

/** An endpoint that may serve, and the node it is on. */
interface UsableEndpoint extends LocalEndpoint {
  readonly nodeName: string | undefined;
  /** One that only serves any more, while it terminates, does where there is none that is ready. */
  readonly use: 'ready' | 'serving';
}

/**
 * The endpoints on the claim's node, of all the Service's slices: those that are ready; where a family has none, those
 * that still serve while they terminate, as kube-proxy does it (KEP-1669). Sorted as texts, each once, 500 at most.
 */
export function localEndpoints(
  { service, nodeName, protocol }: PortClaimSpec,
  slices: SlicesByService,
): PerFamily<LocalEndpoint[]> {
  const own = slices.of(service);
  const inFamily = (family: Family): LocalEndpoint[] => {
    const sets = { ready: new Map<string, LocalEndpoint>(), serving: new Map<string, LocalEndpoint>() };
    for (const { use, address, port, ...endpoint } of usableEndpoints(
      own,
      family,
      protocol,
      service.portName,
    )) {
      if (endpoint.nodeName === nodeName) sets[use].set(`${address} ${port}`, { address, port });
    }
    const { ready, serving } = sets;
    const used = ready.size > 0 ? ready : serving;
    return [...used.keys()]
      .sort()
      .slice(0, mostEndpoints)
      .map((key) => used.get(key)!);
  };
  return { IPv4: inFamily('IPv4'), IPv6: inFamily('IPv6') };
}

/**
 * The endpoints of these slices that may serve a port of the Service, by its name, over a family, whatever node they are
 * on.
 *
 * Tenants may write slices, and older servers take any address in one (CVE-2021-25737). What would lead to the node's
 * loopback, to which kube-proxy's `route_localnet` opens the way, or to a cloud's metadata service is left out.
 */
export function* usableEndpoints(
  slices: readonly EndpointSlice[],
  family: Family,
  protocol: Protocol,
  portName: string | undefined,
): Iterable<UsableEndpoint> {
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    const ports = portsOf(slice, protocol, portName);
    for (const endpoint of slice.endpoints ?? []) {
      const use = useOf(endpoint);
      // All addresses of one endpoint are the same place, and consumers take the first.
      const address = canonicalAddress(endpoint.addresses?.[0] ?? '');
      if (!use || !address || familyOf(address) !== family) continue;
      if (notPods.includes(ipaddr.parse(address).range())) continue;
      for (const port of ports) yield { nodeName: endpoint.nodeName, use, address, port };
    }
  }
}

/** The numbers of the Service's port in a slice: where the target is a name, pods may differ. */
function portsOf({ ports }: EndpointSlice, protocol: string, name: string | undefined): number[] {
  return (ports ?? [])
    .filter((port) => (port.protocol ?? 'TCP') === protocol && (port.name ?? '') === (name ?? ''))
    .map(({ port }) => port)
    .filter(isPort);
}

/** What an endpoint is good for. Conditions that are absent mean what discovery.k8s.io/v1 says. */
function useOf({ conditions }: Endpoint): 'ready' | 'serving' | undefined {
  const ready = conditions?.ready ?? true;
  if (ready) return 'ready';
  return (conditions?.serving ?? ready) && (conditions?.terminating ?? false) ? 'serving' : undefined;
}
