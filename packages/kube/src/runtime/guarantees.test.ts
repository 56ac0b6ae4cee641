import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import { coreV1 } from '../objects/core-v1.ts';
import type { ConfigMap } from '../objects/core-v1.ts';
import type { KubeObject, ObjectKey } from '../objects/kube-object.ts';
import { ownerReference } from '../objects/owner-reference.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../objects/finalizer.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { passingTime } from '../testing/passing-time.ts';
import { until } from '../testing/until.ts';
import { TerminalError, watchOf } from './controller-definition.ts';
import type { ControllerDefinition } from './controller-definition.ts';
import { ControllerManager } from './controller-manager.ts';
import type { ControllerManagerOptions } from './controller-manager.ts';
import { LeadershipLostError } from './leader-elector.ts';
import { patchStatus } from './patch-status.ts';
import { generationChanged, labelsChanged } from './predicate.ts';

const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/system/leases/leader';

let api: MemoryApi;
let client: KubeClient;
let clock: FakeClock;
let clientClock: FakeClock;
let managers: ControllerManager[];

beforeEach(async () => {
  api = await MemoryApi.start();
  clock = new FakeClock();
  clientClock = new FakeClock();
  client = new KubeClient(api.config, { clock: clientClock });
  managers = [];
});

afterEach(async () => {
  await client.close();
  let stopped = false;
  void Promise.all(managers.map((manager) => manager.stop())).then(() => (stopped = true));
  await until('the managers stopped', () => {
    clock.advance(60_000);
    return stopped;
  });
  await api.close();
});

function manage(options: Partial<ControllerManagerOptions> = {}): ControllerManager {
  const manager = new ControllerManager({ client, clock, freezeObjects: true, ...options });
  managers.push(manager);
  return manager;
}

/** A controller of config maps that counts its runs by name. */
function counting(
  runs: string[],
  definition: Partial<ControllerDefinition<ConfigMap>> = {},
): ControllerDefinition<ConfigMap> {
  return {
    name: 'counting',
    for: coreV1.configMaps,
    reconcile: (key: ObjectKey) => {
      runs.push(key.name);
      return Promise.resolve();
    },
    ...definition,
  };
}

/** Starts the manager; what it rejects with is for `manager.stop` or the test itself. */
function start(manager: ControllerManager): Promise<void> {
  const running = manager.start();
  running.catch(() => {});
  return running;
}

async function running(manager: ControllerManager): Promise<void> {
  await until('the manager runs', () => manager.readiness().ok);
  await until('its watches are open', () => api.openWatches > 0);
}

/** Time that the controllers ask for passes at once. */
async function untilWithTime(name: string, condition: () => boolean, stepMs = 100): Promise<void> {
  await passingTime(name, { runtime: clock, client: clientClock }, condition, stepMs);
}

/** A reconcile that waits until it is released. */
function gate(): { wait: () => Promise<void>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { wait: () => promise, release: resolve };
}

describe('1. level-triggered', () => {
  test('many changes during a reconcile lead to one more, which reads the last state', async () => {
    const manager = manage();
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
    api.put(path('one'), { data: { n: '0' } });
    void start(manager);
    await until('the first reconcile', () => seen.length === 1);
    for (let n = 1; n <= 50; n += 1) api.put(path('one'), { data: { n: String(n) } });
    await until('the cache', () => informer.get('one', 'shop')?.data?.['n'] === '50');
    release();
    await until('the second reconcile', () => seen.length === 2);
    expect(seen).toEqual(['0', '50']);
  });
});

describe('2. one worker per key', () => {
  test('a key is never reconciled twice at the same time, others are', async () => {
    const manager = manage();
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
    for (const name of ['a', 'b']) api.put(path(name), {});
    void start(manager);
    await until('both run', () => active.size === 2);
    await running(manager);
    for (let times = 0; times < 10; times += 1) api.put(path('a'), { data: { n: String(times) } });
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
    const manager = manage();
    const failedAt: number[] = [];
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        reconcile: ({ name }) => {
          if (name === 'bad') {
            failedAt.push(clock.now());
            return Promise.reject(new Error('no'));
          }
          runs.push(name);
          return Promise.resolve();
        },
      }),
    );
    api.put(path('bad'), {});
    void start(manager);
    await untilWithTime('nine failures', () => failedAt.length === 9, 5);
    const gaps = failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? 0));
    expect(gaps[0]).toBeLessThan(gaps[4] ?? 0);
    expect(gaps[7]).toBeGreaterThanOrEqual(640);
    api.put(path('good'), {});
    await until('the good one', () => runs.includes('good'));
  });
});

