import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../../../../e2e/testing/available.ts';
import { Store } from './store.ts';

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
const canMount = available('the full disk suite', 'root, to mount a small tmpfs', mounted(folder));

describe.skipIf(!canMount)('a full disk', () => {
  let store: Store;
  const put = (name: string, bytes: number): Promise<unknown> =>
    store.write({
      type: 'create',
      storageKey: 'configmaps',
      namespace: 'a',
      name,
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'a' },
        data: { v: 'x'.repeat(bytes) },
      },
    });
  const ballast = join(folder, 'ballast');

  beforeAll(() => {
    store = new Store(folder);
  });
  afterAll(() => {
    store.close();
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  test('refuses the write, keeps nothing of it, reads on, and writes again once there is space', async () => {
    await put('before', 100);
    const version = store.resourceVersion;
    try {
      writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024));
    } catch {
      // Full is what it is to be.
    }
    const results = await Promise.allSettled([put('lost', 100_000), put('lost-too', 100_000)]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'StorageError', code: 'Full' } });
    }
    expect(store.resourceVersion).toBe(version);
    expect(store.list('configmaps').map(({ metadata }) => metadata.name)).toEqual(['before']);

    rmSync(ballast);
    await put('after', 100_000);
    expect(store.resourceVersion).toBe(version + 1);
    store.close();
    store = new Store(folder);
    expect(store.list('configmaps').map(({ metadata }) => metadata.name)).toEqual(['after', 'before']);
  });
});
