import { NotificationError } from '../../errors.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html: classes and codes that pass by themselves.
const passing = /^(08|53|57P|57014|40001|40P01|55P03|25006)/;
// Node's, of a connection that cannot be made or is lost.
const network = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ENOENT)/;

/**
 * Whether trying again may help: the connection was lost, the server restarts or is full, two changes stood in each
 * other's way.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The client has no code for a connection that ends under a query, or cannot be had in time.
  if (!('code' in error) || typeof error.code !== 'string') return /connection|timeout/i.test(error.message);
  return passing.test(error.code) || network.test(error.code);
}

/** Wraps what the client throws. Messages of the server name users and tables, no passwords and no values. */
export function postgresError(cause: unknown): NotificationError {
  if (cause instanceof NotificationError) return cause;
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  return isPassing(cause)
    ? new NotificationError('Busy', `PostgreSQL cannot take changes now: ${message}`, { cause })
    : new NotificationError('StoreUnusable', `PostgreSQL: ${message}`, { cause });
}
