import type { Database } from './database.ts';

/** Most rows that one step looks at: short enough that nobody waits for it. */
const stepRows = 500;

/** Removes what is done. Each method is one step and tells how many rows went. */
export class Pruning {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async deliveries(state: 'delivered' | 'dead', before: number): Promise<number> {
    const rows = await this.#database.query(
      `DELETE FROM notifications.deliveries WHERE id IN (
         SELECT id FROM notifications.deliveries WHERE state = $1 AND state <> 'queued' AND ended_at < $2
         ORDER BY ended_at LIMIT ${stepRows} FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [state, before],
    );
    return rows.length;
  }

  /**
   * Alerts that nothing speaks of any more, among the next ones after `from`. `next` is where to go on; absent at the
   * end.
   */
  async alerts(from: number, before: number): Promise<{ removed: number; next?: number }> {
    const [range] = await this.#database.query<{ last: number | null; oldest: number | null }>(
      `SELECT max(id) AS last, min(received_at) AS oldest FROM (
         SELECT id, received_at FROM notifications.alerts WHERE id > $1 ORDER BY id LIMIT ${stepRows}) AS next`,
      [from],
    );
    // Alerts are numbered as they come: behind many that are young there is no old one.
    if (!range || range.last === null || range.oldest === null || range.oldest >= before)
      return { removed: 0 };
    const [{ removed } = { removed: 0 }] = await this.#database.query<{ removed: number }>(
      `WITH gone AS (
         DELETE FROM notifications.alerts WHERE id > $1 AND id <= $2 AND received_at < $3
           AND NOT EXISTS (SELECT 1 FROM notifications.waiting WHERE waiting.alert = id)
           AND NOT EXISTS (SELECT 1 FROM notifications.delivery_alerts WHERE delivery_alerts.alert = id)
         RETURNING id, key
       ), unmarked AS (
         DELETE FROM notifications.latest USING gone WHERE latest.key = gone.key AND latest.alert = gone.id
       )
       SELECT count(*) AS removed FROM gone`,
      [from, range.last, before],
    );
    return { removed, next: range.last };
  }
}
