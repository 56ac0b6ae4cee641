import { NotificationError } from '../../errors.ts';

// Primary result codes of SQLite, the low byte of the extended ones: https://sqlite.org/rescode.html
const busy = 5;
const ioError = 10;
const corrupt = 11;
const full = 13;
const notADatabase = 26;

/** Wraps what `node:sqlite` and the file system throw: `Busy` when the disk is full, else `StoreUnusable`. */
export function sqliteError(cause: unknown, file: string): NotificationError {
  if (cause instanceof NotificationError) return cause;
  const errcode = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0;
  switch (errcode) {
    case busy:
      return new NotificationError(
        'StoreUnusable',
        `${file} is in use by another process: stop it, or choose another file`,
        { cause },
      );
    case full:
    case ioError:
      return new NotificationError('Busy', `cannot write to ${file}: free some disk space and try again`, {
        cause,
      });
    case corrupt:
    case notADatabase:
      return new NotificationError(
        'StoreUnusable',
        `${file} is damaged or no database: restore it from a copy`,
        {
          cause,
        },
      );
    default:
      return new NotificationError(
        'StoreUnusable',
        `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
        },
      );
  }
}
