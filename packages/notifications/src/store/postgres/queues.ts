import type { Clock } from '@armillary/kube';
import type { ChannelType } from '../../channels/channel-type.ts';
import { Leases } from '../leases.ts';
import type { ClaimDestinationsOptions, ClaimedDestination } from '../notification-store.ts';
import type { Database, Queryable } from './database.ts';
import { storable } from './storable.ts';

/** The queues of destinations: who is due, and who holds which. Leases are on the database's clock. */
export class Queues {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #owner: string;
  /** What this process holds, to count by tenant. Whether it still does, the database knows. */
  readonly #leases = new Leases();
  /** The tenant that was served last, by channel: the next turn begins after it. */
  readonly #turns = new Map<ChannelType, string>();

  constructor(database: Database, clock: Clock, owner: string) {
    this.#database = database;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Makes sure that destinations have a queue, and locks the queues, so that none is removed meanwhile. */
  async add(connection: Queryable, queues: readonly ClaimedDestination[]): Promise<void> {
    const byDestination = new Map(queues.map((queue) => [queue.destination, queue]));
    // All who lock several queues do so in this order.
    const sorted = [...byDestination.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1));
    await connection.query(
      `INSERT INTO notifications.queues (destination, channel, tenant, due_at)
       SELECT destination, channel, tenant, $1
       FROM unnest($2::text[], $3::text[], $4::text[]) AS added(destination, channel, tenant)
       ON CONFLICT (destination) DO UPDATE SET tenant = queues.tenant`,
      [
        this.#clock.now(),
        sorted.map(({ destination }) => destination),
        sorted.map(({ channel }) => channel),
        sorted.map(({ tenant }) => storable(tenant)),
      ],
    );
  }

  /** Tenants take turns: each gets one queue before any gets a second one. */
  async claim({
    channel,
    limit,
    perTenant,
    leaseMs,
  }: ClaimDestinationsOptions): Promise<ClaimedDestination[]> {
    const claimed: ClaimedDestination[] = [];
    for (const each of [1, perTenant]) {
      if (claimed.length >= limit) break;
      const now = this.#clock.now();
      const held = this.#leases.byTenant(channel, now);
      const rows = await this.#database.query<ClaimedDestination>(claim, [
        channel,
        this.#turns.get(channel) ?? null,
        now,
        each,
        perTenant,
        [...held.keys()],
        [...held.values()],
        limit - claimed.length,
        this.#owner,
        leaseMs,
      ]);
      for (const queue of rows) {
        this.#leases.set(queue, now + leaseMs);
        claimed.push(queue);
      }
      const last = rows.at(-1);
      if (!last) break;
      if (each === 1) this.#turns.set(channel, last.tenant);
    }
    return claimed;
  }

  /** Returns those that this process still holds. */
  async renew(destinations: readonly string[], leaseMs: number): Promise<string[]> {
    const rows = await this.#database.query<{ destination: string }>(
      `UPDATE notifications.queues SET lease_until = clock_timestamp() + $3::bigint * interval '1 ms'
       WHERE destination = ANY ($1::text[]) AND owner = $2 RETURNING destination`,
      [destinations, this.#owner, leaseMs],
    );
    const until = this.#clock.now() + leaseMs;
    return rows.map(({ destination }) => destination).filter((held) => this.#leases.prolong(held, until));
  }

  /** Gives a queue back: due when its first delivery is, behind those that are due. One that is empty is removed. */
  async release(destination: string): Promise<void> {
    await this.#database.transaction(async (connection) => {
      const mine = await connection.query(
        'SELECT 1 FROM notifications.queues WHERE destination = $1 AND owner = $2 FOR UPDATE',
        [destination, this.#owner],
      );
      // In a statement of its own: it has to see what was queued before the lock was had.
      if (mine.length > 0) await connection.query(release, [destination, this.#clock.now()]);
    });
    this.#leases.delete(destination);
  }

  async nextDue(channel: ChannelType): Promise<number | undefined> {
    const [row] = await this.#database.query<{ due_at: number }>(
      `SELECT due_at FROM notifications.queues
       WHERE channel = $1 AND (lease_until IS NULL OR lease_until <= clock_timestamp()) ORDER BY due_at LIMIT 1`,
      [channel],
    );
    return row?.due_at;
  }
}

const release = `
  WITH head AS (
    SELECT not_before FROM notifications.deliveries WHERE destination = $1 AND state = 'queued' ORDER BY id LIMIT 1
  ), removed AS (
    DELETE FROM notifications.queues WHERE destination = $1 AND NOT EXISTS (SELECT 1 FROM head)
  )
  UPDATE notifications.queues SET due_at = greatest(head.not_before, $2), owner = NULL, lease_until = NULL
  FROM head WHERE destination = $1`;

// $1 channel, $2 tenant of the last turn, $3 now, $4 queues for each tenant, $5 its limit, $6 and $7 what is held by
// tenant, $8 limit, $9 owner, $10 lease. Tenants are found one look into the index each, however many queues they
// have, and no further than the limit asks for.
const claim = `
  WITH RECURSIVE after (tenant) AS (
    SELECT (SELECT min(tenant) FROM notifications.queues WHERE channel = $1 AND ($2::text IS NULL OR tenant > $2))
    UNION ALL
    SELECT (SELECT min(tenant) FROM notifications.queues WHERE channel = $1 AND tenant > after.tenant)
    FROM after WHERE after.tenant IS NOT NULL
  ), before (tenant) AS (
    SELECT (SELECT min(tenant) FROM notifications.queues WHERE channel = $1 AND tenant <= $2)
    UNION ALL
    SELECT (
      SELECT min(tenant) FROM notifications.queues WHERE channel = $1 AND tenant > before.tenant AND tenant <= $2
    ) FROM before WHERE before.tenant IS NOT NULL
  ), chosen AS (
    SELECT queue.destination
    FROM (SELECT tenant FROM after UNION ALL SELECT tenant FROM before) AS turns
    LEFT JOIN unnest($6::text[], $7::integer[]) AS held (tenant, count) USING (tenant)
    CROSS JOIN LATERAL (
      SELECT destination FROM notifications.queues
      WHERE channel = $1 AND queues.tenant = turns.tenant AND due_at <= $3
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY due_at LIMIT greatest(0, least($4::integer, $5::integer - coalesce(held.count, 0)))
    ) AS queue
    LIMIT $8
  ), free AS (
    SELECT destination FROM notifications.queues JOIN chosen USING (destination)
    WHERE lease_until IS NULL OR lease_until <= clock_timestamp()
    FOR UPDATE OF queues SKIP LOCKED
  ), claimed AS (
    UPDATE notifications.queues SET owner = $9, lease_until = clock_timestamp() + $10::bigint * interval '1 ms'
    FROM free WHERE queues.destination = free.destination
    RETURNING queues.destination, channel, tenant
  )
  SELECT destination, channel, tenant FROM claimed ORDER BY $2 IS NOT NULL AND tenant <= $2, tenant`;
