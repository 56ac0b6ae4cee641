import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NotificationError } from '../../errors.ts';
import { migrations } from './schema.ts';
import { sqliteError } from './sqlite-error.ts';

/** How long a process that was just told to stop gets to let go of the file, in milliseconds. */
const handOverMs = 2000;

/**
 * Opens or creates the database, for this process alone: the lock is the operating system's and ends with the process.
 * Throws `NotificationError` `StoreUnusable` when another process has it, a newer release wrote it, or it is none.
 */
export function openDatabase(file: string): DatabaseSync {
  let connection: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // Alerts and inline secrets of receivers are in it. SQLite gives its other files the same mode.
      closeSync(openSync(file, 'a', 0o600));
    }
    connection = new DatabaseSync(file, { timeout: handOverMs });
    // Pages that hold a few typical alerts each, and a write-ahead log of 16 MB.
    connection.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA page_size = 4096;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -32000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 4000;
    `);
    migrate(connection, file);
    return connection;
  } catch (cause) {
    connection?.close();
    throw sqliteError(cause, file);
  }
}

function migrate(connection: DatabaseSync, file: string): void {
  const { user_version: version } = connection.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  if (version > migrations.length) {
    throw new NotificationError(
      'StoreUnusable',
      `${file} was written by a newer release (format ${version}, this one reads up to ${migrations.length}): ` +
        'use that release, or another file',
    );
  }
  connection.exec('BEGIN IMMEDIATE');
  for (const migration of migrations.slice(version)) connection.exec(migration);
  connection.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}
