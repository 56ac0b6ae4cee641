import type { Clock } from '@armillary/kube';
import { alertKey } from '../../alerts/alert.ts';
import type { Alert } from '../../alerts/alert.ts';
import { NotificationError } from '../../errors.ts';
import { storedAlert, type AlertRow } from '../alert-row.ts';
import type { RoutedAlert, StoredAlert } from '../notification-store.ts';
import type { Database, Queryable } from './database.ts';
import { storable } from './storable.ts';

/** How old the count of waiting alerts may be that posts are measured by, in milliseconds. */
const backlogAgeMs = 1000;

/** Alerts, and which of them wait for routing. */
export class Alerts {
  readonly #database: Database;
  readonly #clock: Clock;
  /** Who claims: this process. */
  readonly #owner: string;
  readonly #maxBacklog: number;
  /** Waiting alerts at some time, and those taken here since. Other processes may bring it above the limit by a post. */
  #backlog = { count: 0, at: Number.NEGATIVE_INFINITY };

  constructor(database: Database, clock: Clock, owner: string, maxBacklog: number) {
    this.#database = database;
    this.#clock = clock;
    this.#owner = owner;
    this.#maxBacklog = maxBacklog;
  }

  async accept(
    alerts: readonly Alert[],
    repeatWindowMs: number,
  ): Promise<{ accepted: number; repeated: number }> {
    if (alerts.length === 0) return { accepted: 0, repeated: 0 };
    await this.#refuseExcess(alerts.length);
    const posts = new Map<string, { alert: string; more: number }>();
    for (const alert of alerts) {
      const key = storable(alertKey(alert));
      const known = posts.get(key);
      if (known) known.more += 1;
      else posts.set(key, { alert: JSON.stringify(alert), more: 0 });
    }
    const texts = [...posts.values()];
    const [row] = await this.#database.query<{ accepted: number }>(accept, [
      [...posts.keys()],
      texts.map(({ alert }) => alert),
      texts.map(({ more }) => more),
      this.#clock.now(),
      repeatWindowMs,
    ]);
    const accepted = row?.accepted ?? 0;
    this.#backlog.count += accepted;
    return { accepted, repeated: alerts.length - accepted };
  }

  async claim(limit: number, leaseMs: number): Promise<StoredAlert[]> {
    const rows = await this.#database.query<AlertRow>(claim, [
      this.#clock.now(),
      limit,
      this.#owner,
      leaseMs,
    ]);
    return rows.map(storedAlert);
  }

  /** Notes what was decided. Throws `Busy` when this process no longer holds one of them. */
  async routed(connection: Queryable, alerts: readonly RoutedAlert[]): Promise<void> {
    const again = alerts.filter((alert) => alert.again);
    const gone = await connection.query(
      'DELETE FROM notifications.waiting WHERE alert = ANY ($1::bigint[]) AND owner = $2 RETURNING alert',
      [alerts.filter((alert) => !alert.again).map(({ id }) => id), this.#owner],
    );
    const kept = await connection.query(
      `UPDATE notifications.waiting SET part = again.part, not_before = again.not_before, owner = NULL, lease_until = NULL
       FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS again(alert, part, not_before)
       WHERE waiting.alert = again.alert AND owner = $4 RETURNING waiting.alert`,
      [
        again.map(({ id }) => id),
        again.map((a) => a.again?.part),
        again.map((a) => a.again?.notBefore),
        this.#owner,
      ],
    );
    const lost = alerts.length - gone.length - kept.length;
    if (lost > 0)
      throw new NotificationError('Busy', `${lost} alerts were claimed by another process meanwhile`);
    await connection.query(
      `INSERT INTO notifications.decisions (alert, at, steps)
       SELECT alert, $1, steps FROM unnest($2::bigint[], $3::text[]) AS decided(alert, steps)`,
      [this.#clock.now(), alerts.map(({ id }) => id), alerts.map(({ steps }) => JSON.stringify(steps))],
    );
  }

  async giveBack(ids: readonly string[], notBefore: number): Promise<void> {
    await this.#database.query(
      `UPDATE notifications.waiting SET not_before = $1, owner = NULL, lease_until = NULL
       WHERE alert = ANY ($2::bigint[]) AND owner = $3`,
      [notBefore, ids, this.#owner],
    );
  }

  async count(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>('SELECT count(*) FROM notifications.waiting');
    return row?.count ?? 0;
  }

  /** When the oldest alert that waits was received. */
  async oldest(): Promise<number | undefined> {
    const [row] = await this.#database.query<{ received_at: number }>(
      'SELECT received_at FROM notifications.alerts WHERE id = (SELECT min(alert) FROM notifications.waiting)',
    );
    return row?.received_at;
  }

  async #refuseExcess(more: number): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#backlog.at >= backlogAgeMs) this.#backlog = { count: await this.count(), at: now };
    if (this.#backlog.count + more <= this.#maxBacklog) return;
    throw new NotificationError(
      'Busy',
      `more than ${this.#maxBacklog} alerts would wait for routing: try again later`,
    );
  }
}

// One statement, so that a post costs one way to the server. Keys are locked in their order: two posts with the same
// alerts wait for each other instead of blocking each other.
const accept = `
  WITH post AS (
    SELECT nextval('notifications.alerts_id_seq') AS id, key, alert, more
    FROM unnest($1::text[], $2::text[], $3::integer[]) AS post(key, alert, more)
  ), marked AS (
    INSERT INTO notifications.latest AS latest SELECT key, id, $4::bigint FROM post ORDER BY key COLLATE "C"
    ON CONFLICT (key) DO UPDATE SET
      alert = CASE WHEN latest.accepted_at <= $4 - $5::bigint THEN excluded.alert ELSE latest.alert END,
      accepted_at = CASE WHEN latest.accepted_at <= $4 - $5 THEN excluded.accepted_at ELSE latest.accepted_at END
    RETURNING key, alert
  ), stored AS (
    INSERT INTO notifications.alerts (id, key, received_at, duplicates, alert)
    SELECT id, post.key, $4, more, post.alert FROM post JOIN marked ON marked.alert = post.id ORDER BY id
    RETURNING id
  ), queued AS (
    INSERT INTO notifications.waiting (alert, part, not_before) SELECT id, 'all', $4 FROM stored
  ), repeated AS (
    UPDATE notifications.alerts SET duplicates = duplicates + more + 1
    FROM post JOIN marked USING (key) WHERE alerts.id = marked.alert AND marked.alert <> post.id
  )
  SELECT count(*) AS accepted FROM stored`;

const claim = `
  WITH due AS (
    SELECT alert FROM notifications.waiting
    WHERE not_before <= $1 AND (lease_until IS NULL OR lease_until <= clock_timestamp())
    ORDER BY not_before, alert LIMIT $2 FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE notifications.waiting SET owner = $3, lease_until = clock_timestamp() + $4::bigint * interval '1 ms'
    FROM due WHERE waiting.alert = due.alert
    RETURNING waiting.alert AS id, part, not_before
  )
  SELECT id, part, received_at, alerts.alert FROM claimed JOIN notifications.alerts USING (id)
  ORDER BY not_before, id`;
