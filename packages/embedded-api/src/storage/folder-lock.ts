import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StorageError, storageError } from './storage-error.ts';

/** How long a process that was just told to stop, or lost its supervisor, gets to let go of the folder. */
const handOverMs = 2000;

/**
 * Takes the data folder for this process, or throws a `StorageError` `InUse`. The lock is an open transaction on an
 * empty SQLite file, that is a lock of the operating system: it ends with the process, however that ends, so that
 * nothing stale is ever left. Returns the function that releases it.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: handOverMs });
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    const error = storageError(cause, file);
    if (error.code !== 'InUse') throw error;
    throw new StorageError(
      'InUse',
      `the data folder ${folder} is in use by another process: stop it, or choose another folder`,
      { cause },
    );
  }
  const held = database;
  return () => held.close();
}
