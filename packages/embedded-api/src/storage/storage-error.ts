/**
 * A failure of the data folder. `InUse`: another process has it open. `NewerFormat`: a newer release wrote it.
 * `Full`: no space or quota is left; nothing of the write was kept, and writes succeed again once there is space.
 * `Damaged`: the file is not a database of ours, or a broken one. `Failed`: anything else the system reports.
 */
export type StorageErrorCode = 'InUse' | 'NewerFormat' | 'Full' | 'Damaged' | 'Failed';

/** Every error of this folder that the operator of the machine has to act on; the message says how. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

// Primary result codes of SQLite, the low byte of the extended ones: https://sqlite.org/rescode.html
const busy = 5;
const ioError = 10;
const corrupt = 11;
const full = 13;
const notADatabase = 26;

/** Wraps what `node:sqlite` throws; `file` is named in the message. */
export function storageError(cause: unknown, file: string): StorageError {
  if (cause instanceof StorageError) return cause;
  const errcode = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0;
  switch (errcode) {
    case busy:
      return new StorageError(
        'InUse',
        `${file} is in use by another process: stop it, or choose another folder`,
        {
          cause,
        },
      );
    case full:
    case ioError:
      return new StorageError(
        'Full',
        `cannot write to ${file}: free some disk space and repeat the request`,
        {
          cause,
        },
      );
    case corrupt:
    case notADatabase:
      return new StorageError('Damaged', `${file} is damaged or not a database: restore it from a copy`, {
        cause,
      });
    default:
      return new StorageError(
        'Failed',
        `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
        },
      );
  }
}
