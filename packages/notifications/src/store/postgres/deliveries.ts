import type { Clock } from '@armillary/kube';
import type { ChannelType } from '../../channels/channel-type.ts';
import { storedAlert, type AlertRow } from '../alert-row.ts';
import { deadLetter, deliveryBody, isAttempt, rememberedAttempts, storedDelivery } from '../delivery-row.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { NewDelivery } from '../../routing/new-delivery.ts';
import type {
  AttemptOutcome,
  ClaimedDestination,
  DeadLetter,
  StoredDelivery,
} from '../notification-store.ts';
import type { Database, Queryable } from './database.ts';
import type { Queues } from './queues.ts';
import { storable } from './storable.ts';

/** Deliveries and their attempts. */
export class Deliveries {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #queues: Queues;

  constructor(database: Database, clock: Clock, owner: string, queues: Queues) {
    this.#database = database;
    this.#clock = clock;
    this.#owner = owner;
    this.#queues = queues;
  }

  async queue(connection: Queryable, deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const ids = await connection.query<{ id: number }>(insert, [
      deliveries.map(({ destination }) => destination),
      deliveries.map(({ channel }) => channel),
      deliveries.map(({ tenant }) => storable(tenant)),
      deliveries.map(({ kind }) => kind),
      this.#clock.now(),
      deliveries.map(({ expiresAt }) => expiresAt),
      deliveries.map(deliveryBody),
    ]);
    // Numbered in the order they were given.
    const sorted = ids.map(({ id }) => id).sort((a, b) => a - b);
    const told = deliveries.flatMap(({ alertIds }, at) =>
      alertIds.map((alert, position) => ({ delivery: sorted[at], position, alert })),
    );
    await connection.query(
      `INSERT INTO notifications.delivery_alerts SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[])`,
      [
        told.map(({ delivery }) => delivery),
        told.map(({ position }) => position),
        told.map(({ alert }) => alert),
      ],
    );
    await this.#queues.add(connection, deliveries);
  }

  /** The first delivery of a queue that this process holds, when it is due. */
  async first(destination: string): Promise<StoredDelivery | undefined> {
    const [row] = await this.#database.query<DeliveryRow>(
      `SELECT * FROM notifications.deliveries
       WHERE destination = $1 AND state = 'queued'
         AND EXISTS (SELECT 1 FROM notifications.queues WHERE destination = $1 AND owner = $2)
       ORDER BY id LIMIT 1`,
      [destination, this.#owner],
    );
    if (row === undefined || row.not_before > this.#clock.now()) return undefined;
    const alerts = await this.#database.query<AlertRow>(
      `SELECT id, received_at, alerts.alert FROM notifications.delivery_alerts
       JOIN notifications.alerts ON alerts.id = delivery_alerts.alert WHERE delivery = $1 ORDER BY position`,
      [row.id],
    );
    return storedDelivery(row, alerts.map(storedAlert));
  }

  async told(id: string, count: number): Promise<void> {
    await this.#database.query('UPDATE notifications.deliveries SET told = $2 WHERE id = $1', [id, count]);
  }

  async postpone(id: string, notBefore: number): Promise<void> {
    await this.#database.query(
      `UPDATE notifications.deliveries SET not_before = $2 WHERE id = $1 AND state = 'queued' AND ${isMine('$3')}`,
      [id, notBefore, this.#owner],
    );
  }

  /** Ends an attempt; false when that was for others to say. */
  async end(connection: Queryable, id: string, outcome: AttemptOutcome): Promise<boolean> {
    const now = this.#clock.now();
    const retry = outcome.outcome === 'retry';
    const ended = await connection.query(end, [
      id,
      isAttempt(outcome) ? 1 : 0,
      retry ? 'queued' : outcome.outcome,
      retry ? outcome.notBefore : now,
      retry ? null : now,
      outcome.outcome === 'delivered',
      this.#owner,
      now,
      JSON.stringify(outcome),
    ]);
    return ended.length > 0;
  }

