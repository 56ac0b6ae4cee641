import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Alert } from '../../alerts/alert.ts';
import type { TraceStep } from '../../routing/decision.ts';
import { tracedDelivery } from '../delivery-row.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { AlertTrace } from '../notification-store.ts';
import { shortPrint } from './alerts.ts';

interface AlertRow {
  id: number;
  received_at: number;
  duplicates: number;
  alert: string;
  waiting: number;
}

/** What became of alerts. */
export class Traces {
  readonly #statements: Record<'alerts' | 'decisions' | 'deliveries' | 'attempts', StatementSync>;

  constructor(connection: DatabaseSync) {
    this.#statements = {
      // Keys of a fingerprint lie between it with a slash and it with what follows a slash in ASCII.
      alerts: connection.prepare(`
        SELECT id, received_at, duplicates, alert,
          EXISTS (SELECT 1 FROM waiting WHERE waiting.alert = alerts.id) AS waiting
        FROM alerts WHERE print = ?1 AND key >= ?2 || '/' AND key < ?2 || '0' ORDER BY received_at DESC, id DESC LIMIT ?3`),
      decisions: connection.prepare('SELECT at, steps FROM decisions WHERE alert = ? ORDER BY rowid'),
      deliveries: connection.prepare(`
        SELECT deliveries.* FROM deliveries JOIN delivery_alerts ON delivery_alerts.delivery = deliveries.id
        WHERE delivery_alerts.alert = ? ORDER BY deliveries.id`),
      attempts: connection.prepare('SELECT at, outcome FROM attempts WHERE delivery = ? ORDER BY number'),
    };
  }

  /** The newest alerts with a fingerprint, newest first. */
  of(fingerprint: string, limit: number): AlertTrace[] {
    const rows = this.#statements.alerts.all(
      shortPrint(fingerprint),
      fingerprint,
      limit,
    ) as unknown as AlertRow[];
    return rows.map((row) => ({
      alert: JSON.parse(row.alert) as Alert,
      receivedAt: row.received_at,
      duplicates: row.duplicates,
      state: row.waiting ? 'waiting' : 'routed',
      decisions: this.#decisions(row.id),
      deliveries: this.#deliveries(row.id),
    }));
  }

  #decisions(alert: number): AlertTrace['decisions'] {
    const rows = this.#statements.decisions.all(alert) as unknown as { at: number; steps: string }[];
    return rows.map(({ at, steps }) => ({ at, steps: JSON.parse(steps) as TraceStep[] }));
  }

  #deliveries(alert: number): AlertTrace['deliveries'] {
    const rows = this.#statements.deliveries.all(alert) as unknown as DeliveryRow[];
    return rows.map((row) =>
      tracedDelivery(
        row,
        this.#statements.attempts.all(row.id) as unknown as { at: number; outcome: string }[],
      ),
    );
  }
}
