import { isDeepStrictEqual } from 'node:util';
import type { Placement } from '../allocation/placement.ts';
import type { PortClaim, PortClaimSpec } from '../kinds/port-claim.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { claimsFor, claimSpec } from './claim-object.ts';
import { isServed, progressOf } from './claim-progress.ts';

/** What is to be done about the claims of a Service so that they become what its placement says. */
export interface ClaimSteps {
  /** By node, in order of preference. */
  readonly create: readonly PortClaim[];
  readonly update: readonly { readonly claim: PortClaim; readonly spec: PortClaimSpec }[];
}

/** What is to be done once the status tells nobody of the nodes that are left. */
export interface LeavingSteps {
  readonly update: readonly { readonly claim: PortClaim; readonly spec: PortClaimSpec }[];
  readonly remove: readonly PortClaim[];
  /** When the next claim is due to go, milliseconds. */
  readonly nextDue: number | undefined;
}

/** What claims are compared against. */
export interface StepInput {
  readonly request: ExposureRequest;
  readonly placement: Placement;
  /** All claims of the Service, of this uid. */
  readonly claims: readonly PortClaim[];
}

/** What else leaving depends on. Times in milliseconds. */
export interface LeavingInput extends StepInput {
  /** Nodes to leave at once, whoever comes in their place. */
  readonly forsaken: ReadonlySet<string>;
  readonly now: number;
  readonly drainMs: number;
}

/** What is created and changed before the status is written: nothing that takes a port away. */
export function arrivingSteps({ request, placement, claims }: StepInput): ClaimSteps {
  const present = byName(claims);
  const wanted = placement.nodes.flatMap((placed) => claimsFor(request, placed));
  const create = wanted.filter((claim) => !present.has(nameOf(claim)) && claim.spec.addresses.length > 0);
  const placed = new Set(placement.nodes.map(({ node }) => node));
  const stayed = wanted.flatMap((each) => {
    const claim = present.get(nameOf(each));
    if (!claim) return [];
    // A node that is gone, and stays for want of a better one, has no addresses: what it had is all there is.
    const addresses = each.spec.addresses.length > 0 ? each.spec.addresses : claim.spec.addresses;
    return [{ claim, spec: { ...each.spec, addresses } }];
  });
  const followed = claims
    .filter(({ spec }) => !placed.has(spec.nodeName) && portOf(request, spec) !== undefined)
    .map((claim) => ({ claim, spec: followingSpec(request, claim) }));
  return {
    create,
    update: [...stayed, ...followed].filter(({ claim, spec }) => !isDeepStrictEqual(claim.spec, spec)),
  };
}

/**
 * What is withdrawn and removed after the status was written. A node is left when every node that takes its place
 * answers; until then it stays, be it unwell: the last address is better than none. A node that never answered is left
 * at once.
 */
export function leavingSteps(input: LeavingInput): LeavingSteps {
  const { request, placement, claims, forsaken, now, drainMs } = input;
  const wanted = new Set(placement.nodes.flatMap((placed) => claimsFor(request, placed)).map(nameOf));
  const settled = isSettled(input);
  const update: { claim: PortClaim; spec: PortClaimSpec }[] = [];
  const remove: PortClaim[] = [];
  const due: number[] = [];
  const served = claims.filter((claim) => isServed(claim) && !forsaken.has(claim.spec.nodeName));
  const answering = new Set(served.map(({ spec }) => spec.nodeName));
  const placed = new Set(placement.nodes.map(({ node }) => node));
  for (const claim of claims.filter((each) => !wanted.has(nameOf(each)))) {
    const { spec } = claim;
    const at = spec.withdrawAt === undefined ? undefined : Date.parse(spec.withdrawAt);
    if (portOf(request, spec) === undefined || placed.has(spec.nodeName)) remove.push(claim);
    else if (at !== undefined && at > now) due.push(at);
    else if (at !== undefined || !answering.has(spec.nodeName) || (settled && drainMs === 0))
      remove.push(claim);
    else if (settled) {
      update.push({ claim, spec: { ...spec, withdrawAt: new Date(now + drainMs).toISOString() } });
      due.push(now + drainMs);
    }
  }
  return { update, remove, nextDue: due.length === 0 ? undefined : Math.min(...due) };
}

/** Whether every node of the placement answers for all that it shall. */
function isSettled({ request, placement, claims }: StepInput): boolean {
  const present = byName(claims);
  return (
    placement.nodes.length > 0 &&
    placement.kept.length === 0 &&
    placement.nodes
      .flatMap((placed) => claimsFor(request, placed))
      .every((wanted) => {
        const claim = present.get(nameOf(wanted));
        return claim !== undefined && progressOf(claim).progress === 'programmed';
      })
  );
}

/** A node that is being left keeps its addresses, and follows everything else: who was shut out stays out. */
function followingSpec(request: ExposureRequest, { spec }: PortClaim): PortClaimSpec {
  const port = portOf(request, spec) ?? spec;
  const { withdrawAt } = spec;
  return {
    ...claimSpec(request, spec.nodeName, spec.addresses, port),
    ...(withdrawAt === undefined ? {} : { withdrawAt }),
  };
}

function portOf(request: ExposureRequest, { protocol, port }: PortClaimSpec) {
  return request.ports.find((each) => each.protocol === protocol && each.port === port);
}

function byName(claims: readonly PortClaim[]): Map<string, PortClaim> {
  return new Map(claims.map((claim) => [nameOf(claim), claim]));
}

function nameOf({ metadata }: PortClaim): string {
  return metadata.name ?? '';
}
