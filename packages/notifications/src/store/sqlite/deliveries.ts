import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChannelType } from '../../channels/channel-type.ts';
import { storedAlert, type AlertRow } from '../alert-row.ts';
import { deadLetter, deliveryBody, isAttempt, rememberedAttempts, storedDelivery } from '../delivery-row.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { NewDelivery } from '../../routing/new-delivery.ts';
import type { AttemptOutcome, DeadLetter, StoredDelivery } from '../notification-store.ts';
import type { Counters } from './counters.ts';
import type { Queues } from './queues.ts';

/** Deliveries and their attempts. Its methods run within a transaction of the caller's. */
export class Deliveries {
  readonly #counters: Counters;
  readonly #queues: Queues;
  readonly #statements: Record<
    | 'insert'
    | 'tell'
    | 'head'
    | 'alerts'
    | 'told'
    | 'postpone'
    | 'end'
    | 'attempt'
    | 'forget'
    | 'dead'
    | 'revive',
    StatementSync
  >;

  constructor(connection: DatabaseSync, counters: Counters, queues: Queues) {
    this.#counters = counters;
    this.#queues = queues;
    this.#statements = {
      insert: connection.prepare(`
        INSERT INTO deliveries (destination, channel, tenant, kind, queued_at, not_before, expires_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
      tell: connection.prepare('INSERT INTO delivery_alerts VALUES (?, ?, ?)'),
      head: connection.prepare(`
        SELECT * FROM deliveries WHERE destination = ? AND state = 'queued' ORDER BY id LIMIT 1`),
      alerts: connection.prepare(`
        SELECT id, received_at, alerts.alert FROM delivery_alerts JOIN alerts ON alerts.id = delivery_alerts.alert
        WHERE delivery = ? ORDER BY position`),
      told: connection.prepare('UPDATE deliveries SET told = ? WHERE id = ?'),
      postpone: connection.prepare(`UPDATE deliveries SET not_before = ? WHERE id = ? AND state = 'queued'`),
      end: connection.prepare(`
        UPDATE deliveries SET attempts = attempts + ?, state = ?, not_before = ?, ended_at = ?
        WHERE id = ? AND state = 'queued' RETURNING channel`),
      attempt: connection.prepare(`
        INSERT INTO attempts
        SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3 FROM attempts WHERE delivery = ?1 RETURNING number`),
      forget: connection.prepare('DELETE FROM attempts WHERE delivery = ? AND number <= ?'),
      dead: connection.prepare(`
        SELECT *, (SELECT count(*) FROM delivery_alerts WHERE delivery = id) AS alerts,
          (SELECT outcome FROM attempts WHERE delivery = id ORDER BY number DESC LIMIT 1) AS outcome
        FROM deliveries WHERE state = 'dead' AND (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR tenant = ?2)
        ORDER BY ended_at DESC LIMIT ?3`),
      revive: connection.prepare(`
        UPDATE deliveries SET state = 'queued', attempts = 0, not_before = ?, expires_at = ?, ended_at = NULL
        WHERE id = ? AND state = 'dead' RETURNING destination, channel, tenant`),
    };
  }

  queue(delivery: NewDelivery, now: number): void {
    const { destination, channel, tenant, kind, expiresAt, alertIds } = delivery;
    const body = deliveryBody(delivery);
    const { insert, tell } = this.#statements;
    const { lastInsertRowid: id } = insert.run(destination, channel, tenant, kind, now, now, expiresAt, body);
    for (const [position, alert] of alertIds.entries()) tell.run(id, position, Number(alert));
    this.#queues.add(delivery, now);
    this.#counters.add(channel, 1);
  }

  /** The first delivery of a queue, when it is due. */
  first(destination: string, now: number): StoredDelivery | undefined {
    const row = this.#statements.head.get(destination) as unknown as DeliveryRow | undefined;
    if (row === undefined || row.not_before > now) return undefined;
    const alerts = this.#statements.alerts.all(row.id) as unknown as AlertRow[];
    return storedDelivery(row, alerts.map(storedAlert));
  }

  told(id: string, count: number): void {
    this.#statements.told.run(count, Number(id));
  }

  postpone(id: string, notBefore: number): void {
    this.#statements.postpone.run(notBefore, Number(id));
  }

  /** Ends an attempt; false when the delivery has ended already. */
  end(id: string, outcome: AttemptOutcome, now: number): boolean {
    const retry = outcome.outcome === 'retry';
    const row = this.#statements.end.get(
      isAttempt(outcome) ? 1 : 0,
      retry ? 'queued' : outcome.outcome,
      retry ? outcome.notBefore : now,
      retry ? null : now,
      Number(id),
    ) as { channel: ChannelType } | undefined;
    if (!row) return false;
    const { number } = this.#statements.attempt.get(Number(id), now, JSON.stringify(outcome)) as {
      number: number;
    };
    this.#statements.forget.run(Number(id), number - rememberedAttempts);
    if (!retry) this.#counters.add(row.channel, -1);
    if (outcome.outcome === 'dead') this.#counters.add('dead', 1);
    return true;
  }

  dead({ limit, channel, tenant }: { limit: number; channel?: ChannelType; tenant?: string }): DeadLetter[] {
    const rows = this.#statements.dead.all(channel ?? null, tenant ?? null, limit);
    return (rows as unknown as (DeliveryRow & { alerts: number; outcome: string })[]).map(deadLetter);
  }

  /** Queues dead letters again, each in its old place. Returns the channel of each that there was. */
  replay(ids: readonly string[], expiresAt: number, now: number): ChannelType[] {
    const channels: ChannelType[] = [];
    for (const id of ids) {
      const queue = this.#statements.revive.get(now, expiresAt, Number(id)) as unknown as
        { destination: string; channel: ChannelType; tenant: string } | undefined;
      if (!queue) continue;
      this.#queues.add(queue, now);
      this.#queues.settle(queue.destination, now);
      this.#counters.add(queue.channel, 1);
      this.#counters.add('dead', -1);
      channels.push(queue.channel);
    }
    return channels;
  }
}