describe('4. caches first', () => {
  test('nothing is reconciled before every cache has synced', async () => {
    const manager = manage();
    const runs: string[] = [];
    let heldBack = true;
    api.intercept = (request) => heldBack && request.path === '/api/v1/secrets';
    manager.add(counting(runs, { owns: [coreV1.secrets] }));
    api.put(path('one'), {});
    void start(manager);
    await until('the first cache', () => manager.informer(coreV1.configMaps).hasSynced);
    expect(runs).toEqual([]);
    expect(manager.readiness()).toEqual({
      ok: false,
      problems: ['the cache of Secret has not synced', 'the manager is starting'],
    });
    heldBack = false;
    // The watch that never began is given up, and a list is made.
    clock.advance(10_000);
    await until('the reconcile', () => runs.length === 1);
  });

  test('a cache that does not sync within two minutes ends the manager, and names its kind', async () => {
    const manager = manage();
    api.intercept = (request) => request.path === '/api/v1/configmaps';
    manager.add(counting([]));
    const ended = manager.start();
    clock.advance(120_000);
    await expect(ended).rejects.toThrow(/120000 ms of ConfigMap/u);
    expect(manager.liveness().ok).toBe(false);
  });

  test('nothing runs before leadership', async () => {
    const manager = manage({ leaderElection: { namespace: 'system', name: 'leader', identity: 'me' } });
    const runs: string[] = [];
    manager.add(counting(runs));
    api.put(leasePath, { kind: 'Lease', spec: { holderIdentity: 'other', renewTime: 'x' } });
    api.put(path('one'), {});
    void start(manager);
    await until('standby', () => manager.readiness().ok);
    expect(runs).toEqual([]);
    await untilWithTime('the other lease ran out', () => runs.length === 1, 1000);
  });
});

describe('5. shared informers', () => {
  test('one list and one watch serve everybody who asks for the same objects', async () => {
    const manager = manage();
    const runs: string[] = [];
    manager.add(counting(runs, { name: 'one' }));
    manager.add(counting(runs, { name: 'two' }));
    expect(manager.informer(coreV1.configMaps)).toBe(manager.informer(coreV1.configMaps, {}));
    expect(manager.informer(coreV1.configMaps)).not.toBe(
      manager.informer(coreV1.configMaps, { namespace: 'shop' }),
    );
    api.put(path('a'), {});
    void start(manager);
    await until('both', () => runs.length === 2);
    await running(manager);
    expect(api.count('/api/v1/configmaps', 'list')).toBe(1);
  });

  test('named indexes follow changes, and cached objects cannot be changed', async () => {
    const manager = manage();
    const informer = manager.informer(coreV1.configMaps);
    informer.addIndex('colour', (object) => [object.data?.['colour'] ?? '']);
    api.put(path('a'), { data: { colour: 'red' } });
    void start(manager);
    await running(manager);
    expect(informer.byIndex('colour', 'red')).toHaveLength(1);
    api.put(path('a'), { data: { colour: 'blue' } });
    await until('the change', () => informer.byIndex('colour', 'blue').length === 1);
    expect(informer.byIndex('colour', 'red')).toEqual([]);
    const cached = informer.get('a', 'shop');
    expect(() => ((cached?.data ?? {})['colour'] = 'green')).toThrow(TypeError);
    api.remove(path('a'));
    await until('the deletion', () => informer.byIndex('colour', 'blue').length === 0);
  });

  test('a handler that comes late is told what is there', async () => {
    const manager = manage();
    const informer = manager.informer(coreV1.configMaps);
    api.put(path('a'), {});
    void start(manager);
    await informer.waitForSync();
    const told: string[] = [];
    const off = informer.onEvent({
      added: (object, { initial }) => told.push(`${object.metadata.name} ${initial}`),
    });
    expect(told).toEqual(['a true']);
    off();
    await running(manager);
    api.put(path('b'), {});
    await until('the cache', () => informer.get('b', 'shop'));
    expect(told).toEqual(['a true']);
  });
});

// 6 and 7, the reflector and the idle detection: reflector.test.ts.

