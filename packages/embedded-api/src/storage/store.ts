import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../object.ts';
import { Collection, objectKey } from './collection.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { History } from './history.ts';
import type { HistoryLimits } from './history.ts';
import { objectText, parseObject } from './object-text.ts';
import { StorageError, storageError } from './storage-error.ts';
import type { StoreEvent, StoreReader } from './store-event.ts';

/**
 * One change to make. `object` is the new state, for `delete` the last one; the store sets its resource version.
 * `expected` is the resource version that must still be the stored one.
 */
export type Write = { storageKey: string; namespace: string; name: string; object: KubeObject } & (
  { type: 'create' } | { type: 'update' | 'delete'; expected: string }
);

/** The stored object is not the one the write was made from; `current` is what is stored, if anything. */
export class StaleWrite extends Error {
  readonly current: KubeObject | undefined;
  constructor(current: KubeObject | undefined) {
    super('the object has been modified since it was read');
    this.name = 'StaleWrite';
    this.current = current;
  }
}

/** Options of a store; each has a default. */
export interface StoreOptions {
  /** 10 minutes and 10,000 changes when absent. */
  history?: HistoryLimits;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Told what went wrong in background work (trimming), after which the store goes on. */
  onError?: (error: StorageError) => void;
}

interface PendingWrite {
  write: Write;
  resolve(object: KubeObject): void;
  reject(error: Error): void;
}

const trimIntervalMs = 5_000;

/**
 * All objects in one SQLite database, and in memory once their collection has been read. Writes that arrive in one
 * turn of the event loop share a transaction; each is acknowledged after the commit, which has reached the disk
 * (WAL, synchronous=FULL). Resource versions are one sequence for all objects that never goes back.
 */
export class Store implements StoreReader {
  readonly #file: string;
  readonly #database: Database;
  readonly #history: History;
  readonly #unlock: () => void;
  readonly #now: () => number;
  readonly #onError: (error: StorageError) => void;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<(events: StoreEvent[]) => void>();
  readonly #trimTimer: NodeJS.Timeout;
  #resourceVersion: number;
  #pending: PendingWrite[] = [];
  #closed = false;

  /**
   * Opens or creates the store in `folder` (`:memory:` for one that is gone afterwards) and takes it for this
   * process. Throws `StorageError`.
   */
  constructor(folder: string, options: StoreOptions = {}) {
    const inMemory = folder === ':memory:';
    if (!inMemory) mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#unlock = inMemory ? () => {} : lockFolder(folder);
    this.#file = inMemory ? folder : join(folder, 'objects.db');
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? (() => {});
    try {
      this.#database = openDatabase(this.#file);
    } catch (error) {
      this.#unlock();
      throw error;
    }
    this.#history = new History(this.#database, options.history ?? { maxAgeMs: 600_000, maxCount: 10_000 });
    this.#resourceVersion = this.#history.newestAtOpen;
    this.#trimTimer = setInterval(() => this.trim(), trimIntervalMs).unref();
  }

  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  /** Versions below this one can neither be watched from nor listed at. */
  get historyFloor(): number {
    return this.#history.floor;
  }

  get(storageKey: string, namespace: string, name: string): KubeObject | undefined {
    return this.#collection(storageKey).get(objectKey(namespace, name));
  }

  list(storageKey: string, namespace?: string): KubeObject[] {
    return this.#collection(storageKey).list(namespace);
  }

  /** As `list`, but as it was at an older version. Throws `HistoryExpired` when the history does not reach back. */
  listAt(storageKey: string, namespace: string | undefined, resourceVersion: number): KubeObject[] {
    const collection = this.#collection(storageKey);
    if (collection.lastChange <= resourceVersion) return collection.list(namespace);
    const undone = new Map<string, KubeObject | undefined>();
    // Oldest first: what was there before the first change is what was there at the version.
    for (const event of this.eventsSince(resourceVersion, storageKey)) {
      const key = objectKey(event.namespace, event.name);
      if (!undone.has(key)) undone.set(key, event.previous);
    }
    const rows = new Map<string, KubeObject>();
    for (const object of collection.list(namespace)) {
      rows.set(objectKey(object.metadata.namespace ?? '', object.metadata.name ?? ''), object);
    }
    for (const [key, object] of undone) {
      if (object === undefined) rows.delete(key);
      else if (namespace === undefined || object.metadata.namespace === namespace) rows.set(key, object);
    }
    const ordered = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return ordered.map(([, object]) => object);
  }

  /** Up to `limit` changes of one store after `resourceVersion`, oldest first. Throws `HistoryExpired`. */
  eventsSince(resourceVersion: number, storageKey: string, limit: number = 1_000_000): StoreEvent[] {
    if (resourceVersion >= this.#collection(storageKey).lastChange) return [];
    return this.#history.since(resourceVersion, storageKey, limit);
  }

  subscribe(listener: (events: StoreEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes one change durable. Resolves to the stored object, with its resource version. Rejects with `StaleWrite`
   * when something else is stored than the write expects, and with `StorageError` when it could not be kept.
   */
  write(write: Write): Promise<KubeObject> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new StorageError('Failed', `${this.#file} is closed`));
      if (this.#pending.push({ write, resolve, reject }) === 1) setImmediate(() => this.#flush());
    });
  }

