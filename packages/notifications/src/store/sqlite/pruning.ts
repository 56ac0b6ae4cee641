import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Counters } from './counters.ts';

/** Most rows that one step looks at: short enough that nobody waits for it. */
const stepRows = 500;

/** Removes what is done. Each method is one step, within a transaction of the caller's, and tells how many rows went. */
export class Pruning {
  readonly #counters: Counters;
  readonly #deliveries: StatementSync;
  readonly #range: StatementSync;
  readonly #alerts: StatementSync;

  constructor(connection: DatabaseSync, counters: Counters) {
    this.#counters = counters;
    this.#deliveries = connection.prepare(`
      DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries WHERE state = ? AND state <> 'queued' AND ended_at < ?
        ORDER BY ended_at LIMIT ${stepRows})`);
    this.#range = connection.prepare(`
      SELECT max(id) AS last, min(received_at) AS oldest FROM (
        SELECT id, received_at FROM alerts WHERE id > ? ORDER BY id LIMIT ${stepRows})`);
    this.#alerts = connection.prepare(`
      DELETE FROM alerts WHERE id > ?1 AND id <= ?2 AND received_at < ?3
        AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.alert = id)
        AND NOT EXISTS (SELECT 1 FROM delivery_alerts WHERE delivery_alerts.alert = id)`);
  }

  deliveries(state: 'delivered' | 'dead', before: number): number {
    const removed = Number(this.#deliveries.run(state, before).changes);
    if (state === 'dead') this.#counters.add('dead', -removed);
    return removed;
  }

  /**
   * Alerts that nothing speaks of any more, among the next ones after `from`. `next` is where to go on; absent at the
   * end.
   */
  alerts(from: number, before: number): { removed: number; next?: number } {
    const { last, oldest } = this.#range.get(from) as { last: number | null; oldest: number | null };
    // Alerts are numbered as they come: behind one that is young there is no old one.
    if (last === null || oldest === null || oldest >= before) return { removed: 0 };
    return { removed: Number(this.#alerts.run(from, last, before).changes), next: last };
  }
}