describe('8. exceptions', () => {
  test('a reconcile that throws at once is retried and counted', async () => {
    const manager = manage();
    let runs = 0;
    manager.add(
      counting([], {
        reconcile: () => {
          runs += 1;
          if (runs === 1) throw new Error('thrown, not rejected');
          return Promise.resolve();
        },
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await untilWithTime('the retry', () => runs === 2);
    expect(await manager.metrics.registry.metrics()).toContain(
      'controller_runtime_reconcile_errors_total{controller="counting"} 1',
    );
  });

  test('a reconcile that takes too long is told so, and retried', async () => {
    const manager = manage();
    const reasons: unknown[] = [];
    manager.add(
      counting([], {
        reconcileTimeoutMs: 7000,
        reconcile: (_key, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason);
              reject(new Error('interrupted'));
            });
          }),
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await untilWithTime('a retry that takes too long as well', () => reasons.length === 2, 1000);
    expect(String(reasons[0])).toContain('7000 ms');
  });

  test('a reconcile that does not heed its signal frees its worker, and its key waits', async () => {
    const manager = manage();
    const { wait, release } = gate();
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        reconcile: async ({ name }) => {
          runs.push(name);
          if (name === 'stuck' && runs.length === 1) await wait();
        },
      }),
    );
    api.put(path('stuck'), {});
    void start(manager);
    await until('it is stuck', () => runs.length === 1);
    await running(manager);
    api.put(path('stuck'), { data: { n: '1' } });
    api.put(path('other'), {});
    await untilWithTime('the other one', () => runs.includes('other'), 1000);
    clock.advance(600_000);
    expect(runs).toEqual(['stuck', 'other']);
    release();
    await untilWithTime('the stuck one', () => runs.length === 3);
  });

  test('a map function that throws costs one change, not the controller', async () => {
    const manager = manage();
    const runs: string[] = [];
    const watch = watchOf({
      type: coreV1.secrets,
      map: (secret) => {
        if (secret.metadata.name === 'bad') throw new Error('no');
        return [{ namespace: 'shop', name: 'mapped' }];
      },
    });
    manager.add(counting(runs, { watches: [watch] }));
    api.put('/api/v1/namespaces/shop/secrets/bad', { kind: 'Secret' });
    api.put('/api/v1/namespaces/shop/secrets/good', { kind: 'Secret' });
    void start(manager);
    await until('the good one', () => runs.includes('mapped'));
    expect(await manager.metrics.registry.metrics()).toContain(
      'informer_handler_errors_total{kind="Secret"} 1',
    );
  });
});

