import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
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
