import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChannelType } from '../../channels/channel-type.ts';
import { Leases } from '../leases.ts';
import type { ClaimDestinationsOptions, ClaimedDestination } from '../notification-store.ts';

/** The queues of destinations: who is due, and who holds which. Leases end with the process: there is only one. */
export class Queues {
  readonly #leases = new Leases();
  /** The tenant that was served last, by channel: the next turn begins after it. */
  readonly #turns = new Map<ChannelType, string>();
  readonly #statements: Record<
    'add' | 'first' | 'after' | 'due' | 'head' | 'put' | 'remove' | 'next',
    StatementSync
  >;

  constructor(connection: DatabaseSync) {
    this.#statements = {
      add: connection.prepare(`
        INSERT INTO queues VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`),
      // One look into the index each, however many queues a tenant has.
      first: connection.prepare('SELECT tenant FROM queues WHERE channel = ? ORDER BY tenant LIMIT 1'),
      after: connection.prepare(
        'SELECT tenant FROM queues WHERE channel = ? AND tenant > ? ORDER BY tenant LIMIT 1',
      ),
      due: connection.prepare(`
        SELECT destination FROM queues WHERE channel = ? AND tenant = ? AND due_at <= ? ORDER BY due_at`),
      head: connection.prepare(`
        SELECT not_before FROM deliveries WHERE destination = ? AND state = 'queued' ORDER BY id LIMIT 1`),
      put: connection.prepare('UPDATE queues SET due_at = ? WHERE destination = ?'),
      remove: connection.prepare('DELETE FROM queues WHERE destination = ?'),
      next: connection.prepare(
        'SELECT destination, due_at FROM queues WHERE channel = ? ORDER BY due_at LIMIT ?',
      ),
    };
  }

  /** Makes sure that a destination has a queue. */
  add({ destination, channel, tenant }: ClaimedDestination, dueAt: number): void {
    this.#statements.add.run(destination, channel, tenant, dueAt);
  }

  /** Tenants take turns: each gets one queue before any gets a second one. */
  claim({ channel, limit, perTenant, leaseMs }: ClaimDestinationsOptions, now: number): ClaimedDestination[] {
    // All may be in back-off, and their tenants many.
    if ((this.nextDue(channel, now) ?? Number.POSITIVE_INFINITY) > now) return [];
    const claimed: ClaimedDestination[] = [];
    const held = this.#leases.byTenant(channel, now);
    let tenants: Iterable<string> = this.#tenantsInTurn(channel);
    while (claimed.length < limit) {
      const served: string[] = [];
      for (const tenant of tenants) {
        if (claimed.length >= limit) break;
        const count = held.get(tenant) ?? 0;
        const destination = count < perTenant ? this.#firstDue(channel, tenant, now) : undefined;
        if (destination === undefined) continue;
        const queue = { destination, channel, tenant };
        this.#leases.set(queue, now + leaseMs);
        held.set(tenant, count + 1);
        claimed.push(queue);
        served.push(tenant);
        this.#turns.set(channel, tenant);
      }
      if (served.length === 0) break;
      tenants = served;
    }
    return claimed;
  }

  renew(destinations: readonly string[], until: number): string[] {
    return destinations.filter((destination) => this.#leases.prolong(destination, until));
  }

  /** Sets when the queue is due by its first delivery, behind those that are due; one that is empty is removed. */
  settle(destination: string, now: number): void {
    const head = this.#statements.head.get(destination) as { not_before: number } | undefined;
    if (head) this.#statements.put.run(Math.max(head.not_before, now), destination);
    else this.#statements.remove.run(destination);
  }

  /** Ends a lease, after the commit. */
  release(destination: string): void {
    this.#leases.delete(destination);
  }

  nextDue(channel: ChannelType, now: number): number | undefined {
    const rows = this.#statements.next.all(channel, this.#leases.size + 1) as unknown as {
      destination: string;
      due_at: number;
    }[];
    return rows.find(({ destination }) => !this.#leases.isHeld(destination, now))?.due_at;
  }

  /** All tenants with a queue, round from the one after the last turn. */
  *#tenantsInTurn(channel: ChannelType): Generator<string> {
    const seen = new Set<string>();
    let tenant = this.#tenantAfter(channel, this.#turns.get(channel));
    while (tenant !== undefined && !seen.has(tenant)) {
      seen.add(tenant);
      yield tenant;
      tenant = this.#tenantAfter(channel, tenant);
    }
  }

  /** The next tenant, or the first when there is none behind. */
  #tenantAfter(channel: ChannelType, tenant: string | undefined): string | undefined {
    const { after, first } = this.#statements;
    const next = tenant === undefined ? undefined : after.get(channel, tenant);
    return ((next ?? first.get(channel)) as { tenant: string } | undefined)?.tenant;
  }

  #firstDue(channel: ChannelType, tenant: string, now: number): string | undefined {
    const rows = this.#statements.due.iterate(
      channel,
      tenant,
      now,
    ) as unknown as Iterable<ClaimedDestination>;
    for (const { destination } of rows) if (!this.#leases.isHeld(destination, now)) return destination;
    return undefined;
  }
}
