import type { Alert } from '../../alerts/alert.ts';
import type { TraceStep } from '../../routing/decision.ts';
import { tracedDelivery } from '../delivery-row.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { AlertTrace } from '../notification-store.ts';
import type { Database } from './database.ts';
import { storable } from './storable.ts';

interface AlertRow {
  id: number;
  received_at: number;
  duplicates: number;
  alert: string;
  waiting: boolean;
}

/** What became of alerts. */
export class Traces {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The newest alerts with a fingerprint, newest first. */
  async of(fingerprint: string, limit: number): Promise<AlertTrace[]> {
    // Keys of a fingerprint lie between it with a slash and it with what follows a slash in ASCII.
    const alerts = await this.#database.query<AlertRow>(
      `SELECT id, received_at, duplicates, alert,
         EXISTS (SELECT 1 FROM notifications.waiting WHERE waiting.alert = alerts.id) AS waiting
       FROM notifications.alerts WHERE key >= $1::text || '/' AND key < $1::text || '0' ORDER BY id DESC LIMIT $2`,
      [storable(fingerprint), limit],
    );
    const ids = alerts.map(({ id }) => id);
    const decisions = await this.#database.query<{ alert: number; at: number; steps: string }>(
      'SELECT alert, at, steps FROM notifications.decisions WHERE alert = ANY ($1::bigint[]) ORDER BY id',
      [ids],
    );
    const deliveries = await this.#database.query<DeliveryRow & { alert: number }>(
      `SELECT delivery_alerts.alert, deliveries.* FROM notifications.deliveries
       JOIN notifications.delivery_alerts ON delivery_alerts.delivery = deliveries.id
       WHERE delivery_alerts.alert = ANY ($1::bigint[]) ORDER BY deliveries.id`,
      [ids],
    );
    const attempts = await this.#database.query<{ delivery: number; at: number; outcome: string }>(
      `SELECT delivery, at, outcome FROM notifications.attempts WHERE delivery = ANY ($1::bigint[])
       ORDER BY delivery, number`,
      [[...new Set(deliveries.map(({ id }) => id))]],
    );
    const decisionsOf = Map.groupBy(decisions, ({ alert }) => alert);
    const deliveriesOf = Map.groupBy(deliveries, ({ alert }) => alert);
    const attemptsOf = Map.groupBy(attempts, ({ delivery }) => delivery);
    return alerts.map((row) => ({
      alert: JSON.parse(row.alert) as Alert,
      receivedAt: row.received_at,
      duplicates: row.duplicates,
      state: row.waiting ? 'waiting' : 'routed',
      decisions: (decisionsOf.get(row.id) ?? []).map(({ at, steps }) => ({
        at,
        steps: JSON.parse(steps) as TraceStep[],
      })),
      deliveries: (deliveriesOf.get(row.id) ?? []).map((delivery) =>
        tracedDelivery(delivery, attemptsOf.get(delivery.id) ?? []),
      ),
    }));
  }
}
