import type { DatabaseSync } from 'node:sqlite';
import { NotificationError } from '../../errors.ts';
import { sqliteError } from './sqlite-error.ts';

interface Change {
  make(): unknown;
  resolve(result: unknown): void;
  reject(error: NotificationError): void;
}

/**
 * Group commit: changes that are asked for in one turn of the event loop share a transaction, and so one wait for the
 * disk. Each is made wholly or not at all, whatever becomes of its neighbours, and acknowledged after the commit.
 */
export class Transactions {
  readonly #connection: DatabaseSync;
  readonly #file: string;
  #pending: Change[] = [];
  #closed = false;

  constructor(connection: DatabaseSync, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Resolves to what `make` returns once it is on the disk; rejects with `NotificationError`, and nothing is changed. */
  run<T>(make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new NotificationError('StoreUnusable', `${this.#file} is closed`));
      const change: Change = { make, resolve: (result) => resolve(result as T), reject };
      if (this.#pending.push(change) === 1) setImmediate(() => this.#flush());
    });
  }

  /** What `look` returns, of what is committed. Throws `NotificationError`. */
  read<T>(look: () => T): T {
    if (this.#closed) throw new NotificationError('StoreUnusable', `${this.#file} is closed`);
    try {
      return look();
    } catch (cause) {
      throw sqliteError(cause, this.#file);
    }
  }

  /** Commits what is pending and takes no more. */
  close(): void {
    this.#flush();
    this.#closed = true;
  }

  #flush(): void {
    const group = this.#pending;
    this.#pending = [];
    if (group.length === 0) return;
    const error = this.#commit(group);
    if (error === undefined) return;
    // One huge post must not take the others down with it when the disk is nearly full.
    for (const change of group) {
      const alone = group.length > 1 ? this.#commit([change]) : error;
      if (alone) change.reject(alone);
    }
  }

  /** Commits a group and acknowledges its members; returns the error when nothing of it was kept. */
  #commit(group: Change[]): NotificationError | undefined {
    const answers: (() => void)[] = [];
    this.#rollBack();
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      for (const change of group) answers.push(this.#make(change));
      this.#connection.exec('COMMIT');
    } catch (cause) {
      this.#rollBack();
      return sqliteError(cause, this.#file);
    }
    for (const answer of answers) answer();
    return undefined;
  }

  /** SQLite does it by itself when the disk is full, but not always. What cannot be undone now is before the next commit. */
  #rollBack(): void {
    try {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
    } catch {
      // The change that led here is refused whatever comes of this.
    }
  }

  /** Makes one change of a group; what it refuses by itself does not concern the others. */
  #make(change: Change): () => void {
    this.#connection.exec('SAVEPOINT change');
    try {
      const result = change.make();
      this.#connection.exec('RELEASE change');
      return () => change.resolve(result);
    } catch (error) {
      if (!(error instanceof NotificationError)) throw error;
      this.#connection.exec('ROLLBACK TO change; RELEASE change');
      return () => change.reject(error);
    }
  }
}
