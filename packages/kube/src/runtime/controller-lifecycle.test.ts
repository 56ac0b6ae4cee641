import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { coreV1 } from '../objects/core-v1.ts';
import { ownerReference } from '../objects/owner-reference.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../objects/finalizer.ts';
import { LeadershipLostError } from './leader-elector.ts';
import { patchStatus } from './patch-status.ts';
import { until } from '../testing/until.ts';
import { counting, gate, start, ManagerWorld } from '../testing/manager-world.ts';

const world = new ManagerWorld();
const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/system/leases/leader';

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
    const counts = world.client.resource<Counted>(type);
    const read = world.api.put('/api/v1/namespaces/shop/counts/a', {
      kind: 'Count',
      status: { count: 1, note: 'old' },
    }) as Counted;
    expect(await patchStatus(counts, read, { count: 1, note: 'old' })).toBe(read);
    expect(world.api.seen).toEqual([]);
    const after = await patchStatus(counts, read, { count: 2 });
    expect(after.status).toEqual({ count: 2 });
    expect(JSON.parse(world.api.seen[0]?.body ?? '')).toEqual({
      metadata: { resourceVersion: read.metadata.resourceVersion },
      status: { count: 2, note: null },
    });
    await expect(patchStatus(counts, read, { count: 3 })).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('apply in a reconcile uses the controller as field manager', async () => {
    const manager = world.manage();
    world.serveDiscovery('secrets', 'Secret');
    manager.add(
      counting([], {
        reconcile: async ({ namespace }, { apply }) => {
          await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace } });
        },
      }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await until('the object', () => world.api.object('/api/v1/namespaces/shop/secrets/made'));
    const request = world.api.seen.find(({ method }) => method === 'PATCH');
    expect(request?.query.get('fieldManager')).toBe('counting');
    expect(request?.query.get('force')).toBe('true');
  });
});

describe('12. leader election', () => {
  const leaderElection = { namespace: 'system', name: 'leader', identity: 'me' };

  test('a manager that loses its lease stops its controllers and rejects', async () => {
    const manager = world.manage({ leaderElection });
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
    world.api.put(path('a'), {});
    const ended = start(manager);
    await until('leadership', () => world.api.object(leasePath)?.['spec']?.['holderIdentity'] === 'me');
    await until('the renewal waits', () => world.clock.pending.includes(2000));
    world.api.put(leasePath, { kind: 'Lease', spec: { holderIdentity: 'other', renewTime: 'now' } });
    world.clock.advance(2000);
    await expect(ended).rejects.toBeInstanceOf(LeadershipLostError);
    expect(interrupted).toBe(true);
  });
});

describe('13. no expectations', () => {
  test('a child whose name follows from its owner exists once, however often it is made', async () => {
    const manager = world.manage();
    world.serveDiscovery('secrets', 'Secret');
    const runs: string[] = [];
    manager.add(
      counting(runs, {
        reconcile: async ({ namespace, name }, { apply }) => {
          await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-child`, namespace } });
          runs.push(name);
          // As if the cache did not show the child yet.
          if (runs.length < 3) throw new Error('once more');
        },
      }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await world.untilWithTime('three runs', () => runs.length === 3);
    const secrets = await world.client.resource(coreV1.secrets).list();
    expect(secrets.items.map(({ metadata }) => metadata.name)).toEqual(['a-child']);
  });
});

describe('14. graceful stop', () => {
  test('work under way ends, nothing new begins, the lease is given back after it', async () => {
    const manager = world.manage({ leaderElection: { namespace: 'system', name: 'leader', identity: 'me' } });
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
    world.api.put(path('a'), {});
    world.api.put(path('b'), {});
    void start(manager);
    await until('a reconcile', () => runs.length === 1);
    const stopped = manager.stop();
    expect(manager.readiness().ok).toBe(false);
    expect(world.api.object(leasePath)?.['spec']?.['holderIdentity']).toBe('me');
    release();
    await stopped;
    expect(runs).toEqual(['a begins', 'a ends, aborted: false']);
    expect(world.api.object(leasePath)?.['spec']?.['holderIdentity']).toBe('');
    // The server hears of the end of a connection a moment later.
    await until('the watches are closed', () => world.api.openWatches === 0);
    expect(world.clock.pending).toEqual([]);
  });

  test('work that goes on is interrupted after the drain time', async () => {
    const manager = world.manage();
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
    world.api.put(path('a'), {});
    void start(manager);
    await world.running(manager);
    await until('the reconcile', async () =>
      (await manager.metrics.registry.metrics()).includes(
        'controller_runtime_active_workers{controller="counting"} 1',
      ),
    );
    const stopped = manager.stop();
    await until('the drain', () => world.clock.pending.includes(30_000));
    world.clock.advance(30_000);
    await stopped;
    expect(String(reason)).toContain('the manager stops');
  });

  test('a signal given to start stops it too, also before it began', async () => {
    const manager = world.manage();
    manager.add(counting([]));
    await manager.start(AbortSignal.abort());
    const other = world.manage();
    const controller = new AbortController();
    const ended = other.start(controller.signal);
    controller.abort();
    await ended;
  });
});

describe('15. metrics and health', () => {
  test("metrics carry controller-runtime's names", async () => {
    const manager = world.manage();
    const runs: string[] = [];
    manager.add(counting(runs));
    world.api.put(path('a'), {});
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
    const manager = world.manage();
    manager.add(counting([]));
    expect(manager.readiness().problems).toEqual([
      'the cache of ConfigMap has not synced',
      'the manager is new',
    ]);
    expect(manager.liveness().ok).toBe(true);
    void start(manager);
    await world.running(manager);
    expect(manager.readiness()).toEqual({ ok: true, problems: [] });
    await manager.stop();
    expect(manager.readiness().problems).toEqual(['the manager is stopping']);
  });
});