  async dead({
    limit,
    channel,
    tenant,
  }: {
    limit: number;
    channel?: ChannelType;
    tenant?: string;
  }): Promise<DeadLetter[]> {
    const rows = await this.#database.query<DeliveryRow & { alerts: number; outcome: string }>(
      `SELECT *, (SELECT count(*) FROM notifications.delivery_alerts WHERE delivery = id) AS alerts,
         (SELECT outcome FROM notifications.attempts WHERE delivery = id ORDER BY number DESC LIMIT 1) AS outcome
       FROM notifications.deliveries
       WHERE state = 'dead' AND ($1::text IS NULL OR channel = $1) AND ($2::text IS NULL OR tenant = $2)
       ORDER BY ended_at DESC LIMIT $3`,
      [channel ?? null, tenant === undefined ? null : storable(tenant), limit],
    );
    return rows.map(deadLetter);
  }

  /** Queues dead letters again, each in its old place. Returns the channel of each that there was. */
  async replay(ids: readonly string[], expiresAt: number): Promise<ChannelType[]> {
    return await this.#database.transaction(async (connection) => {
      const rows = await connection.query<ClaimedDestination>(
        `UPDATE notifications.deliveries
         SET state = 'queued', attempts = 0, not_before = $2, expires_at = $3, ended_at = NULL
         WHERE id = ANY ($1::bigint[]) AND state = 'dead' RETURNING destination, channel, tenant`,
        [ids, this.#clock.now(), expiresAt],
      );
      await this.#queues.add(connection, rows);
      await connection.query(
        'UPDATE notifications.queues SET due_at = $2 WHERE destination = ANY ($1::text[]) AND due_at > $2',
        [rows.map(({ destination }) => destination), this.#clock.now()],
      );
      return rows.map(({ channel }) => channel);
    });
  }

  /** Deliveries that are not done, by channel. */
  async counts(): Promise<Partial<Record<ChannelType, number>>> {
    const rows = await this.#database.query<{ channel: ChannelType; count: number }>(
      `SELECT channel, count(*) FROM notifications.deliveries WHERE state = 'queued' GROUP BY channel`,
    );
    return Object.fromEntries(rows.map(({ channel, count }) => [channel, count]));
  }

  async deadCount(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(
      `SELECT count(*) FROM notifications.deliveries WHERE state = 'dead' AND state <> 'queued'`,
    );
    return row?.count ?? 0;
  }
}

/** That the process named by a parameter holds the delivery's queue. */
const isMine = (owner: string): string => `EXISTS (
  SELECT 1 FROM notifications.queues WHERE queues.destination = deliveries.destination AND owner = ${owner})`;

const insert = `
  INSERT INTO notifications.deliveries
    (destination, channel, tenant, kind, queued_at, not_before, expires_at, body)
  SELECT destination, channel, tenant, kind, $5, $5, expires_at, body
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $6::bigint[], $7::text[])
    WITH ORDINALITY AS queued (destination, channel, tenant, kind, expires_at, body, at)
  ORDER BY at RETURNING id`;

const end = `
  WITH ended AS (
    UPDATE notifications.deliveries SET attempts = attempts + $2, state = $3, not_before = $4, ended_at = $5
    WHERE id = $1 AND state = 'queued' AND ($6 OR ${isMine('$7')})
    RETURNING id
  ), latest AS (
    SELECT coalesce(max(number), 0) AS number FROM notifications.attempts WHERE delivery = $1
  ), noted AS (
    INSERT INTO notifications.attempts SELECT id, number + 1, $8, $9 FROM ended, latest
  ), forgotten AS (
    DELETE FROM notifications.attempts USING latest
    WHERE delivery = $1 AND attempts.number <= latest.number + 1 - ${rememberedAttempts}
  )
  SELECT id FROM ended`;
