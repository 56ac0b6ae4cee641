import type { ChannelType } from '../channels/channel-type.ts';
import type { ClaimedDestination } from './notification-store.ts';

interface Lease extends ClaimedDestination {
  until: number;
}

/** The queues that this process holds, each until its lease ends. Times in milliseconds since 1970. */
export class Leases {
  readonly #leases = new Map<string, Lease>();

  /** How many are known, also those whose lease has ended. */
  get size(): number {
    return this.#leases.size;
  }

  set(queue: ClaimedDestination, until: number): void {
    this.#leases.set(queue.destination, { ...queue, until });
  }

  delete(destination: string): void {
    this.#leases.delete(destination);
  }

  /** Sets another end. Returns false when the queue was given back meanwhile. */
  prolong(destination: string, until: number): boolean {
    const lease = this.#leases.get(destination);
    if (lease) lease.until = until;
    return lease !== undefined;
  }

  isHeld(destination: string, now: number): boolean {
    const lease = this.#leases.get(destination);
    return lease !== undefined && lease.until > now;
  }

  /** How many queues of each tenant are held in a channel. */
  byTenant(channel: ChannelType, now: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const lease of this.#leases.values()) {
      if (lease.channel !== channel || lease.until <= now) continue;
      counts.set(lease.tenant, (counts.get(lease.tenant) ?? 0) + 1);
    }
    return counts;
  }
}