describe('9. what leads to a reconcile', () => {
  test('requeueAfterMs runs the key again after that time', async () => {
    const manager = manage();
    const at: number[] = [];
    manager.add(
      counting([], {
        reconcile: () => {
          at.push(clock.now());
          return Promise.resolve(at.length === 1 ? { requeueAfterMs: 12_345 } : undefined);
        },
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await until('the delay', () => clock.pending.includes(12_345));
    clock.advance(12_345);
    await until('the second run', () => at.length === 2);
  });

  test('a terminal error is not retried until the object changes', async () => {
    const manager = manage();
    let runs = 0;
    manager.add(
      counting([], {
        reconcile: () => {
          runs += 1;
          return Promise.reject(new TerminalError('the specification is wrong'));
        },
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await until('the failure', () => runs === 1);
    await running(manager);
    expect(await manager.metrics.registry.metrics()).toContain(
      'controller_runtime_terminal_reconcile_errors_total{controller="counting"} 1',
    );
    // A retry would wait for the clock.
    expect(clock.pending.filter((ms) => ms < 10_000)).toEqual([]);
    api.put(path('a'), { data: { right: 'now' } });
    await until('the change', () => runs === 2);
  });

  test('predicates leave changes out', async () => {
    const manager = manage();
    const byGeneration: string[] = [];
    const byLabels: string[] = [];
    manager.add(counting(byGeneration, { name: 'generation', predicates: [generationChanged] }));
    manager.add(counting(byLabels, { name: 'labels', predicates: [labelsChanged] }));
    api.put(path('a'), { metadata: { generation: 1 } });
    void start(manager);
    await until('both', () => byGeneration.length + byLabels.length === 2);
    await running(manager);
    api.put(path('a'), { metadata: { generation: 1, annotations: { seen: 'yes' } } });
    api.put(path('a'), { metadata: { generation: 2 } });
    await until('the generation', () => byGeneration.length === 2);
    api.put(path('a'), { metadata: { generation: 2, labels: { tier: 'web' } } });
    await until('the labels', () => byLabels.length === 2);
    expect(byGeneration).toHaveLength(2);
  });

  test('a change of an owned object reconciles its controller, also when it is deleted', async () => {
    const manager = manage();
    const runs: string[] = [];
    manager.add(counting(runs, { owns: [coreV1.secrets] }));
    const owner = api.put(path('owner'), {});
    const owned = '/api/v1/namespaces/shop/secrets/owned';
    void start(manager);
    await until('the owner itself', () => runs.length === 1);
    await running(manager);
    await until('both watches', () => api.openWatches === 2);
    const ownerReferences = [ownerReference(owner, { controller: true })];
    api.put(owned, { kind: 'Secret', metadata: { ownerReferences } });
    await until('the addition', () => runs.length === 2);
    api.remove(owned);
    await until('the deletion', () => runs.length === 3);
    api.put('/api/v1/namespaces/shop/secrets/stranger', { kind: 'Secret' });
    await until('the stranger', () => manager.informer(coreV1.secrets).get('stranger', 'shop'));
    expect(new Set(runs)).toEqual(new Set(['owner']));
  });

  test('watches map other objects to keys, before and after the change', async () => {
    const manager = manage();
    const runs: string[] = [];
    const watch = watchOf({
      type: coreV1.secrets,
      map: (secret) => [{ namespace: 'shop', name: secret.metadata.labels?.['for'] ?? '' }],
    });
    manager.add(counting(runs, { watches: [watch] }));
    const secret = '/api/v1/namespaces/shop/secrets/s';
    api.put(secret, { kind: 'Secret', metadata: { labels: { for: 'x' } } });
    void start(manager);
    await until('the first', () => runs.join() === 'x');
    await until('both watches', () => api.openWatches === 2);
    api.put(secret, { kind: 'Secret', metadata: { labels: { for: 'y' } } });
    await until('old and new', () => runs.length === 3);
    expect(runs).toEqual(['x', 'x', 'y']);
  });
});

describe('10. writing', () => {
  test('finalizers are added and removed on copies', () => {
    const object: KubeObject = Object.freeze({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
    });
    const held = addFinalizer(object, 'x/y');
    expect(hasFinalizer(held, 'x/y')).toBe(true);
    expect(addFinalizer(held, 'x/y')).toBe(held);
    expect(removeFinalizer(held, 'x/y').metadata.finalizers).toEqual([]);
    expect(removeFinalizer(object, 'x/y')).toBe(object);
  });

  test('an owner reference needs a stored owner', () => {
    expect(() => ownerReference({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })).toThrow(
      /no uid/u,
    );
  });

  test('a status is patched only when it changed, and against the version it was read from', async () => {
    type Counted = KubeObject & { status?: { count?: number; note?: string } };
    const type = { group: '', version: 'v1', plural: 'counts', kind: 'Count', namespaced: true };
    const counts = client.resource<Counted>(type);
    const read = api.put('/api/v1/namespaces/shop/counts/a', {
      kind: 'Count',
      status: { count: 1, note: 'old' },
    }) as Counted;
    expect(await patchStatus(counts, read, { count: 1, note: 'old' })).toBe(read);
    expect(api.seen).toEqual([]);
    const after = await patchStatus(counts, read, { count: 2 });
    expect(after.status).toEqual({ count: 2 });
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({
      metadata: { resourceVersion: read.metadata.resourceVersion },
      status: { count: 2, note: null },
    });
    await expect(patchStatus(counts, read, { count: 3 })).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('apply in a reconcile uses the controller as field manager', async () => {
    const manager = manage();
    api.intercept = (request, response) => {
      if (request.path !== '/api/v1') return false;
      response.end(JSON.stringify({ resources: [{ name: 'secrets', kind: 'Secret', namespaced: true }] }));
      return true;
    };
    manager.add(
      counting([], {
        reconcile: async ({ namespace }, { apply }) => {
          await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace } });
        },
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await until('the object', () => api.object('/api/v1/namespaces/shop/secrets/made'));
    const request = api.seen.find(({ method }) => method === 'PATCH');
    expect(request?.query.get('fieldManager')).toBe('counting');
    expect(request?.query.get('force')).toBe('true');
  });
});

// 11, events: event-recorder.test.ts.

describe('12. leader election', () => {
  const leaderElection = { namespace: 'system', name: 'leader', identity: 'me' };

  test('a manager that loses its lease stops its controllers and rejects', async () => {
    const manager = manage({ leaderElection });
    let interrupted = false;
    manager.add(
      counting([], {
        reconcile: (_key, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              interrupted = true;
              resolve();
            });
          }),
        reconcileTimeoutMs: 3_000_000,
      }),
    );
    api.put(path('a'), {});
    const ended = start(manager);
    await until('leadership', () => api.object(leasePath)?.['spec']?.['holderIdentity'] === 'me');
    await until('the renewal waits', () => clock.pending.includes(2000));
    api.put(leasePath, { kind: 'Lease', spec: { holderIdentity: 'other', renewTime: 'now' } });
    clock.advance(2000);
    await expect(ended).rejects.toBeInstanceOf(LeadershipLostError);
    expect(interrupted).toBe(true);
  });
});

// 13, expectations, is a decision: children have deterministic names, and there is no code for it.

describe('14. graceful stop', () => {
  test('work under way ends, nothing new begins, the lease is given back after it', async () => {
    const manager = manage({ leaderElection: { namespace: 'system', name: 'leader', identity: 'me' } });
    const { wait, release } = gate();
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        reconcile: async ({ name }, { signal }) => {
          runs.push(`${name} begins`);
          await wait();
          runs.push(`${name} ends, aborted: ${signal.aborted}`);
        },
      }),
    );
    api.put(path('a'), {});
    api.put(path('b'), {});
    void start(manager);
    await until('a reconcile', () => runs.length === 1);
    const stopped = manager.stop();
    expect(manager.readiness().ok).toBe(false);
    expect(api.object(leasePath)?.['spec']?.['holderIdentity']).toBe('me');
    release();
    await stopped;
    expect(runs).toEqual(['a begins', 'a ends, aborted: false']);
    expect(api.object(leasePath)?.['spec']?.['holderIdentity']).toBe('');
    expect(api.openWatches).toBe(0);
    expect(clock.pending).toEqual([]);
  });

  test('work that goes on is interrupted after the drain time', async () => {
    const manager = manage();
    let reason: unknown;
    manager.add(
      counting([], {
        reconcileTimeoutMs: 3_000_000,
        reconcile: (_key, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              resolve();
            });
          }),
      }),
    );
    api.put(path('a'), {});
    void start(manager);
    await running(manager);
    await until('the reconcile', async () =>
      (await manager.metrics.registry.metrics()).includes(
        'controller_runtime_active_workers{controller="counting"} 1',
      ),
    );
    const stopped = manager.stop();
    await until('the drain', () => clock.pending.includes(30_000));
    clock.advance(30_000);
    await stopped;
    expect(String(reason)).toContain('the manager stops');
  });

  test('a signal given to start stops it too, also before it began', async () => {
    const manager = manage();
    manager.add(counting([]));
    await manager.start(AbortSignal.abort());
    const other = manage();
    const controller = new AbortController();
    const ended = other.start(controller.signal);
    controller.abort();
    await ended;
  });
});

