import {
  patchStatus,
  type Clock,
  type ControllerDefinition,
  type Informer,
  type ObjectKey,
} from '@armillary/kube';
import { isDeepStrictEqual } from 'node:util';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import type { Reachability } from '../probe/port-probe.ts';
import { claimStatus } from './claim-status.ts';
import { claimVersion, type ClaimVerdict } from './claim-verdict.ts';

/** Claims are reported at the same time up to this many: an API server that is slow delays the node's rules in no case. */
const workers = 4;

/**
 * Brings the verdicts on claims into their status, beside the work on the node: changes only, tried again until written.
 * What is said of a claim is said of the state that was judged, and of no later one.
 */
export class ClaimReporter {
  readonly #claims: Informer<PortClaim>;
  readonly #clock: Clock;
  readonly #reachable = new Map<string, Reachability>();
  /** The verdict that a claim, as it is now, has in its status. */
  readonly #written = new WeakMap<PortClaim, ClaimVerdict>();
  #verdicts: ReadonlyMap<string, ClaimVerdict> = new Map();
  #enqueue: (key: ObjectKey) => void = () => {};

  constructor(claims: Informer<PortClaim>, clock: Clock) {
    this.#claims = claims;
    this.#clock = clock;
  }

  /** What there is to say of every claim now, by {@link claimVersion}. */
  report(verdicts: ReadonlyMap<string, ClaimVerdict>): void {
    this.#verdicts = verdicts;
    for (const version of this.#reachable.keys()) if (!verdicts.has(version)) this.#reachable.delete(version);
    for (const claim of this.#claims.list()) {
      if (this.#written.get(claim) !== verdicts.get(claimVersion(claim))) this.#ask(claim);
    }
  }

  /** What a probe found of the port of the claim with this name. */
  reached(name: string, reachability: Reachability): void {
    const claim = this.#claims.get(name);
    if (!claim) return;
    this.#reachable.set(claimVersion(claim), reachability);
    this.#ask(claim);
  }

  /** The controller that writes, for a manager. */
  controller(labelSelector: string): ControllerDefinition<PortClaim> {
    return {
      name: 'claim-reporter',
      for: portClaimKind,
      select: { labelSelector },
      workers,
      sources: [(enqueue) => (this.#enqueue = enqueue)],
      reconcile: async ({ name }, { client, signal }) => {
        const claim = this.#claims.get(name);
        const status = claim && this.#statusOf(claim);
        if (claim && status)
          await patchStatus(client.resource<PortClaim>(portClaimKind), claim, status, { signal });
      },
    };
  }

  /** Asks for a write where one is due: with thousands of claims most have nothing new. */
  #ask(claim: PortClaim): void {
    const status = this.#statusOf(claim);
    const verdict = this.#verdicts.get(claimVersion(claim));
    this.#written.delete(claim);
    if (!status || !verdict) return;
    if (isDeepStrictEqual(status, claim.status)) this.#written.set(claim, verdict);
    else this.#enqueue({ namespace: '', name: claim.metadata.name ?? '' });
  }

  #statusOf(claim: PortClaim): ReturnType<typeof claimStatus> | undefined {
    const version = claimVersion(claim);
    const verdict = this.#verdicts.get(version);
    return verdict && claimStatus(claim, verdict, this.#reachable.get(version), this.#clock.now());
  }
}
