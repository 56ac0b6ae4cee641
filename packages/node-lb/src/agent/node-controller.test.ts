import { Backoff, discoveryV1, silentLogger, type ObjectKey, type ReconcileContext } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { NodeController } from './node-controller.ts';
import { NODE } from './testing/claim.ts';

const context = { signal: new AbortController().signal, logger: silentLogger } as ReconcileContext;

/** A controller whose runs are noted, and its queue. */
function controllerWorld() {
  const clock = new FakeClock();
  const runs: { check: boolean }[] = [];
  const asked: ObjectKey[] = [];
  const world = { clock, runs, asked, failure: undefined as Error | undefined };
  const controller = new NodeController({
    nodeName: NODE,
    claimSelector: 'node=worker-1',
    sliceType: discoveryV1.endpointSlices,
    concerns: ({ metadata }) => metadata.name === 'ours',
    reconciler: {
      run: async (how) => {
        runs.push(how);
        return world.failure;
      },
    },
    onRun: () => {},
    verifyIntervalMs: 15_000,
    backoff: new Backoff({ baseMs: 1000, capMs: 30_000, resetAfterMs: 60_000, clock, random: () => 0 }),
    clock,
  });
  const definition = controller.definition();
  for (const source of definition.sources ?? []) source((key) => asked.push(key));
  const reconcile = async () => (await definition.reconcile({ namespace: '', name: NODE }, context)) ?? {};
  return { ...world, world, controller, definition, reconcile };
}

describe('when the node is checked', () => {
  test('at the start, although there may be no claim', async () => {
    const { asked, runs, reconcile } = controllerWorld();
    expect(asked).toEqual([{ namespace: '', name: NODE }]);
    await reconcile();
    expect(runs).toEqual([{ check: true }]);
  });

  test('at the interval, however often there is other news', async () => {
    const { clock, runs, reconcile } = controllerWorld();
    expect(await reconcile()).toEqual({ requeueAfterMs: 15_000 });
    clock.advance(10_000);
    expect(await reconcile()).toEqual({ requeueAfterMs: 5000 });
    clock.advance(5000);
    await reconcile();
    expect(runs.map(({ check }) => check)).toEqual([true, false, true]);
  });

  test('at the interval also after the clock was put back', async () => {
    const { clock, runs, reconcile } = controllerWorld();
    await reconcile();
    clock.advance(-3_600_000);
    expect(await reconcile()).toEqual({ requeueAfterMs: 15_000 });
    expect(runs.map(({ check }) => check)).toEqual([true, true]);
  });

  test('at news of the node: many at once are one', async () => {
    const { controller, clock, asked, runs, reconcile } = controllerWorld();
    await reconcile();
    asked.length = 0;
    for (let news = 0; news < 1000; news += 1) controller.check();
    clock.advance(1000);
    expect(asked).toHaveLength(1);
    await reconcile();
    expect(runs.at(-1)).toEqual({ check: true });
  });

  test('a run that failed is tried again with growing waits up to half a minute, and looks at what it left', async () => {
    const { world, clock, runs, reconcile } = controllerWorld();
    world.failure = new Error('the xtables lock is held');
    const waits: (number | undefined)[] = [];
    for (let tries = 0; tries < 7; tries += 1) {
      const { requeueAfterMs = 0 } = await reconcile();
      waits.push(requeueAfterMs);
      clock.advance(requeueAfterMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(runs.every(({ check }) => check)).toBe(true);
  });
});

describe('what leads to a run', () => {
  test('claims of the node, but not their status, which the agent itself writes', () => {
    const { definition } = controllerWorld();
    const watch = definition.watches?.find(({ type }) => type.kind === 'PortClaim');
    const object = (generation: number) => ({
      apiVersion: 'v1',
      kind: 'PortClaim',
      metadata: { generation },
    });
    const isNews = (before: number, after: number) =>
      watch?.predicates?.every((predicate) => predicate({ before: object(before), after: object(after) }));
    expect(isNews(1, 2)).toBe(true);
    expect(isNews(1, 1)).toBe(false);
  });

  test('slices of Services that are served from here, and no others', () => {
    const { definition } = controllerWorld();
    const watch = definition.watches?.find(({ type }) => type.kind === 'EndpointSlice');
    const slice = (name: string) => ({ apiVersion: 'v1', kind: 'EndpointSlice', metadata: { name } });
    expect(watch?.map(slice('ours'))).toEqual([{ namespace: '', name: NODE }]);
    expect(watch?.map(slice('foreign'))).toEqual([]);
  });

  test('not the heartbeats of the kubelet', () => {
    const { definition } = controllerWorld();
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
    const isNews = definition.predicates?.every((predicate) => predicate({ before: node, after: node }));
    expect(isNews).toBe(false);
  });
});
