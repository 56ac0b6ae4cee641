import { silentLogger } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { NotificationError } from '../errors.ts';
import { buildWorld } from '../routing/build-world.ts';
import type { SourceAnswer } from '../sources/source-answer.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';
import type { RoutedAlert, StoredAlert } from '../store/notification-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
import { AlertRouter, type AlertRouterOptions } from './alert-router.ts';

const receiver = {
  apiVersion: 'notification.kubesphere.io/v2beta2',
  kind: 'Receiver',
  metadata: { name: 'ops', labels: { type: 'global' } },
  spec: { webhook: { url: 'http://ops.example' } },
};
const objects = { manager: undefined, receivers: [receiver], configs: [], routers: [], silences: [] };
const { world } = buildWorld(objects, {
  needsConfig: () => false,
  destinations: ({ spec }) => [{ address: 'a', shown: 'ops', spec }],
});

/** Alerts that wait, in memory, and what was committed. */
class MemoryAlerts {
  waiting: StoredAlert[] = [];
  claims: number[] = [];
  routed: RoutedAlert[] = [];
  deliveries: NewDelivery[] = [];
  returned: string[] = [];
  failing = 0;
  refused: string | undefined;
  #listener: () => void = () => {};

  add(count: number, labels: Record<string, string> = {}): void {
    for (let i = 0; i < count; i += 1) {
      const alert = testAlert('A', { labels: { alertname: 'A', ...labels } });
      this.waiting.push({
        id: String(this.waiting.length),
        alert,
        receivedAt: Date.UTC(2026, 0, 1),
        part: 'all',
      });
    }
    this.#listener();
  }

  onAlerts = (callback: () => void): (() => void) => {
    this.#listener = callback;
    return () => (this.#listener = () => {});
  };

  claimAlerts = async ({ limit }: { limit: number }): Promise<StoredAlert[]> => {
    const claimed = this.waiting.splice(0, limit);
    if (claimed.length > 0) this.claims.push(claimed.length);
    return claimed;
  };

  commitRouting = async (
    alerts: readonly RoutedAlert[],
    deliveries: readonly NewDelivery[],
  ): Promise<void> => {
    this.#mayFail();
    if (alerts.some(({ id }) => id === this.refused)) throw new Error('no database takes this');
    this.routed.push(...alerts);
    this.deliveries.push(...deliveries);
  };

  returnAlerts = async (ids: readonly string[]): Promise<void> => {
    this.#mayFail();
    this.returned.push(...ids);
  };

  #mayFail(): void {
    if (this.failing === 0) return;
    this.failing -= 1;
    throw new NotificationError('Busy', 'the disk is full');
  }
}

function routerOf(
  store: MemoryAlerts,
  clock: FakeClock,
  rest: Partial<AlertRouterOptions> = {},
): AlertRouter {
  return new AlertRouter({
    store,
    clock,
    logger: silentLogger,
    world: () => world,
    ask: async () => [],
    batch: () => ({ maxSize: 3, maxWaitMs: 1000 }),
    expireAfterMs: 60_000,
    onRouted: () => {},
    ...rest,
  });
}

