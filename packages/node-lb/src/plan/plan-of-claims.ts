import type { EndpointSlice } from '@armillary/kube';
import { canonicalAddress, familyOf } from '../address/address.ts';
import { canonicalNetworks, networksPerFamily } from '../address/network.ts';
import { isPort, isProtocol } from '../address/port-range.ts';
import type { Family, PerFamily } from '../address/protocol.ts';
import { compareText } from '../address/text-order.ts';
import { NodeLbError } from '../errors.ts';
import { claimName } from '../kinds/claim-name.ts';
import type { PortClaim, PortClaimSpec } from '../kinds/port-claim.ts';
import { SlicesByService, localEndpoints } from './local-endpoints.ts';
import type { ExposedPort, NodePlan } from './node-plan.ts';

/** What a plan depends on beside claims and endpoints. */
export interface PlanOptions {
  readonly nodeName: string;
  /** What the node's interfaces have, in canonical text. */
  readonly addressesOnNode: Iterable<string>;
}

/**
 * What the node shall answer for. Claims of other nodes count for nothing, nor does one whose name is not that of its
 * port: such a name locks nothing. A claim none of whose addresses is on the node is left out. What cannot be read in a
 * claim closes, never opens.
 */
export function planOf(
  claims: readonly PortClaim[],
  slices: readonly EndpointSlice[],
  { nodeName, addressesOnNode }: PlanOptions,
): NodePlan {
  const onNode = new Set(addressesOnNode);
  const byService = new SlicesByService(slices);
  const ports = claims
    .filter(({ metadata, spec }) => spec.nodeName === nodeName && metadata.name === claimName(nodeName, spec))
    // Whatever else a server lets through would become words of the rules.
    .filter(({ spec }) => isPort(spec.port) && isProtocol(spec.protocol))
    .map((claim) => exposedPort(claim, byService, onNode))
    .filter(({ addresses }) => addresses.IPv4.length + addresses.IPv6.length > 0)
    .sort((one, other) => compareText(one.protocol, other.protocol) || one.port - other.port);
  return { ports };
}

function exposedPort(
  { metadata, spec }: PortClaim,
  slices: SlicesByService,
  onNode: ReadonlySet<string>,
): ExposedPort {
  const addresses = byFamily(spec.addresses);
  const here = (family: Family): string[] => addresses[family].filter((address) => onNode.has(address));
  return {
    protocol: spec.protocol,
    port: spec.port,
    claim: metadata.name!,
    service: `${spec.service.namespace}/${spec.service.name}`,
    addresses: { IPv4: here('IPv4'), IPv6: here('IPv6') },
    sourceRanges: sourceRanges(spec.sourceRanges),
    target: target(spec, slices),
  };
}

function target(spec: PortClaimSpec, slices: SlicesByService): ExposedPort['target'] {
  if (spec.externalTrafficPolicy === 'Local') {
    return { kind: 'local', endpoints: localEndpoints(spec, slices) };
  }
  const { IPv4, IPv6 } = byFamily(spec.clusterIPs);
  return { kind: 'cluster', clusterIPs: { IPv4: IPv4[0], IPv6: IPv6[0] } };
}

/** In canonical text and sorted, each once; what is no address is left out. */
function byFamily(texts: readonly string[]): PerFamily<string[]> {
  const sets = { IPv4: new Set<string>(), IPv6: new Set<string>() };
  for (const text of texts) {
    const canonical = canonicalAddress(text);
    if (canonical !== undefined) sets[familyOf(canonical)].add(canonical);
  }
  return { IPv4: [...sets.IPv4].sort(), IPv6: [...sets.IPv6].sort() };
}

function sourceRanges(texts: readonly string[] | undefined): ExposedPort['sourceRanges'] {
  try {
    return networksPerFamily(texts && canonicalNetworks(texts));
  } catch (error) {
    if (!(error instanceof NodeLbError)) throw error;
    return { IPv4: [], IPv6: [] };
  }
}
