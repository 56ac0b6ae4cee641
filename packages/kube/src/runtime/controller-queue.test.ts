import { describe, expect, test } from 'vitest';
import { coreV1 } from '../objects/core-v1.ts';
import { until } from '../testing/until.ts';
import { counting, gate, start, ManagerWorld } from '../testing/manager-world.ts';

const world = new ManagerWorld();
const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/system/leases/leader';

describe('1. level-triggered', () => {
  test('many changes during a reconcile lead to one more, which reads the last state', async () => {
    const manager = world.manage();
    const { wait, release } = gate();
    const seen: unknown[] = [];
    const informer = manager.informer(coreV1.configMaps);
    manager.add({
      name: 'reader',
      for: coreV1.configMaps,
      reconcile: async ({ name, namespace }) => {
        seen.push(informer.get(name, namespace)?.data?.['n']);
        if (seen.length === 1) await wait();
      },
    });
    world.api.put(path('one'), { data: { n: '0' } });
    void start(manager);
    await until('the first reconcile', () => seen.length === 1);
    for (let n = 1; n <= 50; n += 1) world.api.put(path('one'), { data: { n: String(n) } });
    await until('the cache', () => informer.get('one', 'shop')?.data?.['n'] === '50');
    release();
    await until('the second reconcile', () => seen.length === 2);
    expect(seen).toEqual(['0', '50']);
  });
});

describe('2. one worker per key', () => {
  test('a key is never reconciled twice at the same time, others are', async () => {
    const manager = world.manage();
    const { wait, release } = gate();
    const active = new Map<string, number>();
    let most = 0;
    let together = 0;
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        workers: 4,
        reconcile: async ({ name }) => {
          const now = (active.get(name) ?? 0) + 1;
          active.set(name, now);
          most = Math.max(most, now);
          together = Math.max(together, active.size);
          runs.push(name);
          await wait();
          active.delete(name);
        },
      }),
    );
    for (const name of ['a', 'b']) world.api.put(path(name), {});
    void start(manager);
    await until('both run', () => active.size === 2);
    await world.running(manager);
    for (let times = 0; times < 10; times += 1) world.api.put(path('a'), { data: { n: String(times) } });
    await until(
      'the changes arrived',
      () => manager.informer(coreV1.configMaps).get('a', 'shop')?.data?.['n'] === '9',
    );
    expect(runs).toEqual(['a', 'b']);
    release();
    await until('a ran again', () => runs.length === 3);
    expect({ most, together }).toEqual({ most: 1, together: 2 });
  });
});

describe('3. back-off', () => {
  test('a failing key is tried ever more rarely, the others are not held up', async () => {
    const manager = world.manage();
    const failedAt: number[] = [];
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        reconcile: ({ name }) => {
          if (name === 'bad') {
            failedAt.push(world.clock.now());
            return Promise.reject(new Error('no'));
          }
          runs.push(name);
          return Promise.resolve();
        },
      }),
    );
    world.api.put(path('bad'), {});
    void start(manager);
    await world.untilWithTime('nine failures', () => failedAt.length === 9, 5);
    const gaps = failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? 0));
    expect(gaps[0]).toBeLessThan(gaps[4] ?? 0);
    expect(gaps[7]).toBeGreaterThanOrEqual(640);
    world.api.put(path('good'), {});
    await until('the good one', () => runs.includes('good'));
  });
});

describe('4. caches first', () => {
  test('nothing is reconciled before every cache has synced', async () => {
    const manager = world.manage();
    const runs: string[] = [];
    let heldBack = true;
    world.api.intercept = (request) => heldBack && request.path === '/api/v1/secrets';
    manager.add(counting(runs, { owns: [coreV1.secrets] }));
    world.api.put(path('one'), {});
    void start(manager);
    await until('the first cache', () => manager.informer(coreV1.configMaps).hasSynced);
    expect(runs).toEqual([]);
    expect(manager.readiness()).toEqual({
      ok: false,
      problems: ['the cache of Secret has not synced', 'the manager is starting'],
    });
    heldBack = false;
    // The watch that never began is given up, and a list is made.
    world.clock.advance(10_000);
    await until('the reconcile', () => runs.length === 1);
  });

  test('a cache that does not sync within two minutes ends the manager, and names its kind', async () => {
    const manager = world.manage();
    world.api.intercept = (request) => request.path === '/api/v1/configmaps';
    manager.add(counting([]));
    const ended = manager.start();
    world.clock.advance(120_000);
    await expect(ended).rejects.toThrow(/120000 ms of ConfigMap/u);
    expect(manager.liveness().ok).toBe(false);
  });

  test('nothing runs before leadership', async () => {
    const manager = world.manage({ leaderElection: { namespace: 'system', name: 'leader', identity: 'me' } });
    const runs: string[] = [];
    manager.add(counting(runs));
    world.api.put(leasePath, { kind: 'Lease', spec: { holderIdentity: 'other', renewTime: 'x' } });
    world.api.put(path('one'), {});
    void start(manager);
    await until('standby', () => manager.readiness().ok);
    expect(runs).toEqual([]);
    await world.untilWithTime('the other lease ran out', () => runs.length === 1, 1000);
  });
});

describe('5. shared informers', () => {
  test('one list and one watch serve everybody who asks for the same objects', async () => {
    const manager = world.manage();
    const runs: string[] = [];
    manager.add(counting(runs, { name: 'one' }));
    manager.add(counting(runs, { name: 'two' }));
    expect(manager.informer(coreV1.configMaps)).toBe(manager.informer(coreV1.configMaps, {}));
    expect(manager.informer(coreV1.configMaps)).not.toBe(
      manager.informer(coreV1.configMaps, { namespace: 'shop' }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await until('both', () => runs.length === 2);
    await world.running(manager);
    expect(world.api.count('/api/v1/configmaps', 'list')).toBe(1);
  });

  test('named indexes follow changes, and cached objects cannot be changed', async () => {
    const manager = world.manage();
    const informer = manager.informer(coreV1.configMaps);
    informer.addIndex('colour', (object) => [object.data?.['colour'] ?? '']);
    world.api.put(path('a'), { data: { colour: 'red' } });
    void start(manager);
    await world.running(manager);
    expect(informer.byIndex('colour', 'red')).toHaveLength(1);
    world.api.put(path('a'), { data: { colour: 'blue' } });
    await until('the change', () => informer.byIndex('colour', 'blue').length === 1);
    expect(informer.byIndex('colour', 'red')).toEqual([]);
    const cached = informer.get('a', 'shop');
    expect(() => ((cached?.data ?? {})['colour'] = 'green')).toThrow(TypeError);
    world.api.remove(path('a'));
    await until('the deletion', () => informer.byIndex('colour', 'blue').length === 0);
  });

  test('a handler that comes late is told what is there', async () => {
    const manager = world.manage();
    const informer = manager.informer(coreV1.configMaps);
    world.api.put(path('a'), {});
    void start(manager);
    await informer.waitForSync();
    const told: string[] = [];
    const off = informer.onEvent({
      added: (object, { initial }) => told.push(`${object.metadata.name} ${initial}`),
    });
    expect(told).toEqual(['a true']);
    off();
    await world.running(manager);
    world.api.put(path('b'), {});
    await until('the cache', () => informer.get('b', 'shop'));
    expect(told).toEqual(['a true']);
  });
});
