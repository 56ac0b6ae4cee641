import type { Lease } from '@armillary/kube';

interface Sighting {
  readonly uid: string | undefined;
  readonly renewTime: string | undefined;
  readonly at: number;
}

/** A lease and when it was last seen to change, milliseconds of the controller's clock. */
export interface SeenLease {
  readonly lease: Lease;
  readonly seenAt: number;
}

/**
 * Remembers when each lease last changed. The times within a lease are of its node's clock, which may be wrong: only
 * that they changed counts. A lease seen for the first time counts as just renewed, so that after a restart of the
 * controller every agent has its whole grace.
 */
export class LeaseSightings {
  readonly #sightings = new Map<string, Sighting>();

  /** Looks at a lease as it is at `now`. */
  see(lease: Lease, now: number): SeenLease {
    const name = lease.metadata.name ?? '';
    const { uid } = lease.metadata;
    const renewTime = lease.spec?.renewTime;
    const last = this.#sightings.get(name);
    if (last && last.uid === uid && last.renewTime === renewTime) return { lease, seenAt: last.at };
    this.#sightings.set(name, { uid, renewTime, at: now });
    return { lease, seenAt: now };
  }

  /** To be called when a lease is gone, by its name. */
  forget(name: string): void {
    this.#sightings.delete(name);
  }
}
