import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../alerts/alert.ts';
import { available } from '../../../../../e2e/testing/available.ts';
import { sampleAlert } from '../testing/samples.ts';
import { SqliteStore } from './sqlite-store.ts';

/** A file system of 4 MB; only root may mount one. */
const mounted = (folder: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
const canMount = available(
  'the full disk suite of the outbox',
  'root, to mount a small tmpfs',
  mounted(folder),
);

describe.skipIf(!canMount)('a full disk', () => {
  const window = { repeatWindowMs: 240_000 };
  const file = join(folder, 'notifications.db');
  const ballast = join(folder, 'ballast');
  const big = (number: number): Alert => sampleAlert(number, { annotations: { text: 'x'.repeat(100_000) } });
  let store: SqliteStore;

  beforeAll(() => {
    store = new SqliteStore({ file });
  });
  afterAll(async () => {
    await store.close();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });

  test('refuses posts with Busy, keeps nothing of them, gives out what it has, and takes posts again once there is space', async () => {
    await store.accept([big(1)], window);
    try {
      writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024));
    } catch {
      // Full is what it is to be.
    }
    const posts = [[big(2), big(3)], [big(4)]];
    for (const result of await Promise.allSettled(posts.map((post) => store.accept(post, window)))) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { name: 'NotificationError', code: 'Busy' },
      });
    }
    expect(await store.backlog()).toMatchObject({ alerts: 1 });
    expect(await store.claimAlerts({ limit: 10, leaseMs: 0 })).toMatchObject([{ alert: big(1) }]);

    rmSync(ballast);
    expect(await store.accept([big(2), big(3)], window)).toEqual({ accepted: 2, repeated: 0 });
    await store.close();
    store = new SqliteStore({ file });
    expect(await store.claimAlerts({ limit: 10, leaseMs: 0 })).toHaveLength(3);
  });
});