describe('15. metrics and health', () => {
  test("metrics carry controller-runtime's names", async () => {
    const manager = manage();
    const runs: string[] = [];
    manager.add(counting(runs));
    api.put(path('a'), {});
    void start(manager);
    await until('the reconcile', () => runs.length === 1);
    const lines = (await manager.metrics.registry.metrics()).split('\n');
    for (const line of [
      'controller_runtime_reconcile_total{controller="counting",result="success"} 1',
      'controller_runtime_reconcile_total{controller="counting",result="error"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="counting"} 1',
      'controller_runtime_active_workers{controller="counting"} 0',
      'controller_runtime_reconcile_time_seconds_count{controller="counting"} 1',
      'workqueue_depth{name="counting",controller="counting"} 0',
      'workqueue_adds_total{name="counting",controller="counting"} 1',
      'workqueue_queue_duration_seconds_count{name="counting",controller="counting"} 1',
      'workqueue_work_duration_seconds_count{name="counting",controller="counting"} 1',
      'workqueue_unfinished_work_seconds{name="counting",controller="counting"} 0',
      'workqueue_longest_running_processor_seconds{name="counting",controller="counting"} 0',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('readiness says what is missing, liveness only what cannot be mended', async () => {
    const manager = manage();
    manager.add(counting([]));
    expect(manager.readiness().problems).toEqual([
      'the cache of ConfigMap has not synced',
      'the manager is new',
    ]);
    expect(manager.liveness().ok).toBe(true);
    void start(manager);
    await running(manager);
    expect(manager.readiness()).toEqual({ ok: true, problems: [] });
    await manager.stop();
    expect(manager.readiness().problems).toEqual(['the manager is stopping']);
  });
});
