import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, types } from 'pg';
import { NotificationError } from '../../errors.ts';
import { isPassing, postgresError } from './postgres-error.ts';
import { migrations } from './schema.ts';

/** How to reach the database. */
export interface DatabaseOptions {
  /** `postgresql://user:password@host:5432/database`, as PostgreSQL's own programs take it. */
  url: string;
  /** Most connections of this process; 10 when absent, at least 1. */
  connections?: number;
}

/** One connection within a transaction, or any connection outside of one. */
export interface Queryable {
  /** The rows; numbers of PostgreSQL's `bigint` are numbers. */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** Waits between tries of a change that failed for a passing reason, in milliseconds. */
const retryAfterMs = [50, 250, 1000];
/** A server that does not answer must not hold a post for longer than its sender waits. */
const connectTimeoutMs = 5000;
const statementTimeoutMs = 30_000;
/** Locked while the schema is made: any number that nobody else uses. */
const schemaLock = 0x41524d4c;

/** Connections to PostgreSQL. Throws `NotificationError` only: `Busy` when trying again may help. */
export class Database implements Queryable {
  readonly #pool: Pool;
  #closed = false;

  private constructor(options: DatabaseOptions) {
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      application_name: 'armillary-notifications',
      types: { getTypeParser },
    });
    // An idle connection that breaks is replaced at its next use, which tells if that fails.
    this.#pool.on('error', () => {});
  }

  /** Connects, and makes or renews the schema. Throws `StoreUnusable` when a newer release made it. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const database = new Database(options);
    try {
      await database.transaction(migrate);
      return database;
    } catch (error) {
      await database.close();
      throw new NotificationError('StoreUnusable', (error as Error).message, { cause: error });
    }
  }

  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return await this.#retrying(async () => (await this.#pool.query(text, values)).rows as Row[]);
  }

  /** Runs `work` in a transaction, more than once when it fails for a passing reason. */
  async transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    return await this.#retrying(async () => {
      const client = await this.#pool.connect();
      let broken: Error | undefined;
      // Without a listener a connection that breaks between two queries would end the process.
      const onError = (error: Error): void => void (broken = error);
      client.on('error', onError);
      try {
        await client.query('BEGIN');
        const result = await work({ query: async (text, values) => (await client.query(text, values)).rows });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((cause: Error) => (broken = cause));
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  // Everything asked for here may be done twice: what was committed without our hearing of it is found done.
  async #retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      if (this.#closed) throw new NotificationError('StoreUnusable', 'the store is closed');
      try {
        return await work();
      } catch (error) {
        const wait = retryAfterMs[tries];
        if (wait === undefined || !isPassing(error)) throw postgresError(error);
        await sleep(wait * (0.5 + Math.random() / 2));
      }
    }
  }
}

// Ids and times are far below what a number holds exactly.
const getTypeParser: typeof types.getTypeParser = (type, format) =>
  type === types.builtins.INT8 ? Number : types.getTypeParser(type, format);

async function migrate(connection: Queryable): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock($1)', [schemaLock]);
  const [found] = await connection.query(`SELECT 1 WHERE to_regclass('notifications.format') IS NOT NULL`);
  // Only the first start needs the right to make things.
  if (!found) {
    await connection.query('CREATE SCHEMA IF NOT EXISTS notifications');
    await connection.query('CREATE TABLE notifications.format (version integer NOT NULL)');
  }
  const [format] = await connection.query<{ version: number }>('SELECT version FROM notifications.format');
  const version = format?.version ?? 0;
  if (version > migrations.length) {
    throw new NotificationError(
      'StoreUnusable',
      `the database was written by a newer release (format ${version}, this one reads up to ${migrations.length}): ` +
        'use that release, or another database',
    );
  }
  for (const migration of migrations.slice(version)) await connection.query(migration);
  if (version === migrations.length) return;
  await connection.query(
    format ? 'UPDATE notifications.format SET version = $1' : 'INSERT INTO notifications.format VALUES ($1)',
    [migrations.length],
  );
}
