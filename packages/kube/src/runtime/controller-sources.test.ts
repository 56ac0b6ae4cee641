import { describe, expect, test } from 'vitest';
import { coreV1 } from '../objects/core-v1.ts';
import { ownerReference } from '../objects/owner-reference.ts';
import { generationChanged, labelsChanged } from './predicate.ts';
import { until } from '../testing/until.ts';
import { TerminalError, watchOf } from './controller-definition.ts';
import { counting, gate, start, ManagerWorld } from '../testing/manager-world.ts';

const world = new ManagerWorld();
const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;

describe('8. exceptions', () => {
  test('a reconcile that throws at once is retried and counted', async () => {
    const manager = world.manage();
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
    world.api.put(path('a'), {});
    void start(manager);
    await world.untilWithTime('the retry', () => runs === 2);
    expect(await manager.metrics.registry.metrics()).toContain(
      'controller_runtime_reconcile_errors_total{controller="counting"} 1',
    );
  });

  test('a reconcile that takes too long is told so, and retried', async () => {
    const manager = world.manage();
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
    world.api.put(path('a'), {});
    void start(manager);
    await world.untilWithTime('a retry that takes too long as well', () => reasons.length === 2, 1000);
    expect(String(reasons[0])).toContain('7000 ms');
  });

  test('a reconcile that does not heed its signal frees its worker, and its key waits', async () => {
    const manager = world.manage();
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
    world.api.put(path('stuck'), {});
    void start(manager);
    await until('it is stuck', () => runs.length === 1);
    await world.running(manager);
    world.api.put(path('stuck'), { data: { n: '1' } });
    world.api.put(path('other'), {});
    await world.untilWithTime('the other one', () => runs.includes('other'), 1000);
    world.clock.advance(600_000);
    expect(runs).toEqual(['stuck', 'other']);
    release();
    await world.untilWithTime('the stuck one', () => runs.length === 3);
  });

  test('a map function that throws costs one change, not the controller', async () => {
    const manager = world.manage();
    const runs: string[] = [];
    const watch = watchOf({
      type: coreV1.secrets,
      map: (secret) => {
        if (secret.metadata.name === 'bad') throw new Error('no');
        return [{ namespace: 'shop', name: 'mapped' }];
      },
    });
    manager.add(counting(runs, { watches: [watch] }));
    world.api.put('/api/v1/namespaces/shop/secrets/bad', { kind: 'Secret' });
    world.api.put('/api/v1/namespaces/shop/secrets/good', { kind: 'Secret' });
    void start(manager);
    await until('the good one', () => runs.includes('mapped'));
    expect(await manager.metrics.registry.metrics()).toContain(
      'informer_handler_errors_total{kind="Secret"} 1',
    );
  });
});