/** Lets everything happen that needs no time. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

describe('a batch', () => {
  test('waits for others as long as it may, and is told as one', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    store.add(1);
    clock.advance(999);
    store.add(1);
    await settle();
    expect(store.claims).toEqual([]);
    clock.advance(1);
    await settle();
    expect(store.claims).toEqual([2]);
    expect(store.deliveries.map(({ alertIds }) => alertIds.length)).toEqual([2]);
    await router.stop();
  });

  test('that is full waits no longer, and none is larger', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    store.add(7);
    router.arrived(7);
    clock.advance(0);
    await settle();
    expect(store.claims).toEqual([3, 3, 1]);
    await router.stop();
  });

  test('in which the store refuses one alert does not keep the others from being told', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.add(3);
    store.refused = '1';
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    expect(store.routed.map(({ id }) => id)).toEqual(['0', '2']);
    expect(store.returned).toEqual(['1']);
    await router.stop();
  });

  test('of an earlier process is taken at once', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.add(2);
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    expect(store.claims).toEqual([2]);
    await router.stop();
  });

  test('that cannot be written is given back', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.failing = 1;
    store.add(2);
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    expect([store.returned, store.routed]).toEqual([['0', '1'], []]);
    await router.stop();
  });

  test('that cannot even be given back is, as soon as the store takes it', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.failing = 3;
    store.add(2);
    const router = routerOf(store, clock);
    router.start();
    clock.advance(0);
    await settle();
    for (const returned of [[], ['0', '1']]) {
      clock.advance(2000);
      await settle();
      expect(store.returned).toEqual(returned);
    }
    await router.stop();
  });
});

test('an alert about which nothing can be decided keeps no other from being told', async () => {
  const [store, clock] = [new MemoryAlerts(), new FakeClock()];
  store.add(1);
  store.add(1, { namespace: 'shop' });
  const broken = new Proxy([] as SourceAnswer[], {
    get(_, name) {
      if (name === 'then') return undefined;
      throw new Error('nobody foresaw this');
    },
  });
  const router = routerOf(store, clock, { ask: async () => broken });
  router.start();
  clock.advance(0);
  await settle();
  expect(store.deliveries.map(({ alertIds }) => alertIds)).toEqual([['0']]);
  expect(store.routed).toMatchObject([
    { id: '0' },
    { id: '1', steps: [{ step: 'failed', reason: 'nobody foresaw this' }], again: { part: 'all' } },
  ]);
  await router.stop();
});

test('with no alerts and no objects the store is asked every few seconds, where upstream keeps a processor busy', async () => {
  const [store, clock] = [new MemoryAlerts(), new FakeClock()];
  const { world: empty } = buildWorld(
    { ...objects, receivers: [] },
    { needsConfig: () => false, destinations: () => [] },
  );
  let asked = 0;
  const claimAlerts = async (options: { limit: number }): Promise<StoredAlert[]> => {
    asked += 1;
    return await store.claimAlerts(options);
  };
  const router = routerOf(store, clock, {
    world: () => empty,
    store: {
      claimAlerts,
      commitRouting: store.commitRouting,
      returnAlerts: store.returnAlerts,
      onAlerts: store.onAlerts,
    },
  });
  router.start();
  clock.advance(0);
  await settle();
  expect([asked, clock.pending]).toEqual([1, [5000]]);
  clock.advance(5000);
  await settle();
  expect(asked).toBe(2);

  store.add(1);
  clock.advance(1000);
  await settle();
  expect([store.routed.length, store.deliveries]).toEqual([1, []]);
  await router.stop();
});

describe('a source', () => {
  const held: SourceAnswer = {
    source: 'hr',
    cache: 'none',
    ageMs: 0,
    mergePolicy: 'Append',
    tenants: [],
    receivers: [],
    configs: [],
    skipped: [],
    failure: { code: 'Timeout', message: 'no answer' },
    onError: 'FailClosed',
  };

  test('that fails closed holds tenants back and nobody else', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.add(1, { namespace: 'shop' });
    const router = routerOf(store, clock, { ask: async () => [held] });
    router.start();
    clock.advance(0);
    await settle();
    expect(store.routed).toMatchObject([{ again: { part: 'tenants', notBefore: clock.now() + 30_000 } }]);
    expect(store.deliveries).toHaveLength(1);
    await router.stop();
  });

  test('that is slow delays only those who ask it', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    const asked = Promise.withResolvers<SourceAnswer[]>();
    const router = routerOf(store, clock, { ask: async () => await asked.promise });
    store.add(3, { namespace: 'shop' });
    store.add(3);
    router.start();
    clock.advance(0);
    await settle();
    expect(store.routed).toHaveLength(3);
    asked.resolve([]);
    await settle();
    expect(store.routed).toHaveLength(6);
    await router.stop();
  });

  test('whose answer is cut short by a stop decides nothing', async () => {
    const [store, clock] = [new MemoryAlerts(), new FakeClock()];
    store.add(1, { namespace: 'shop' });
    const router = routerOf(store, clock, {
      ask: async (_, signal) =>
        await new Promise((resolve) => signal.addEventListener('abort', () => resolve([held]))),
    });
    router.start();
    clock.advance(0);
    await settle();
    await router.stop();
    expect([store.routed, store.returned]).toEqual([[], ['0']]);
  });
});
