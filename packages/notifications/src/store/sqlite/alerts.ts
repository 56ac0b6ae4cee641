import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { alertKey } from '../../alerts/alert.ts';
import type { Alert } from '../../alerts/alert.ts';
import { NotificationError } from '../../errors.ts';
import { storedAlert, type AlertRow } from '../alert-row.ts';
import type { RoutedAlert, StoredAlert } from '../notification-store.ts';
import type { Counters } from './counters.ts';

/** Alerts, and which of them wait for routing. Its methods run within a transaction of the caller's. */
export class Alerts {
  readonly #counters: Counters;
  readonly #maxBacklog: number;
  /** Ends of the leases of alerts that are being routed. They end with the process: there is only one. */
  readonly #leases = new Map<number, number>();
  readonly #statements: Record<
    'newest' | 'repeat' | 'insert' | 'wait' | 'due' | 'oldest' | 'routed' | 'again' | 'decide',
    StatementSync
  >;

  constructor(connection: DatabaseSync, counters: Counters, maxBacklog: number) {
    this.#counters = counters;
    this.#maxBacklog = maxBacklog;
    this.#statements = {
      newest: connection.prepare(`
        SELECT id FROM alerts WHERE print = ? AND received_at > ? AND key = ? ORDER BY received_at DESC LIMIT 1`),
      repeat: connection.prepare('UPDATE alerts SET duplicates = duplicates + 1 WHERE id = ?'),
      insert: connection.prepare('INSERT INTO alerts (print, key, received_at, alert) VALUES (?, ?, ?, ?)'),
      wait: connection.prepare(`INSERT INTO waiting VALUES (?, 'all', ?)`),
      due: connection.prepare(`
        SELECT id, part, received_at, alerts.alert FROM waiting JOIN alerts ON alerts.id = waiting.alert
        WHERE not_before <= ? ORDER BY not_before, waiting.alert`),
      oldest: connection.prepare(
        'SELECT received_at FROM alerts WHERE id = (SELECT min(alert) FROM waiting)',
      ),
      routed: connection.prepare('DELETE FROM waiting WHERE alert = ?'),
      again: connection.prepare(
        'UPDATE waiting SET not_before = ?, part = coalesce(?, part) WHERE alert = ?',
      ),
      decide: connection.prepare('INSERT INTO decisions VALUES (?, ?, ?)'),
    };
  }

  accept(
    alerts: readonly Alert[],
    repeatWindowMs: number,
    now: number,
  ): { accepted: number; repeated: number } {
    if (this.#counters.get('alerts') + alerts.length > this.#maxBacklog) {
      throw new NotificationError(
        'Busy',
        `more than ${this.#maxBacklog} alerts would wait for routing: try again later`,
      );
    }
    let accepted = 0;
    for (const alert of alerts) {
      const key = alertKey(alert);
      const print = shortPrint(alert.fingerprint);
      const known = this.#statements.newest.get(print, now - repeatWindowMs, key) as
        { id: number } | undefined;
      if (known) {
        this.#statements.repeat.run(known.id);
        continue;
      }
      const { lastInsertRowid } = this.#statements.insert.run(print, key, now, JSON.stringify(alert));
      this.#statements.wait.run(lastInsertRowid, now);
      accepted += 1;
    }
    if (accepted > 0) this.#counters.add('alerts', accepted);
    return { accepted, repeated: alerts.length - accepted };
  }

  claim(limit: number, until: number, now: number): StoredAlert[] {
    const claimed: StoredAlert[] = [];
    for (const row of this.#statements.due.iterate(now) as unknown as Iterable<AlertRow>) {
      if (claimed.length >= limit) break;
      if ((this.#leases.get(row.id) ?? 0) > now) continue;
      claimed.push(storedAlert(row));
    }
    for (const { id } of claimed) this.#leases.set(Number(id), until);
    return claimed;
  }

  /** Notes what was decided. Throws `Busy` when an alert no longer waits. */
  routed(alerts: readonly RoutedAlert[], now: number): void {
    let done = 0;
    for (const { id, steps, again } of alerts) {
      const { changes } = again
        ? this.#statements.again.run(again.notBefore, again.part, Number(id))
        : this.#statements.routed.run(Number(id));
      if (changes === 0)
        throw new NotificationError('Busy', `alert ${id} was routed by somebody else meanwhile`);
      if (!again) done += 1;
      this.#statements.decide.run(Number(id), now, JSON.stringify(steps));
    }
    this.#counters.add('alerts', -done);
  }

  giveBack(ids: readonly string[], notBefore: number): void {
    for (const id of ids) this.#statements.again.run(notBefore, null, Number(id));
  }

  /** Ends leases, after the commit. */
  release(ids: readonly string[]): void {
    for (const id of ids) this.#leases.delete(Number(id));
  }

  /** When the oldest alert that waits was received. */
  oldest(): number | undefined {
    return (this.#statements.oldest.get() as { received_at: number } | undefined)?.received_at;
  }
}

/** A fingerprint as the index has it: the last 48 bits, a number. Others may share it; the key tells them apart. */
export function shortPrint(fingerprint: string): number {
  return Number.parseInt(fingerprint.slice(-12), 16) || 0;
}