describe('9. what leads to a reconcile', () => {
  test('requeueAfterMs that is no number is a failure with its back-off', async () => {
    const manager = world.manage();
    let runs = 0;
    manager.add(
      counting([], {
        reconcile: () => {
          runs += 1;
          return Promise.resolve(runs < 4 ? { requeueAfterMs: Date.parse('no time') } : undefined);
        },
      }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await world.untilWithTime('the last run', () => runs === 4);
    expect(await manager.metrics.registry.metrics()).toContain(
      'controller_runtime_reconcile_errors_total{controller="counting"} 3',
    );
  });

  test('requeueAfterMs runs the key again after that time', async () => {
    const manager = world.manage();
    const at: number[] = [];
    manager.add(
      counting([], {
        reconcile: () => {
          at.push(world.clock.now());
          return Promise.resolve(at.length === 1 ? { requeueAfterMs: 12_345 } : undefined);
        },
      }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await until('the delay', () => world.clock.pending.includes(12_345));
    world.clock.advance(12_345);
    await until('the second run', () => at.length === 2);
  });

  test('a terminal error is not retried until the object changes', async () => {
    const manager = world.manage();
    let runs = 0;
    manager.add(
      counting([], {
        reconcile: () => {
          runs += 1;
          return Promise.reject(new TerminalError('the specification is wrong'));
        },
      }),
    );
    world.api.put(path('a'), {});
    void start(manager);
    await until('the failure', () => runs === 1);
    await world.running(manager);
    expect(await manager.metrics.registry.metrics()).toContain(
      'controller_runtime_terminal_reconcile_errors_total{controller="counting"} 1',
    );
    // A retry would wait for the world.clock.
    expect(world.clock.pending.filter((ms) => ms < 10_000)).toEqual([]);
    world.api.put(path('a'), { data: { right: 'now' } });
    await until('the change', () => runs === 2);
  });

  test('predicates leave changes out', async () => {
    const manager = world.manage();
    const byGeneration: string[] = [];
    const byLabels: string[] = [];
    manager.add(counting(byGeneration, { name: 'generation', predicates: [generationChanged] }));
    manager.add(counting(byLabels, { name: 'labels', predicates: [labelsChanged] }));
    world.api.put(path('a'), { metadata: { generation: 1 } });
    void start(manager);
    await until('both', () => byGeneration.length + byLabels.length === 2);
    await world.running(manager);
    world.api.put(path('a'), { metadata: { generation: 1, annotations: { seen: 'yes' } } });
    world.api.put(path('a'), { metadata: { generation: 2 } });
    await until('the generation', () => byGeneration.length === 2);
    world.api.put(path('a'), { metadata: { generation: 2, labels: { tier: 'web' } } });
    await until('the labels', () => byLabels.length === 2);
    expect(byGeneration).toHaveLength(2);
  });

  test('a change of an owned object reconciles its controller, also when it is deleted', async () => {
    const manager = world.manage();
    const runs: string[] = [];
    manager.add(counting(runs, { owns: [coreV1.secrets] }));
    const owner = world.api.put(path('owner'), {});
    const owned = '/api/v1/namespaces/shop/secrets/owned';
    void start(manager);
    await until('the owner itself', () => runs.length === 1);
    await world.running(manager);
    await until('both watches', () => world.api.openWatches === 2);
    const ownerReferences = [ownerReference(owner, { controller: true })];
    world.api.put(owned, { kind: 'Secret', metadata: { ownerReferences } });
    await until('the addition', () => runs.length === 2);
    world.api.remove(owned);
    await until('the deletion', () => runs.length === 3);
    world.api.put('/api/v1/namespaces/shop/secrets/stranger', { kind: 'Secret' });
    await until('the stranger', () => manager.informer(coreV1.secrets).get('stranger', 'shop'));
    expect(new Set(runs)).toEqual(new Set(['owner']));
  });

  test('watches map other objects to keys, before and after the change', async () => {
    const manager = world.manage();
    const runs: string[] = [];
    const watch = watchOf({
      type: coreV1.secrets,
      map: (secret) => [{ namespace: 'shop', name: secret.metadata.labels?.['for'] ?? '' }],
    });
    manager.add(counting(runs, { watches: [watch] }));
    const secret = '/api/v1/namespaces/shop/secrets/s';
    world.api.put(secret, { kind: 'Secret', metadata: { labels: { for: 'x' } } });
    void start(manager);
    await until('the first', () => runs.join() === 'x');
    await until('both watches', () => world.api.openWatches === 2);
    world.api.put(secret, { kind: 'Secret', metadata: { labels: { for: 'y' } } });
    await until('old and new', () => runs.length === 3);
    expect(runs).toEqual(['x', 'x', 'y']);
  });
});

test('a source of its own leads to reconciles, also of what it asked for before the start', async () => {
  const manager = world.manage();
  const runs: string[] = [];
  let ask = (_name: string): void => {};
  manager.add(
    counting(runs, {
      sources: [(enqueue) => (ask = (name) => enqueue({ namespace: 'shop', name }))],
    }),
  );
  ask('early');
  void start(manager);
  await until('what was asked for early', () => runs.length === 1);
  ask('late');
  await until('what was asked for late', () => runs.length === 2);
  expect(runs).toEqual(['early', 'late']);
});
