import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleAlert, sampleDelivery } from '../testing/samples.ts';
import { storeCases } from '../testing/store-cases.ts';
import { SqliteStore } from './sqlite-store.ts';

describe('a store in SQLite', () => {
  storeCases(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notifications-'));
    let current: SqliteStore | undefined;
    return {
      open: async (options) => {
        await current?.close();
        current = new SqliteStore({ file: join(folder, 'deep', 'notifications.db'), ...options });
        return current;
      },
      remove: async () => rmSync(folder, { recursive: true }),
    };
  });
});

const window = { repeatWindowMs: 240_000 };

describe('the file of a store', () => {
  let folder: string;
  let file: string;
  let store: SqliteStore | undefined;
  const open = (): SqliteStore => (store = new SqliteStore({ file }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'notifications-'));
    file = join(folder, 'notifications.db');
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    rmSync(folder, { recursive: true });
  });

  test('is nobody else’s to read, and what stands beside it neither', async () => {
    await open().accept([sampleAlert(1)], window);
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({ 'notifications.db': 0o600, 'notifications.db-wal': 0o600 });
  });

  test('is one process’ at a time, and the next one’s as soon as that has ended, however it ended', async () => {
    const script = `
      import { DatabaseSync } from 'node:sqlite';
      const database = new DatabaseSync(${JSON.stringify(file)});
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; SELECT * FROM alerts; BEGIN IMMEDIATE');`;
    const runs = (): void =>
      void execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    await open().accept([sampleAlert(1)], window);
    expect(runs).toThrow(/locked/);
    await store!.close();
    runs();
    expect(await open().accept([sampleAlert(1)], window)).toEqual({ accepted: 0, repeated: 1 });
  });

  test('is refused in words while another process has it', () => {
    const other = new DatabaseSync(file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    expect(open).toThrow(
      expect.objectContaining({
        code: 'StoreUnusable',
        message: expect.stringContaining('in use by another process'),
      }),
    );
    other.close();
  });

  test('of a newer release is refused and left alone', async () => {
    await open().close();
    const other = new DatabaseSync(file);
    other.exec('PRAGMA user_version = 99');
    other.close();
    const before = readFileSync(file);
    expect(open).toThrow(
      expect.objectContaining({ code: 'StoreUnusable', message: expect.stringContaining('a newer release') }),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  test('that is no database is refused', () => {
    writeFileSync(file, 'something else altogether'.repeat(1000));
    expect(open).toThrow(
      expect.objectContaining({
        code: 'StoreUnusable',
        message: expect.stringContaining('restore it from a copy'),
      }),
    );
  });

  test('holds what a killed process had claimed, for the next one at once', async () => {
    const first = open();
    await first.accept([sampleAlert(1), sampleAlert(2)], window);
    const [{ id } = { id: '' }] = await first.claimAlerts({ limit: 2, leaseMs: 3_600_000 });
    await first.commitRouting([{ id, steps: [] }], [sampleDelivery('a', [id])]);
    const options = { channel: 'webhook', limit: 1, perTenant: 1, leaseMs: 3_600_000 } as const;
    expect(await first.claimDestinations(options)).toHaveLength(1);
    await first.close();
    const second = open();
    expect(await second.claimAlerts({ limit: 2, leaseMs: 1000 })).toHaveLength(1);
    expect(await second.claimDestinations(options)).toHaveLength(1);
  });
});

describe('changes that are made at the same time', () => {
  test('are made or refused each by itself', async () => {
    const store = new SqliteStore({ file: ':memory:', maxBacklog: 3 });
    const posts = [[sampleAlert(1), sampleAlert(2)], [sampleAlert(3), sampleAlert(4)], [sampleAlert(5)]];
    const results = await Promise.allSettled(posts.map((post) => store.accept(post, window)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const claimed = await store.claimAlerts({ limit: 10, leaseMs: 1000 });
    expect(claimed.map(({ alert }) => alert.fingerprint)).toEqual(
      [1, 2, 5].map((n) => sampleAlert(n).fingerprint),
    );
    await store.close();
  });

  test('that are pending when the store is closed are made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notifications-'));
    const file = join(folder, 'notifications.db');
    const store = new SqliteStore({ file });
    const accepted = store.accept([sampleAlert(1)], window);
    await store.close();
    expect(await accepted).toEqual({ accepted: 1, repeated: 0 });
    const again = new SqliteStore({ file });
    expect(await again.backlog()).toMatchObject({ alerts: 1 });
    await again.close();
    rmSync(folder, { recursive: true });
  });
});
