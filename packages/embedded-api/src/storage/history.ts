import type { Database, LogRow } from './database.ts';
import { parseObject } from './object-text.ts';
import type { StoreEvent } from './store-event.ts';

/** How much history is kept: the newest changes that are within both bounds. */
export interface HistoryLimits {
  maxAgeMs: number;
  maxCount: number;
}

// Every version is one row of the log.
const maxTrimmed = 500;

/** The asked resource version is older than the kept history. */
export class HistoryExpired extends Error {
  /** Changes up to and including this version are gone. */
  readonly floor: number;
  constructor(floor: number) {
    super(`the history starts after resource version ${floor}`);
    this.name = 'HistoryExpired';
    this.floor = floor;
  }
}

/** The log of committed changes, with its floor (the newest trimmed version) kept in the database. */
export class History {
  readonly #database: Database;
  readonly #limits: HistoryLimits;
  #floor: number;
  #count: number;
  /** Version of the newest change, never below the floor, so that it survives any trimming. */
  readonly newestAtOpen: number;

  constructor(database: Database, limits: HistoryLimits) {
    this.#database = database;
    this.#limits = limits;
    const { connection } = database;
    this.#floor = (connection.prepare('SELECT floor FROM compaction').get() as { floor: number }).floor;
    const { newest, count } = connection
      .prepare('SELECT max(rv) AS newest, count(*) AS count FROM log')
      .get() as {
      newest: number | null;
      count: number;
    };
    this.newestAtOpen = Math.max(this.#floor, newest ?? 0);
    this.#count = count;
  }

  get floor(): number {
    return this.#floor;
  }

  /** Adds to the log inside the caller's transaction. */
  append(event: StoreEvent, at: number, object: string, previous: string | null): void {
    const { resourceVersion, type, storageKey, namespace, name } = event;
    this.#database.appendLog.run(resourceVersion, at, type, storageKey, namespace, name, object, previous);
  }

  /** Tells how many rows a commit added. */
  committed(count: number): void {
    this.#count += count;
  }

  /** Up to `limit` changes of one store after `resourceVersion`, oldest first. Throws `HistoryExpired`. */
  since(resourceVersion: number, storageKey: string, limit: number): StoreEvent[] {
    if (resourceVersion < this.#floor) throw new HistoryExpired(this.#floor);
    const rows = this.#database.selectLog.all(resourceVersion, storageKey, limit) as unknown as LogRow[];
    return rows.map((row) => ({
      type: row.type,
      storageKey,
      namespace: row.namespace,
      name: row.name,
      object: parseObject(row.object),
      ...(row.previous === null ? {} : { previous: parseObject(row.previous) }),
      resourceVersion: row.rv,
    }));
  }

  /** True when `trim` would have much to do; asked after each commit. */
  get overfull(): boolean {
    return this.#count > this.#limits.maxCount * 1.1;
  }

  /** Drops what is beyond the limits, oldest first, in one transaction that is short enough not to be noticed. */
  trim(now: number): void {
    const { connection } = this.#database;
    // Times grow with versions, so that the oldest rows tell; and no version is missing, so that counting is enough.
    const { rv } = connection
      .prepare('SELECT max(rv) AS rv FROM (SELECT rv, at FROM log ORDER BY rv LIMIT ?) WHERE at < ?')
      .get(maxTrimmed, now - this.#limits.maxAgeMs) as { rv: number | null };
    const wanted = Math.max(rv ?? 0, this.#floor + this.#count - this.#limits.maxCount);
    const floor = Math.min(wanted, this.#floor + maxTrimmed);
    if (floor <= this.#floor) return;
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.prepare('UPDATE compaction SET floor = ?').run(floor);
      const { changes } = connection.prepare('DELETE FROM log WHERE rv <= ?').run(floor);
      connection.exec('COMMIT');
      this.#floor = floor;
      this.#count -= Number(changes);
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
}
