import type { EndpointSlice } from '@armillary/kube';
import { canonicalAddress, familyOf } from '../address/address.ts';
import { canonicalNetworks, networksPerFamily } from '../address/network.ts';
import { isPort, isProtocol } from '../address/port-range.ts';
import type { Family, PerFamily } from '../address/protocol.ts';
import { compareText } from '../address/text-order.ts';
import { NodeLbError } from '../errors.ts';
import { claimName } from '../kinds/claim-name.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
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
    .filter((claim) => claim.spec.nodeName === nodeName && readClaim(claim).isNamedByPort)
    // Whatever else a server lets through would become words of the rules.
    .filter(({ spec }) => isPort(spec.port) && isProtocol(spec.protocol))
    .map((claim) => exposedPort(claim, byService, onNode))
    .filter(({ addresses }) => addresses.IPv4.length + addresses.IPv6.length > 0)
    .sort((one, other) => compareText(one.protocol, other.protocol) || one.port - other.port);
  return { ports };
}

/** What a claim says, whatever the node is like. */
interface ReadClaim {
  readonly isNamedByPort: boolean;
  readonly addresses: PerFamily<string[]>;
  readonly sourceRanges: ExposedPort['sourceRanges'];
  /** Undefined under the policy Local. */
  readonly cluster: ExposedPort['target'] | undefined;
  /** What was made of it for the last plan. */
  last?: ExposedPort;
}

/** Claims do not change but are replaced, and most are the same from one plan to the next. */
const readClaims = new WeakMap<PortClaim, ReadClaim>();

function readClaim(claim: PortClaim): ReadClaim {
  const known = readClaims.get(claim);
  if (known) return known;
  const { metadata, spec } = claim;
  const { IPv4, IPv6 } = byFamily(spec.clusterIPs);
  const isLocal = spec.externalTrafficPolicy === 'Local';
  const read: ReadClaim = {
    isNamedByPort: metadata.name === claimName(spec.nodeName, spec),
    addresses: byFamily(spec.addresses),
    sourceRanges: sourceRanges(spec.sourceRanges),
    cluster: isLocal ? undefined : { kind: 'cluster', clusterIPs: { IPv4: IPv4[0], IPv6: IPv6[0] } },
  };
  readClaims.set(claim, read);
  return read;
}

/** The same object as for the last plan when it is equal, so that plans are compared fast. */
function exposedPort(claim: PortClaim, slices: SlicesByService, onNode: ReadonlySet<string>): ExposedPort {
  const { metadata, spec } = claim;
  const read = readClaim(claim);
  const here = (family: Family): string[] => read.addresses[family].filter((address) => onNode.has(address));
  const addresses = { IPv4: here('IPv4'), IPv6: here('IPv6') };
  const target = read.cluster ?? { kind: 'local', endpoints: localEndpoints(spec, slices) };
  if (read.last && isSame(read.last, { addresses, target })) return read.last;
  read.last = {
    protocol: spec.protocol,
    port: spec.port,
    claim: metadata.name!,
    service: `${spec.service.namespace}/${spec.service.name}`,
    addresses,
    sourceRanges: read.sourceRanges,
    target,
  };
  return read.last;
}

function isSame(one: ExposedPort, other: Pick<ExposedPort, 'addresses' | 'target'>): boolean {
  return (
    one.addresses.IPv4.join() === other.addresses.IPv4.join() &&
    one.addresses.IPv6.join() === other.addresses.IPv6.join() &&
    (one.target === other.target || JSON.stringify(one.target) === JSON.stringify(other.target))
  );
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
