import type { Service } from '@armillary/kube';
import { canonicalAddress, familyOf } from '../address/address.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import { NODE_PREFIX } from '../kinds/network-group.ts';
import type { ExposureRequest, RequestedPort } from '../request/exposure-request.ts';
import { isServed, isUnreachable, progressOf } from './claim-progress.ts';

/** One entry of `status.loadBalancer.ingress`. */
export type IngressEntry = NonNullable<
  NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress']
>[number];

/** A node that has claims of a Service. */
export interface Exposure {
  readonly node: string;
  /** Those that are not being withdrawn. */
  readonly claims: readonly PortClaim[];
  /** The addresses to tell when the Service shall be there; undefined when it leaves as soon as others answer. */
  readonly placed: readonly string[] | undefined;
  /** The node is not expected to answer. */
  readonly lost: boolean;
}

/** What the status tells the world. */
export interface Publication {
  /** In a fixed order. */
  readonly entries: readonly IngressEntry[];
  /** The nodes that answer there; none when the entries are those of earlier, kept because nothing is better. */
  readonly nodes: readonly string[];
}

/** What is published, and how. */
export interface PublicationInput {
  readonly request: ExposureRequest;
  readonly exposures: readonly Exposure[];
  /** Our entries in the status now. */
  readonly present: readonly IngressEntry[];
  /** Whether the server knows `ipMode` (Kubernetes 1.30 and later). */
  readonly ipMode: boolean;
  /** Whether another Service has this port at this address now. */
  readonly isTaken: (address: string, port: RequestedPort) => boolean;
}

/**
 * The entries of a Service: the nodes that answer for all it asks. A node comes in when its agent has done what its
 * claims say, and stays while a change of them is under way. Nodes that are being left stay in while their successors
 * are not ready. When no node answers, the last addresses stay, unless another Service has them by now: an empty status
 * would take records out of DNS that a moment later are right again.
 */
export function publicationOf(input: PublicationInput): Publication {
  const { request, exposures, present } = input;
  const told = new Set(present.flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []));
  const answering = exposures.flatMap((exposure) => {
    const addresses = answeringAddresses(exposure, told);
    return addresses.length > 0 ? [{ ...exposure, addresses }] : [];
  });
  const wanted = exposures.filter(({ placed }) => placed).length;
  const arrived = answering.filter(({ placed, lost }) => placed && !lost).length;
  const staying = answering.filter(
    ({ placed, lost }) => !lost && (placed || arrived < wanted || arrived === 0),
  );
  const reachable = staying.filter(({ claims }) => !claims.some(isUnreachable));
  const chosen = reachable.length > 0 ? reachable : staying;
  if (chosen.length === 0) return { entries: keptEntries(input), nodes: [] };
  const entries = chosen.flatMap(({ claims, addresses }) =>
    addresses.map((ip) => entryOf(input, ip, (port) => claims.some((claim) => isFor(claim, port)))),
  );
  return { entries: sorted(entries, request), nodes: chosen.map(({ node }) => node) };
}

/** The addresses to tell at which all claims of a node answer; told ones also while the claims are being changed. */
function answeringAddresses({ claims, placed }: Exposure, told: ReadonlySet<string>): string[] {
  const [first, ...others] = claims.map((claim) => {
    const { progress } = progressOf(claim);
    const served = addressesServed(claim);
    return claim.spec.addresses
      .flatMap((text) => canonicalAddress(text) ?? [])
      .filter((address) => (placed ? placed.includes(address) : told.has(address)))
      .filter((address) => served.includes(address) && (progress === 'programmed' || told.has(address)));
  });
  return (first ?? []).filter((address) => others.every((list) => list.includes(address)));
}

/** What the node's agent says it answers at: of a claim's addresses, those of families that lead somewhere. */
function addressesServed(claim: PortClaim): readonly string[] {
  return isServed(claim) ? (claim.status?.addresses ?? []) : [];
}

function keptEntries(input: PublicationInput): IngressEntry[] {
  const { request, exposures, present, isTaken } = input;
  const claims = exposures.flatMap((exposure) => exposure.claims);
  const kept = present.flatMap(({ ip = '' }) => {
    const address = canonicalAddress(ip);
    if (address === undefined || request.ports.some((port) => isTaken(address, port))) return [];
    const served = (port: RequestedPort): boolean =>
      claims.some((claim) => isFor(claim, port) && addressesServed(claim).includes(address));
    return [entryOf(input, address, served)];
  });
  return sorted(kept, request);
}

/** Kubernetes wants either all ports of the Service in an entry or none; an error is named as a label is. */
function entryOf(
  { request, ipMode }: PublicationInput,
  ip: string,
  served: (port: RequestedPort) => boolean,
): IngressEntry {
  return {
    ip,
    ...(ipMode ? { ipMode: 'Proxy' as const } : {}),
    ports: request.ports.map((requested) => ({
      port: requested.port,
      protocol: requested.protocol,
      ...(served(requested) ? {} : { error: `${NODE_PREFIX}NotExposed` }),
    })),
  };
}

function isFor({ spec }: PortClaim, { protocol, port }: RequestedPort): boolean {
  return spec.protocol === protocol && spec.port === port;
}

/** The preferred family first, as clients take the first entry; then by text, so that equal states are equal. */
function sorted(entries: readonly IngressEntry[], { families }: ExposureRequest): IngressEntry[] {
  const rank = ({ ip = '' }: IngressEntry): number => families.indexOf(familyOf(ip));
  const unique = new Map(entries.map((entry) => [entry.ip ?? '', entry]));
  return [...unique.values()].sort((a, b) => rank(a) - rank(b) || ((a.ip ?? '') < (b.ip ?? '') ? -1 : 1));
}
