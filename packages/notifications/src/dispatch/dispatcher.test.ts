import { silentLogger } from '@armillary/kube';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';
import type { AttemptOutcome, StoredDelivery } from '../store/notification-store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { sampleAlert, sampleDelivery } from '../store/testing/samples.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Delivered, DispatchSettings } from './dispatcher.ts';
import { Postponed } from './postponed.ts';

let clock: FakeClock;
let store: SqliteStore;
let dispatcher: Dispatcher | undefined;
/** What was tried, by destination, in order. */
let tried: string[];
let ended: { destination: string; outcome: AttemptOutcome; durationMs: number }[];
const done: Delivered = { rejected: [] };

beforeEach(() => {
  clock = new FakeClock();
  store = new SqliteStore({ file: ':memory:', clock });
  tried = [];
  ended = [];
});
afterEach(async () => {
  // What hangs is broken off: a deadline that has passed already.
  const stopped = dispatcher?.stop(0);
  clock.advance(0);
  await stopped;
  dispatcher = undefined;
  await store.close();
});

const start = (
  deliver: (delivery: StoredDelivery, signal: AbortSignal) => Promise<Delivered> = async () => done,
  settings: DispatchSettings = {},
): Dispatcher => {
  dispatcher = new Dispatcher({
    store,
    clock,
    logger: silentLogger,
    random: () => 1,
    deliver: (delivery, signal) => {
      tried.push(delivery.destination);
      return deliver(delivery, signal);
    },
    onAttempt: ({ destination }, outcome, durationMs) => ended.push({ destination, outcome, durationMs }),
    ...settings,
  });
  dispatcher.start();
  return dispatcher;
};
let alerts = 0;
const queue = async (...deliveries: [string, Partial<NewDelivery>?][]): Promise<void> => {
  await store.accept([sampleAlert(++alerts)], { repeatWindowMs: 0 });
  const claimed = await store.claimAlerts({ limit: 1, leaseMs: 1000 });
  const ids = claimed.map(({ id }) => id);
  await store.commitRouting(
    ids.map((id) => ({ id, steps: [] })),
    deliveries.map(([destination, more]) => sampleDelivery(destination, ids, more)),
  );
};
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 60_000, interval: 2 });
const hang = (_: unknown, signal: AbortSignal): Promise<Delivered> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('a dispatcher', () => {
  test('delivers what is queued before it starts and after', async () => {
    await queue(['a'], ['b', { channel: 'slack' }]);
    start();
    await eventually(() => expect(ended).toHaveLength(2));
    await queue(['c', { channel: 'email' }]);
    await eventually(() => expect(ended).toHaveLength(3));
    expect(ended.map(({ outcome }) => outcome.outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    await eventually(async () => expect(await store.backlog()).toMatchObject({ deliveries: {} }));
  });

  test('delivers one after the other to a destination, in order, the resolved alert behind the firing one that is retried', async () => {
    await queue(['a']);
    await queue(['a']);
    let atWork = 0;
    let failures = 2;
    const order: string[] = [];
    start(async ({ id }) => {
      expect(++atWork).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      order.push(id);
      if (failures-- > 0) throw new DeliveryError('transient', 'HTTP 503');
      return done;
    });
    await eventually(() => {
      clock.advance(500);
      expect(ended).toHaveLength(4);
    });
    expect(order.map((id) => Number(id) - Number(order[0]))).toEqual([0, 0, 0, 1]);
  });

  test('is not delayed in one channel by another that hangs and a third that is throttled', async () => {
    const hanging = Array.from({ length: 40 }, (_, n): [string, Partial<NewDelivery>] => [
      `h${n}`,
      { channel: 'sms' },
    ]);
    const throttled = Array.from({ length: 40 }, (_, n): [string, Partial<NewDelivery>] => [
      `t${n}`,
      { channel: 'telegram' },
    ]);
    const others = Array.from({ length: 200 }, (_, n): [string] => [`w${n}`]);
    await queue(...hanging, ...throttled, ...others);
    start((delivery, signal) => {
      if (delivery.channel === 'sms') return hang(delivery, signal);
      if (delivery.channel === 'telegram') return Promise.reject(new Postponed(60_000));
      return Promise.resolve(done);
    });
    // The clock stands still: nobody waits for any time-out.
    await eventually(() => expect(ended).toHaveLength(200));
    expect(ended.every(({ destination }) => destination.startsWith('w'))).toBe(true);
    expect(tried.filter((destination) => destination.startsWith('h')).length).toBeLessThanOrEqual(16);
  });

  test('leaves places to other tenants when those of one hang', async () => {
    await queue(
      ...Array.from({ length: 50 }, (_, n): [string, Partial<NewDelivery>] => [
        `slow${n}`,
        { tenant: 'slow' },
      ]),
    );
    start((delivery, signal) =>
      delivery.tenant === 'slow' ? hang(delivery, signal) : Promise.resolve(done),
    );
    await eventually(() => expect(tried).toHaveLength(12));
    await queue(['a', { tenant: 'other' }], ['b', { tenant: 'other' }], ['c']);
    await eventually(() =>
      expect(ended.map(({ destination }) => destination).sort()).toEqual(['a', 'b', 'c']),
    );
    await eventually(() => expect(dispatcher?.active('webhook')).toBe(12));
  });

  test('lets the one queue of a tenant pass hundreds of another', async () => {
    await queue(
      ...Array.from({ length: 300 }, (_, n): [string, Partial<NewDelivery>] => [
        `big${n}`,
        { tenant: 'big' },
      ]),
      ['small', { tenant: 'small' }],
    );
    start(undefined, { concurrency: { webhook: 4 } });
    await eventually(() => expect(ended).toHaveLength(301));
    expect(tried.indexOf('small')).toBeLessThan(4);
  });

  test('gives a long queue no more than its turn', async () => {
    for (let i = 0; i < 30; i++) await queue(['long']);
    await queue(['short']);
    const deliver = async (): Promise<Delivered> => {
      clock.advance(1);
      return done;
    };
    start(deliver, { concurrency: { webhook: 1 } });
    await eventually(() => expect(ended).toHaveLength(31));
    expect(tried.indexOf('short')).toBeLessThanOrEqual(10);
  });

  test('gives up what can never succeed, and goes on with the next', async () => {
    await queue(['a']);
    await queue(['a']);
    let first = true;
    start(async () => {
      if (!first) return done;
      first = false;
      throw new DeliveryError('permanent', 'no such channel');
    });
    await eventually(() =>
      expect(ended.map(({ outcome }) => outcome.outcome)).toEqual(['dead', 'delivered']),
    );
    expect(await store.deadLetters({ limit: 10 })).toMatchObject([
      { fault: 'permanent', reason: 'no such channel' },
    ]);
  });

  test('waits as long as a provider asks, and not longer', async () => {
    await queue(['a']);
    let refused = false;
    const deliver = async (): Promise<Delivered> => {
      if (refused) return done;
      refused = true;
      throw new DeliveryError('rate', 'slow down', { retryAfterMs: 30_000 });
    };
    start(deliver, { pollMs: 60_000 });
    await eventually(() => expect(ended).toHaveLength(1));
    // It has found nothing that is due, and will look again when this is.
    await eventually(() => expect(clock.pending).toContain(30_000));
    clock.advance(29_999);
    expect(tried).toHaveLength(1);
    clock.advance(1);
    await eventually(() => expect(ended.at(1)?.outcome.outcome).toBe('delivered'));
  });

  test('does not send what has expired', async () => {
    await queue(['old', { expiresAt: clock.now() }]);
    start();
    await eventually(() => expect(ended).toHaveLength(1));
    expect(tried).toEqual([]);
    expect(await store.deadLetters({ limit: 1 })).toMatchObject([{ fault: 'expired', attempts: 0 }]);
  });

  test('counts what a limit puts off as not tried', async () => {
    await queue(['a']);
    let free = false;
    start(async () => {
      if (free) return done;
      free = true;
      throw new Postponed(5000);
    });
    await eventually(() => {
      clock.advance(1000);
      expect(ended).toHaveLength(1);
    });
    const [trace] = await store.traces(sampleAlert(alerts).fingerprint, 1);
    expect(trace?.deliveries[0]?.attempts).toHaveLength(1);
  });

  test('breaks off an attempt that has no end, and tries again', async () => {
    await queue(['a']);
    const signals: AbortSignal[] = [];
    start(
      (_, signal) => {
        signals.push(signal);
        // Does not listen to the signal at all.
        return signals.length === 1 ? new Promise<never>(() => {}) : Promise.resolve(done);
      },
      { attemptMs: 5000 },
    );
    await eventually(() => expect(signals).toHaveLength(1));
    clock.advance(5000);
    await eventually(() =>
      expect(ended).toMatchObject([{ outcome: { fault: 'transient', reason: 'no end after 5 s' } }]),
    );
    expect(signals[0]?.aborted).toBe(true);
    await eventually(() => {
      clock.advance(1000);
      expect(ended).toHaveLength(2);
    });
  });

  test('tries again after an error that nobody foresaw', async () => {
    await queue(['a']);
    let first = true;
    start(async () => {
      if (!first) return done;
      first = false;
      throw new TypeError('undefined is not a function');
    });
    await eventually(() => {
      clock.advance(1000);
      expect(ended.map(({ outcome }) => outcome.outcome)).toEqual(['retry', 'delivered']);
    });
  });

  test('queues the history with the success', async () => {
    await queue(['a']);
    start(async ({ kind, alerts }) =>
      kind === 'history'
        ? done
        : {
            ...done,
            history: sampleDelivery(
              'history',
              alerts.map(({ id }) => id),
              { kind: 'history' },
            ),
          },
    );
    await eventually(() => expect(ended.map(({ destination }) => destination)).toEqual(['a', 'history']));
  });

  test('notes a success until the store takes it, without sending again', async () => {
    await queue(['a']);
    const finish = vi.spyOn(store, 'finishAttempt');
    finish.mockRejectedValueOnce(new Error('disk full')).mockRejectedValueOnce(new Error('disk full'));
    start();
    await eventually(() => {
      clock.advance(1000);
      expect(ended).toHaveLength(1);
    });
    expect(tried).toHaveLength(1);
  });

  test('gives a queue back once the store takes it again', async () => {
    await queue(['a']);
    vi.spyOn(store, 'nextDelivery').mockRejectedValueOnce(new Error('no connection'));
    vi.spyOn(store, 'release').mockRejectedValueOnce(new Error('no connection'));
    start();
    await eventually(() => {
      clock.advance(1000);
      expect(ended).toHaveLength(1);
    });
    await eventually(() => {
      clock.advance(1000);
      expect(dispatcher?.active('webhook')).toBe(0);
    });
    await queue(['a']);
    // The clock stands still: no lease ends.
    await eventually(() => expect(ended).toHaveLength(2));
  });

  test('goes on when the store could not be asked for a while', async () => {
    const claim = vi.spyOn(store, 'claimDestinations').mockRejectedValue(new Error('no connection'));
    start();
    await queue(['a']);
    await eventually(() => expect(claim.mock.calls.length).toBeGreaterThan(11));
    claim.mockRestore();
    await eventually(() => {
      clock.advance(1000);
      expect(ended).toHaveLength(1);
    });
  });

  test('holds a queue as long as an attempt takes', async () => {
    await queue(['a']);
    const renew = vi.spyOn(store, 'renew');
    start(hang, { leaseMs: 60_000, attemptMs: 300_000 });
    await eventually(() => expect(tried).toHaveLength(1));
    for (let i = 1; i <= 9; i++) {
      clock.advance(20_000);
      await eventually(() => expect(renew).toHaveBeenCalledTimes(i));
      await renew.mock.results.at(-1)!.value;
    }
    const claimed = await store.claimDestinations({ channel: 'webhook', limit: 1, perTenant: 1, leaseMs: 1 });
    expect(claimed).toEqual([]);
  });

  test('tells a destination once at a time, even when the lease could not be prolonged', async () => {
    await queue(['a']);
    vi.spyOn(store, 'renew').mockRejectedValue(new Error('no connection'));
    const claim = vi.spyOn(store, 'claimDestinations');
    start(hang, { leaseMs: 60_000, attemptMs: Number.MAX_SAFE_INTEGER });
    await eventually(() => expect(tried).toHaveLength(1));
    clock.advance(61_000);
    await eventually(async () => {
      clock.advance(1000);
      const results = await Promise.all(claim.mock.results.map(({ value }) => value));
      expect(results.flat()).toHaveLength(2);
    });
    expect(tried).toHaveLength(1);
    expect(dispatcher?.active('webhook')).toBe(1);
  });

  test('tells a destination further that gets more while it is given back', async () => {
    await queue(['a']);
    const claim = vi.spyOn(store, 'claimDestinations');
    const release = store.release.bind(store);
    vi.spyOn(store, 'release').mockImplementationOnce(async (destination) => {
      await release(destination);
      // The answer to that is late, and the queue is claimed before it comes.
      await queue(['a']);
      await eventually(async () => {
        const results = await Promise.all(claim.mock.results.map(({ value }) => value));
        expect(results.flat()).toHaveLength(2);
      });
    });
    start();
    // The clock stands still: no lease ends.
    await eventually(() => expect(ended).toHaveLength(2));
    await eventually(() => expect(dispatcher?.active('webhook')).toBe(0));
  });

  test('breaks off what another process has taken over, and says nothing of it', async () => {
    await queue(['a']);
    const aborted = Promise.withResolvers<void>();
    start((delivery, signal) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return tried.length === 1 ? hang(delivery, signal) : Promise.resolve(done);
    });
    await eventually(() => expect(tried).toHaveLength(1));
    vi.spyOn(store, 'renew').mockResolvedValueOnce([]);
    clock.advance(20_000);
    await aborted.promise;
    await eventually(() => expect(ended).toHaveLength(1));
    expect(ended).toMatchObject([{ outcome: { outcome: 'delivered' } }]);
  });

  test('stops: it begins nothing more, lets finish what is under way and gives the rest back', async () => {
    await queue(...Array.from({ length: 20 }, (_, n): [string] => [`w${n}`]));
    const open: (() => void)[] = [];
    start(() => new Promise((resolve) => open.push(() => resolve(done))), {
      concurrency: { webhook: 4 },
      tenantShare: 1,
    });
    await eventually(() => expect(open).toHaveLength(4));
    const stopped = dispatcher!.stop(10_000);
    for (const finish of open) finish();
    await stopped;
    expect(ended).toHaveLength(4);
    expect(tried).toHaveLength(4);
    expect(clock.pending).toEqual([]);
    const options = { channel: 'webhook', limit: 100, perTenant: 100, leaseMs: 1000 } as const;
    expect(await store.claimDestinations(options)).toHaveLength(16);
  });

  test('stops in time when something hangs, and that is delivered by the next process', async () => {
    await queue(['a']);
    start(hang);
    await eventually(() => expect(tried).toHaveLength(1));
    const stopped = dispatcher!.stop(10_000);
    clock.advance(10_000);
    await stopped;
    expect(ended).toEqual([]);
    start();
    await eventually(() =>
      expect(ended).toMatchObject([{ destination: 'a', outcome: { outcome: 'delivered' } }]),
    );
  });
});
