import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { StorageError, storageError } from './storage-error.ts';

/** The format this release writes. A database with a greater one is refused; there is no older one yet. */
const formatVersion = 1;

// "ARML": tells our files from other SQLite databases (PRAGMA application_id).
const applicationId = 0x41524d4c;

/** Rows of the history; `previous` is the text before the change, null for ADDED. */
export interface LogRow {
  rv: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  namespace: string;
  name: string;
  object: string;
  previous: string | null;
}

/** An open database with its prepared statements. */
export interface Database {
  connection: DatabaseSync;
  putObject: StatementSync;
  deleteObject: StatementSync;
  appendLog: StatementSync;
  selectCollection: StatementSync;
  selectLog: StatementSync;
}

/**
 * Opens or creates the database at `file` (`:memory:` for one that is gone afterwards). Throws a `StorageError` and
 * leaves the file untouched when a newer release wrote it.
 */
export function openDatabase(file: string): Database {
  refuseForeign(file);
  let connection: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') createPrivate(file);
    connection = new DatabaseSync(file, { timeout: 0 });
    prepare(connection);
    return { connection, ...statements(connection) };
  } catch (cause) {
    connection?.close();
    throw storageError(cause, file);
  }
}

/** Secrets are stored here: nobody else may read them, whatever the folder's mode. SQLite's other files follow. */
function createPrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}

// Pages that hold a few typical objects each, and a write-ahead log of 16 MB: measured with objects of 2 KB.
function prepare(connection: DatabaseSync): void {
  connection.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = 8192;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
  `);
  const { user_version } = connection.prepare('PRAGMA user_version').get() as { user_version: number };
  // Created with a rollback journal, so that the header in the file itself is complete before WAL is switched on:
  // refuseForeign reads it without SQLite.
  if (user_version === 0) connection.exec(schema);
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;');
}

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE objects (
    storage_key TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL, PRIMARY KEY (storage_key, key)
  );
  CREATE TABLE log (
    rv INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, storage_key TEXT NOT NULL,
    namespace TEXT NOT NULL, name TEXT NOT NULL, object TEXT NOT NULL, previous TEXT
  );
  CREATE TABLE compaction (floor INTEGER NOT NULL);
  INSERT INTO compaction VALUES (1);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
  COMMIT;
`;

function statements(connection: DatabaseSync): Omit<Database, 'connection'> {
  return {
    putObject: connection.prepare(
      'INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET object = excluded.object',
    ),
    deleteObject: connection.prepare('DELETE FROM objects WHERE storage_key = ? AND key = ?'),
    appendLog: connection.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    selectCollection: connection.prepare(
      'SELECT key, object FROM objects WHERE storage_key = ? ORDER BY key',
    ),
    selectLog: connection.prepare(
      'SELECT rv, type, namespace, name, object, previous FROM log WHERE rv > ? AND storage_key = ? ORDER BY rv LIMIT ?',
    ),
  };
}

/** Reads the SQLite header (https://sqlite.org/fileformat.html) without opening the database, so as not to touch it. */
function refuseForeign(file: string): void {
  if (file === ':memory:') return;
  const header = Buffer.alloc(100);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw storageError(error, file);
  }
  try {
    if (readSync(descriptor, header) < header.length) return;
  } finally {
    closeSync(descriptor);
  }
  const version = header.readUInt32BE(60);
  const application = header.readUInt32BE(68);
  if (application !== applicationId && (application !== 0 || version !== 0)) {
    throw new StorageError('Damaged', `${file} is not a database of Armillary: choose another folder`);
  }
  if (version > formatVersion) {
    throw new StorageError(
      'NewerFormat',
      `${file} was written by a newer release (format ${version}, this one reads up to ${formatVersion}): ` +
        'use that release, or choose another folder',
    );
  }
}