  /** Drops history beyond the limits; also done from time to time. */
  trim(): void {
    try {
      this.#history.trim(this.#now());
    } catch (error) {
      this.#onError(storageError(error, this.#file));
    }
  }

  /** Commits what is pending, folds the log of SQLite into the database and gives the folder free. */
  close(): void {
    if (this.#closed) return;
    clearInterval(this.#trimTimer);
    this.#flush();
    this.#closed = true;
    try {
      this.#database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Everything acknowledged is in SQLite's log and is read from there at the next start.
      this.#onError(storageError(error, this.#file));
    } finally {
      this.#database.connection.close();
      this.#unlock();
    }
  }

  #collection(storageKey: string): Collection {
    let collection = this.#collections.get(storageKey);
    if (!collection) {
      const rows = this.#database.selectCollection.all(storageKey) as unknown as {
        key: string;
        object: string;
      }[];
      collection = new Collection(
        rows.map(({ key, object }) => [key, parseObject(object)]),
        this.#resourceVersion,
      );
      this.#collections.set(storageKey, collection);
    }
    return collection;
  }

  #flush(): void {
    const group = this.#pending;
    this.#pending = [];
    if (group.length === 0) return;
    const error = this.#commit(group);
    if (error === undefined) return;
    // One huge write must not take the others down with it when the disk is nearly full.
    for (const pending of group) {
      const alone = group.length > 1 ? this.#commit([pending]) : error;
      if (alone) pending.reject(alone);
    }
  }

  /** Commits a group and acknowledges its members; returns the error when nothing of it was kept. */
  #commit(group: PendingWrite[]): StorageError | undefined {
    const { connection } = this.#database;
    const stale: [PendingWrite, StaleWrite][] = [];
    const done: [PendingWrite, StoreEvent][] = [];
    const touched = new Map<string, KubeObject | undefined>();
    let resourceVersion = this.#resourceVersion;
    this.#rollBack();
    try {
      connection.exec('BEGIN IMMEDIATE');
      for (const pending of group) {
        const { write } = pending;
        const key = objectKey(write.namespace, write.name);
        const path = `${write.storageKey}/${key}`;
        const current = touched.has(path) ? touched.get(path) : this.#collection(write.storageKey).get(key);
        const expected = write.type === 'create' ? undefined : write.expected;
        if (current?.metadata.resourceVersion !== expected) {
          stale.push([pending, new StaleWrite(current)]);
          continue;
        }
        const event = storeEvent(write, current, ++resourceVersion);
        this.#execute(event, key);
        touched.set(path, event.type === 'DELETED' ? undefined : event.object);
        done.push([pending, event]);
      }
      connection.exec('COMMIT');
    } catch (cause) {
      this.#rollBack();
      return storageError(cause, this.#file);
    }
    this.#publish(
      done.map(([, event]) => event),
      resourceVersion,
    );
    for (const [pending, error] of stale) pending.reject(error);
    for (const [pending, event] of done) pending.resolve(event.object);
    return undefined;
  }

  /** Never throws: nobody is there to catch it. What could not be undone is tried again before the next commit. */
  #rollBack(): void {
    const { connection } = this.#database;
    try {
      if (connection.isTransaction) connection.exec('ROLLBACK');
    } catch (error) {
      this.#onError(storageError(error, this.#file));
    }
  }

  #execute(event: StoreEvent, key: string): void {
    const text = objectText(event.object);
    if (event.type === 'DELETED') this.#database.deleteObject.run(event.storageKey, key);
    else this.#database.putObject.run(event.storageKey, key, text);
    this.#history.append(event, this.#now(), text, event.previous ? objectText(event.previous) : null);
  }

  #publish(events: StoreEvent[], resourceVersion: number): void {
    if (events.length === 0) return;
    this.#resourceVersion = resourceVersion;
    for (const event of events) {
      const collection = this.#collection(event.storageKey);
      const key = objectKey(event.namespace, event.name);
      if (event.type === 'DELETED') collection.delete(key);
      else collection.set(key, event.object);
      collection.lastChange = event.resourceVersion;
    }
    this.#history.committed(events.length);
    if (this.#history.overfull) this.trim();
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (cause) {
        // The change is durable and its writer has to hear so, whatever a listener makes of it.
        this.#onError(new StorageError('Failed', 'a listener to changes failed', { cause }));
      }
    }
  }
}

function storeEvent(write: Write, previous: KubeObject | undefined, resourceVersion: number): StoreEvent {
  const { storageKey, namespace, name, object, type } = write;
  return {
    type: type === 'delete' ? 'DELETED' : type === 'create' ? 'ADDED' : 'MODIFIED',
    storageKey,
    namespace,
    name,
    object: { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } },
    ...(previous ? { previous } : {}),
    resourceVersion,
  };
}
