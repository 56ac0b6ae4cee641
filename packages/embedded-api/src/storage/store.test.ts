import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { HistoryExpired } from './history.ts';
import { StorageError } from './storage-error.ts';
import type { StoreEvent } from './store-event.ts';
import { StaleWrite, Store } from './store.ts';
import type { StoreOptions } from './store.ts';

let folder: string;
const stores: Store[] = [];

const open = (options?: StoreOptions): Store => {
  const store = new Store(folder, options);
  stores.push(store);
  return store;
};
const object = (name: string, data = 'x', namespace = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { data },
});
const create = (store: Store, name: string, namespace = 'a'): Promise<KubeObject> =>
  store.write({
    type: 'create',
    storageKey: 'configmaps',
    namespace,
    name,
    object: object(name, 'x', namespace),
  });
const update = (store: Store, old: KubeObject, data: string): Promise<KubeObject> => {
  const { name = '', namespace = '', resourceVersion = '' } = old.metadata;
  return store.write({
    type: 'update',
    storageKey: 'configmaps',
    namespace,
    name,
    object: object(name, data, namespace),
    expected: resourceVersion,
  });
};
const remove = (store: Store, old: KubeObject): Promise<KubeObject> => {
  const { name = '', namespace = '', resourceVersion = '' } = old.metadata;
  return store.write({
    type: 'delete',
    storageKey: 'configmaps',
    namespace,
    name,
    object: old,
    expected: resourceVersion,
  });
};
const names = (objects: KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name ?? '');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

describe('writes', () => {
  test('are acknowledged with growing resource versions and read back in key order', async () => {
    const store = open();
    const written = await Promise.all([create(store, 'c'), create(store, 'a'), create(store, 'b')]);
    const versions = written.map(({ metadata }) => Number(metadata.resourceVersion));
    expect(versions).toEqual([versions[0], versions.at(0)! + 1, versions.at(0)! + 2]);
    expect(names(store.list('configmaps'))).toEqual(['a', 'b', 'c']);
    expect(store.resourceVersion).toBe(versions[2]);
  });

  test('that cannot be made do not fail their neighbours in the same group', async () => {
    const store = open();
    const results = await Promise.allSettled([create(store, 'a'), create(store, 'a'), create(store, 'b')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(StaleWrite);
    expect(names(store.list('configmaps'))).toEqual(['a', 'b']);
  });

  test('made from an old state are stale and tell what is stored', async () => {
    const store = open();
    const first = await create(store, 'a');
    const second = await update(store, first, 'second');
    const error = await update(store, first, 'third').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StaleWrite);
    expect((error as StaleWrite).current).toBe(second);
  });

  test('see those before them in the same group', async () => {
    const store = open();
    const first = await create(store, 'a');
    const [, again] = await Promise.all([remove(store, first), create(store, 'a')]);
    expect(store.get('configmaps', 'a', 'a')).toBe(again);
  });

  test('reach listeners in order, with the state before', async () => {
    const store = open();
    const seen: StoreEvent[] = [];
    store.subscribe((events) => seen.push(...events));
    const first = await create(store, 'a');
    const second = await update(store, first, 'second');
    await remove(store, second);
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(seen.map(({ previous }) => previous)).toEqual([undefined, first, second]);
    expect(seen.at(2)!.object.metadata.resourceVersion).toBe(String(seen.at(2)!.resourceVersion));
  });

  test('are durable whatever a listener does', async () => {
    const errors: StorageError[] = [];
    const store = open({ onError: (error) => errors.push(error) });
    store.subscribe(() => {
      throw new Error('broken');
    });
    await create(store, 'a');
    expect(errors).toHaveLength(1);
  });
});

describe('a store that is opened again', () => {
  test('has everything, and goes on with its resource versions even when the newest objects were deleted', async () => {
    const store = open();
    await create(store, 'a');
    const gone = await create(store, 'gone');
    await remove(store, gone);
    const version = store.resourceVersion;
    store.close();
    const again = open();
    expect(again.resourceVersion).toBe(version);
    expect(again.get('configmaps', 'a', 'a')).toMatchObject({ data: { data: 'x' } });
    expect(Number((await create(again, 'b')).metadata.resourceVersion)).toBe(version + 1);
  });

  test('keeps its version when the whole history was trimmed', async () => {
    let now = 0;
    const options = { history: { maxAgeMs: 1000, maxCount: 100 }, now: () => now };
    const store = open(options);
    const gone = await create(store, 'gone');
    await remove(store, gone);
    const version = store.resourceVersion;
    now = 5000;
    store.trim();
    store.close();
    const again = open(options);
    expect(again.resourceVersion).toBe(version);
    expect(again.historyFloor).toBe(version);
  });
});

describe('history', () => {
  test('gives the changes after a version, of one store, oldest first', async () => {
    const store = open();
    const first = await create(store, 'a');
    await update(store, first, 'second');
    await store.write({ type: 'create', storageKey: 'pods', namespace: 'a', name: 'p', object: object('p') });
    const since = store.eventsSince(Number(first.metadata.resourceVersion), 'configmaps');
    expect(since).toHaveLength(1);
    expect(since[0]).toMatchObject({ type: 'MODIFIED', previous: first });
  });

  test('is bounded by count and says where it starts', async () => {
    const store = open({ history: { maxAgeMs: 1e9, maxCount: 5 } });
    for (let i = 0; i < 20; i++) await create(store, `n${i}`);
    store.trim();
    expect(store.historyFloor).toBe(store.resourceVersion - 5);
    expect(store.eventsSince(store.historyFloor, 'configmaps')).toHaveLength(5);
    expect(() => store.eventsSince(store.historyFloor - 1, 'configmaps')).toThrow(HistoryExpired);
  });

  test('rebuilds the list as it was at an older version', async () => {
    const store = open();
    const a = await create(store, 'a');
    const b = await create(store, 'b');
    await create(store, 'z', 'other');
    const before = store.list('configmaps');
    const version = store.resourceVersion;
    await update(store, a, 'changed');
    await remove(store, b);
    await create(store, 'b');
    await create(store, 'c');
    expect(store.listAt('configmaps', undefined, version)).toEqual(before);
    expect(names(store.listAt('configmaps', 'other', version))).toEqual(['z']);
  });
});

describe('a data folder', () => {
  test('cannot be opened twice, and can again once the first is closed', () => {
    const store = open();
    const error = (() => {
      try {
        return new Store(folder);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({ name: 'StorageError', code: 'InUse' });
    store.close();
    open();
  });

  test('from a newer release is refused and left as it is', async () => {
    const store = open();
    await create(store, 'a');
    store.close();
    const file = join(folder, 'objects.db');
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(file);
    expect(() => new Store(folder)).toThrow(/newer release/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('with a foreign or broken database is refused', () => {
    const file = join(folder, 'objects.db');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE t (x); PRAGMA user_version = 7');
    database.close();
    expect(() => new Store(folder)).toThrow(StorageError);
  });

  test('keeps its contents from other users', async () => {
    const store = open();
    await create(store, 'a');
    for (const file of readdirSync(folder).filter((name) => name.startsWith('objects'))) {
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    }
  });

  test('keeps U+2028 in objects and escapes it in text', async () => {
    const store = open();
    await store.write({
      type: 'create',
      storageKey: 'configmaps',
      namespace: 'a',
      name: 'a',
      object: object('a', 'x\u2028y'),
    });
    store.close();
    expect(open().get('configmaps', 'a', 'a')).toMatchObject({ data: { data: 'x\u2028y' } });
  });
});
