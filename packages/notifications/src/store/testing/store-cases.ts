import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChannelType } from '../../channels/channel-type.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import type {
  AttemptOutcome,
  NewDelivery,
  NotificationStore,
  StoredDelivery,
} from '../notification-store.ts';
import { sampleAlert, sampleDelivery } from './samples.ts';

/** Stores over one and the same data, that is empty at first. */
export interface StoreWorld {
  open(options: { clock: FakeClock; maxBacklog?: number }): Promise<NotificationStore>;
  remove(): Promise<void>;
}

const window = { repeatWindowMs: 240_000 };
const minute = 60_000;
const delivered: AttemptOutcome = { outcome: 'delivered', rejected: [] };
const dead: AttemptOutcome = { outcome: 'dead', fault: 'permanent', reason: 'no such channel' };

/** What every store does. */
export function storeCases(createWorld: () => Promise<StoreWorld>): void {
  let world: StoreWorld;
  let clock: FakeClock;
  let store: NotificationStore;
  const opened: NotificationStore[] = [];

  const open = async (options: { maxBacklog?: number } = {}): Promise<NotificationStore> => {
    const another = await world.open({ clock, ...options });
    opened.push(another);
    return another;
  };
  beforeEach(async () => {
    world = await createWorld();
    clock = new FakeClock();
    store = await open();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await world.remove();
  });

  /** Accepts alerts and routes them as `deliveries` says, with their ids. */
  const route = async (
    numbers: number[],
    deliveries: (ids: string[]) => NewDelivery[],
  ): Promise<string[]> => {
    await store.accept(
      numbers.map((number) => sampleAlert(number)),
      window,
    );
    const ids = (await store.claimAlerts({ limit: 1000, leaseMs: minute })).map(({ id }) => id);
    await store.commitRouting(
      ids.map((id) => ({ id, steps: [] })),
      deliveries(ids),
    );
    return ids;
  };
  const claim = (limit = 100, perTenant = 100): Promise<string[]> =>
    store
      .claimDestinations({ channel: 'webhook', limit, perTenant, leaseMs: minute })
      .then((claimed) => claimed.map(({ destination }) => destination));
  const next = async (destination: string): Promise<StoredDelivery> => {
    const delivery = await store.nextDelivery(destination);
    if (!delivery) throw new Error(`nothing is due for ${destination}`);
    return delivery;
  };

  describe('accepting', () => {
    test('keeps every alert as it came, and gives them out oldest first', async () => {
      const odd = sampleAlert(2, {
        labels: { alertname: 'ünï "quoted" \u0000 \u{1f514}', empty: '' },
        annotations: { description: 'line\nline\\' },
        status: 'resolved',
        endsAt: '2026-01-01T00:05:00.123456789Z',
      });
      const odder = sampleAlert(3, { startsAt: 'nul \u0000' });
      expect(await store.accept([sampleAlert(1), odd], window)).toEqual({ accepted: 2, repeated: 0 });
      clock.advance(1);
      expect(await store.accept([odder], window)).toEqual({ accepted: 1, repeated: 0 });
      const claimed = await store.claimAlerts({ limit: 10, leaseMs: minute });
      expect(claimed.map(({ alert }) => alert)).toEqual([sampleAlert(1), odd, odder]);
      expect(claimed.map(({ part }) => part)).toEqual(['all', 'all', 'all']);
      expect(claimed.map(({ receivedAt }) => receivedAt)).toEqual([
        clock.now() - 1,
        clock.now() - 1,
        clock.now(),
      ]);
    });

    test('takes nothing for nothing', async () => {
      expect(await store.accept([], window)).toEqual({ accepted: 0, repeated: 0 });
      await store.commitRouting([], []);
      await store.returnAlerts([], 0);
      expect(await store.renew([], minute)).toEqual([]);
    });

    test('counts an alert that comes again soon, and takes one that comes again later', async () => {
      await store.accept([sampleAlert(1)], window);
      clock.advance(239_999);
      expect(await store.accept([sampleAlert(1), sampleAlert(2), sampleAlert(2)], window)).toEqual({
        accepted: 1,
        repeated: 2,
      });
      clock.advance(1);
      expect(await store.accept([sampleAlert(1)], window)).toEqual({ accepted: 1, repeated: 0 });
      expect(await store.accept([sampleAlert(1)], window)).toEqual({ accepted: 0, repeated: 1 });
      expect(
        (await store.traces(sampleAlert(1).fingerprint, 10)).map(({ duplicates }) => duplicates),
      ).toEqual([1, 1]);
      expect(
        (await store.traces(sampleAlert(2).fingerprint, 10)).map(({ duplicates }) => duplicates),
      ).toEqual([1]);
    });

    test('tells apart what begins at another time or has ended', async () => {
      const alerts = [
        sampleAlert(1),
        sampleAlert(1, { status: 'resolved' }),
        sampleAlert(1, { startsAt: '2026-01-01T00:00:01Z' }),
      ];
      expect(await store.accept(alerts, window)).toEqual({ accepted: 3, repeated: 0 });
    });

    test('takes each alert once when many posts with it come at the same time', async () => {
      const posts = await Promise.all(
        Array.from({ length: 8 }, (_, post) =>
          store.accept(
            [post, 1, 2, 3, 4, 5].map((number) => sampleAlert(post % 2 === 0 ? number : 5 - number + 100)),
            window,
          ),
        ),
      );
      const accepted = posts.reduce((sum, post) => sum + post.accepted, 0);
      const claimed = await store.claimAlerts({ limit: 100, leaseMs: minute });
      expect(claimed).toHaveLength(accepted);
      expect(new Set(claimed.map(({ alert }) => alert.fingerprint)).size).toBe(accepted);
    });

    test('refuses a whole post when too many would wait, and takes it once there is room', async () => {
      const small = await open({ maxBacklog: 3 });
      await small.accept([sampleAlert(1), sampleAlert(2)], window);
      const post = [sampleAlert(3), sampleAlert(4)];
      await expect(small.accept(post, window)).rejects.toMatchObject({
        name: 'NotificationError',
        code: 'Busy',
      });
      const claimed = await small.claimAlerts({ limit: 10, leaseMs: minute });
      expect(claimed).toHaveLength(2);
      await small.commitRouting(
        claimed.map(({ id }) => ({ id, steps: [] })),
        [],
      );
      clock.advance(2000);
      expect(await small.accept(post, window)).toEqual({ accepted: 2, repeated: 0 });
    });

    test('calls who waits for alerts', async () => {
      const called = Promise.withResolvers<void>();
      const end = store.onAlerts(called.resolve);
      await store.accept([sampleAlert(1)], window);
      await called.promise;
      end();
    });
  });

  describe('routing', () => {
    test('gives an alert to one, and to another when the lease has ended', async () => {
      await store.accept([sampleAlert(1), sampleAlert(2), sampleAlert(3)], window);
      const first = await store.claimAlerts({ limit: 2, leaseMs: 0 });
      expect(first).toHaveLength(2);
      expect(await store.claimAlerts({ limit: 10, leaseMs: minute })).toHaveLength(3);
      expect(await store.claimAlerts({ limit: 10, leaseMs: minute })).toEqual([]);
      expect(await store.nextAlertDue()).toBeUndefined();
    });

    test('comes later for alerts that are given back, or that are held for their tenants', async () => {
      await store.accept([sampleAlert(1), sampleAlert(2)], window);
      const [one = '', two = ''] = (await store.claimAlerts({ limit: 10, leaseMs: minute })).map(
        ({ id }) => id,
      );
      await store.returnAlerts([one], clock.now() + 1000);
      await store.commitRouting(
        [{ id: two, steps: [], again: { part: 'tenants', notBefore: clock.now() + 2000 } }],
        [],
      );
      expect(await store.claimAlerts({ limit: 10, leaseMs: minute })).toEqual([]);
      expect(await store.nextAlertDue()).toBe(clock.now() + 1000);
      expect((await store.backlog()).alerts).toBe(2);
      clock.advance(2000);
      const again = await store.claimAlerts({ limit: 10, leaseMs: minute });
      expect(again.map(({ id, part }) => [id, part])).toEqual([
        [one, 'all'],
        [two, 'tenants'],
      ]);
    });

    test('is refused as a whole when one of the alerts is routed already', async () => {
      const routed = await route([1], () => []);
      await store.accept([sampleAlert(2)], window);
      const others = await store.claimAlerts({ limit: 10, leaseMs: minute });
      const both = [...others.map(({ id }) => id), ...routed];
      await expect(
        store.commitRouting(
          both.map((id) => ({ id, steps: [] })),
          [sampleDelivery('a', both)],
        ),
      ).rejects.toMatchObject({ code: 'Busy' });
      expect(await claim()).toEqual([]);
      expect((await store.backlog()).alerts).toBe(1);
    });

    test('to alerts that are not there is refused, without harm to others', async () => {
      await store.accept([sampleAlert(1)], window);
      const [id = ''] = (await store.claimAlerts({ limit: 1, leaseMs: minute })).map((alert) => alert.id);
      const [bad, good] = await Promise.allSettled([
        store.commitRouting([], [sampleDelivery('bad', ['999999'])]),
        store.commitRouting([{ id, steps: [] }], [sampleDelivery('good', [id])]),
      ]);
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'StoreUnusable' } });
      expect(good.status).toBe('fulfilled');
      expect(await claim()).toEqual(['good']);
    });

    test('calls who waits for deliveries', async () => {
      const called = Promise.withResolvers<ChannelType>();
      const end = store.onDeliveries(called.resolve);
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      expect(await called.promise).toBe('webhook');
      end();
    });
  });

  describe('queues', () => {
    test('give deliveries of a destination in the order they were queued, with their alerts in order', async () => {
      await route([1, 2, 3], (ids) => [
        sampleDelivery('a', [...ids.slice(2), ...ids.slice(0, 1)]),
        sampleDelivery('b', ids.slice(1, 2)),
        sampleDelivery('a', ids.slice(1, 2)),
      ]);
      expect((await claim()).sort()).toEqual(['a', 'b']);
      const first = await next('a');
      expect(first.alerts.map(({ alert }) => alert)).toEqual([sampleAlert(3), sampleAlert(1)]);
      const { alertIds: _, ...queued } = sampleDelivery('a', []);
      expect(first).toMatchObject({ ...queued, queuedAt: clock.now(), told: 0, attempts: 0 });
      await store.finishAttempt(first.id, delivered);
      const second = await next('a');
      expect(second.alerts.map(({ alert }) => alert)).toEqual([sampleAlert(2)]);
      await store.finishAttempt(second.id, delivered);
      expect(await store.nextDelivery('a')).toBeUndefined();
    });

    test('are held by one until they are given back', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      expect(await claim()).toEqual(['a']);
      expect(await claim()).toEqual([]);
      expect(await store.nextDue('webhook')).toBeUndefined();
      await store.release('a');
      expect(await store.nextDue('webhook')).toBe(clock.now());
      expect(await claim()).toEqual(['a']);
    });

    test('are due again when their lease has ended', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await store.claimDestinations({ channel: 'webhook', limit: 1, perTenant: 1, leaseMs: 0 });
      expect(await claim()).toEqual(['a']);
    });

    test('can be held longer, as long as they were not given back', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids), sampleDelivery('b', ids)]);
      await store.claimDestinations({ channel: 'webhook', limit: 2, perTenant: 2, leaseMs: 0 });
      await store.release('b');
      expect(await store.renew(['a', 'b', 'unknown'], minute)).toEqual(['a']);
      expect(await claim()).toEqual(['b']);
    });

    test('wait for their first delivery, whatever stands behind it', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      const first = await next('a');
      const notBefore = clock.now() + 5000;
      await store.finishAttempt(first.id, {
        outcome: 'retry',
        fault: 'transient',
        reason: 'HTTP 503',
        notBefore,
      });
      expect(await store.nextDelivery('a')).toBeUndefined();
      await store.release('a');
      await route([2], (ids) => [sampleDelivery('a', ids)]);
      expect(await claim()).toEqual([]);
      expect(await store.nextDue('webhook')).toBe(notBefore);
      clock.advance(5000);
      expect(await claim()).toEqual(['a']);
      expect(await next('a')).toMatchObject({ id: first.id, attempts: 1 });
    });

    test('that are empty are forgotten, and come back with the next delivery', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      await store.finishAttempt((await next('a')).id, delivered);
      await store.release('a');
      expect(await store.nextDue('webhook')).toBeUndefined();
      await route([2], (ids) => [sampleDelivery('a', ids)]);
      expect(await claim()).toEqual(['a']);
    });

    test('that are given back stand behind those that were due before', async () => {
      await route([1, 2], (ids) => [
        sampleDelivery('a', ids.slice(0, 1)),
        sampleDelivery('a', ids.slice(1, 2)),
      ]);
      await claim();
      await route([3], (ids) => [sampleDelivery('b', ids)]);
      clock.advance(1);
      await store.finishAttempt((await next('a')).id, delivered);
      await store.release('a');
      expect(await claim(1)).toEqual(['b']);
      expect(await claim(1)).toEqual(['a']);
    });

    test('belong to a channel', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids), sampleDelivery('b', ids, { channel: 'slack' })]);
      expect(await claim()).toEqual(['a']);
      expect(await store.nextDue('slack')).toBe(clock.now());
      expect(await store.nextDue('email')).toBeUndefined();
    });

    test('of a tenant with many of them do not delay the one of another', async () => {
      await route([1], (ids) => [
        ...Array.from({ length: 300 }, (_, n) => sampleDelivery(`big${n}`, ids, { tenant: 'big' })),
        sampleDelivery('small', ids, { tenant: 'small' }),
        sampleDelivery('global', ids),
      ]);
      const claimed = await claim(4);
      expect(claimed).toEqual(expect.arrayContaining(['global', 'small']));
      expect(claimed).toHaveLength(4);
    });

    test('go round among tenants from one claim to the next', async () => {
      const tenants = ['', 'a', 'b', 'c'];
      await route([1], (ids) =>
        tenants.flatMap((tenant) => [1, 2, 3].map((n) => sampleDelivery(`${tenant}${n}`, ids, { tenant }))),
      );
      const turns: string[] = [];
      for (let i = 0; i < 12; i++) turns.push((await claim(1)).at(0)!.replace(/\d/, ''));
      expect([0, 4, 8].map((from) => turns.slice(from, from + 4).sort())).toEqual([
        tenants,
        tenants,
        tenants,
      ]);
    });

    test('of one tenant are at work up to its share, counting those that are held', async () => {
      await route([1], (ids) => [
        ...[1, 2, 3, 4].map((n) => sampleDelivery(`a${n}`, ids, { tenant: 'a' })),
        ...[1, 2, 3].map((n) => sampleDelivery(`b${n}`, ids, { tenant: 'b' })),
      ]);
      expect(await claim(2, 2)).toHaveLength(2);
      const claimed = await claim(100, 2);
      expect(claimed).toHaveLength(2);
      expect(await claim(100, 2)).toEqual([]);
      await store.release(claimed.at(0)!);
      expect(await claim(100, 2)).toHaveLength(1);
    });
  });

  describe('deliveries', () => {
    test('remember how many of their alerts are told', async () => {
      await route([1, 2], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      await store.noteTold((await next('a')).id, 1);
      expect(await next('a')).toMatchObject({ told: 1, attempts: 0 });
    });

    test('that are put off were not tried', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      await store.postpone((await next('a')).id, clock.now() + 1000);
      expect(await store.nextDelivery('a')).toBeUndefined();
      await store.release('a');
      expect(await store.nextDue('webhook')).toBe(clock.now() + 1000);
      clock.advance(1000);
      expect(await claim()).toEqual(['a']);
      expect(await next('a')).toMatchObject({ attempts: 0 });
    });

    test('queue their history in the same step, once', async () => {
      const ids = await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      const first = await next('a');
      const history = sampleDelivery('history', ids, { kind: 'history' });
      await store.finishAttempt(first.id, delivered, history);
      await store.finishAttempt(first.id, delivered, history);
      expect(await claim()).toEqual(['history']);
      await store.finishAttempt((await next('history')).id, delivered);
      expect(await store.nextDelivery('history')).toBeUndefined();
      expect((await store.backlog()).deliveries).toEqual({});
    });

    test('that are given up become dead letters, and are tried anew in their old place when replayed', async () => {
      await route([1, 2], (ids) => [sampleDelivery('a', ids), sampleDelivery('a', ids.slice(1, 2))]);
      await claim();
      const first = await next('a');
      clock.advance(5);
      await store.finishAttempt(first.id, dead);
      expect((await next('a')).alerts).toHaveLength(1);
      await store.release('a');
      expect(await store.deadLetters({ limit: 10 })).toEqual([
        {
          id: first.id,
          channel: 'webhook',
          tenant: '',
          shown: 'hooks.example.com a',
          receiver: 'a',
          fault: 'permanent',
          reason: 'no such channel',
          attempts: 1,
          alerts: 2,
          queuedAt: clock.now() - 5,
          diedAt: clock.now(),
        },
      ]);
      const expiresAt = clock.now() + 77;
      expect(await store.replay([first.id, first.id, '999999'], expiresAt)).toBe(1);
      expect(await store.deadLetters({ limit: 10 })).toEqual([]);
      expect(await claim()).toEqual(['a']);
      expect(await next('a')).toMatchObject({ id: first.id, attempts: 0, expiresAt });
    });

    test('that expired before anybody tried were not tried, and what was tried before a replay is remembered', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      const { id } = await next('a');
      await store.finishAttempt(id, { outcome: 'dead', fault: 'expired', reason: 'too late' });
      expect(await store.deadLetters({ limit: 1 })).toMatchObject([{ fault: 'expired', attempts: 0 }]);
      await store.replay([id], clock.now() + minute);
      await store.finishAttempt(id, dead);
      expect(await store.deadLetters({ limit: 1 })).toMatchObject([{ fault: 'permanent', attempts: 1 }]);
      const [trace] = await store.traces(sampleAlert(1).fingerprint, 1);
      expect(
        trace?.deliveries[0]?.attempts.map(({ outcome }) => 'fault' in outcome && outcome.fault),
      ).toEqual(['expired', 'permanent']);
    });

    test('that are dead are listed newest first, by channel and tenant', async () => {
      await route([1], (ids) => [
        sampleDelivery('a', ids, { tenant: 'x' }),
        sampleDelivery('b', ids, { tenant: 'y' }),
        sampleDelivery('c', ids, { tenant: 'x' }),
      ]);
      await claim();
      for (const destination of ['a', 'b', 'c']) {
        await store.finishAttempt((await next(destination)).id, dead);
        clock.advance(1);
      }
      const list = async (options: Parameters<NotificationStore['deadLetters']>[0]): Promise<string[]> =>
        (await store.deadLetters(options)).map(({ receiver }) => receiver);
      expect(await list({ limit: 2 })).toEqual(['c', 'b']);
      expect(await list({ limit: 10, tenant: 'x' })).toEqual(['c', 'a']);
      expect(await list({ limit: 10, channel: 'slack' })).toEqual([]);
      expect(await list({ limit: 10, channel: 'webhook', tenant: 'y' })).toEqual(['b']);
    });
  });

  describe('traces', () => {
    test('tell what was decided and tried, the newest alert first', async () => {
      const { fingerprint } = sampleAlert(1);
      const steps = [{ step: 'tenants', tenants: ['shop'] }] as const;
      await store.accept([sampleAlert(1)], window);
      const [id = ''] = (await store.claimAlerts({ limit: 1, leaseMs: minute })).map((alert) => alert.id);
      expect((await store.traces(fingerprint, 10))[0]).toMatchObject({ state: 'waiting', decisions: [] });
      await store.commitRouting([{ id, steps }], [sampleDelivery('a', [id])]);
      await claim();
      const { id: delivery } = await next('a');
      const notBefore = clock.now() + 10;
      await store.finishAttempt(delivery, {
        outcome: 'retry',
        fault: 'rate',
        reason: 'slow down',
        notBefore,
      });
      const [trace] = await store.traces(fingerprint, 10);
      expect(trace).toEqual({
        alert: sampleAlert(1),
        receivedAt: clock.now(),
        duplicates: 0,
        state: 'routed',
        decisions: [{ at: clock.now(), steps }],
        deliveries: [
          {
            id: delivery,
            channel: 'webhook',
            receiver: 'a',
            tenant: '',
            shown: 'hooks.example.com a',
            kind: 'alerts',
            state: 'queued',
            queuedAt: clock.now(),
            notBefore,
            attempts: [
              {
                at: clock.now(),
                outcome: { outcome: 'retry', fault: 'rate', reason: 'slow down', notBefore },
              },
            ],
          },
        ],
      });
      clock.advance(10);
      await store.finishAttempt(delivery, delivered);
      expect((await store.traces(fingerprint, 10))[0]?.deliveries[0]).toMatchObject({ state: 'delivered' });
      clock.advance(240_000);
      await store.accept([sampleAlert(1)], window);
      expect((await store.traces(fingerprint, 10)).map(({ state }) => state)).toEqual(['waiting', 'routed']);
      expect(await store.traces(fingerprint, 1)).toHaveLength(1);
      expect(await store.traces('0', 10)).toEqual([]);
    });

    test('hold the newest attempts and count the others', async () => {
      await route([1], (ids) => [sampleDelivery('a', ids)]);
      await claim();
      for (let i = 0; i < 30; i++) {
        const { id, attempts } = await next('a');
        expect(attempts).toBe(i);
        const outcome = {
          outcome: 'retry',
          fault: 'transient',
          reason: `try ${i}`,
          notBefore: clock.now(),
        } as const;
        await store.finishAttempt(id, outcome);
      }
      const [trace] = await store.traces(sampleAlert(1).fingerprint, 1);
      const reasons = trace?.deliveries[0]?.attempts.map(
        ({ outcome }) => 'reason' in outcome && outcome.reason,
      );
      expect(reasons).toEqual(Array.from({ length: 20 }, (_, i) => `try ${i + 10}`));
    });
  });

  test('the backlog counts what waits, by channel', async () => {
    await route([1, 2], (ids) => [
      sampleDelivery('a', ids),
      sampleDelivery('b', ids),
      sampleDelivery('c', ids, { channel: 'slack' }),
    ]);
    const receivedAt = clock.now();
    await store.accept([sampleAlert(3)], window);
    clock.advance(10);
    await store.accept([sampleAlert(4), sampleAlert(5)], window);
    await claim();
    await store.finishAttempt((await next('a')).id, dead);
    expect(await store.backlog()).toEqual({
      alerts: 3,
      deliveries: { webhook: 1, slack: 1 },
      deadLetters: 1,
      oldestAlertAt: receivedAt,
    });
  });

  test('pruning removes what is done and old, and nothing that is spoken of', async () => {
    await route([1, 2, 3, 4], (ids) => [
      sampleDelivery('done', ids.slice(0, 1)),
      sampleDelivery('dead', ids.slice(1, 2)),
      sampleDelivery('queued', ids.slice(2, 3)),
    ]);
    await store.accept([sampleAlert(5)], window);
    await claim();
    await store.finishAttempt((await next('done')).id, delivered);
    await store.finishAttempt((await next('dead')).id, dead);
    const known = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const number of [1, 2, 3, 4, 5, 6]) {
        if ((await store.traces(sampleAlert(number).fingerprint, 1)).length > 0) found.push(number);
      }
      return found;
    };
    expect(await store.prune({ doneBefore: clock.now(), deadBefore: clock.now() })).toBe(0);
    clock.advance(1);
    await store.accept([sampleAlert(6)], window);
    await store.prune({ doneBefore: clock.now(), deadBefore: clock.now() - 1 });
    expect(await known()).toEqual([2, 3, 5, 6]);
    expect(await store.deadLetters({ limit: 10 })).toHaveLength(1);
    await store.prune({ doneBefore: clock.now(), deadBefore: clock.now() });
    expect(await known()).toEqual([3, 5, 6]);
    expect((await store.backlog()).deadLetters).toBe(0);
    expect(await next('queued')).toMatchObject({ alerts: [{ alert: sampleAlert(3) }] });
  });

  test('pruning goes on step by step until all is done', async () => {
    await store.accept(
      Array.from({ length: 1200 }, (_, number) => sampleAlert(number)),
      window,
    );
    const ids = (await store.claimAlerts({ limit: 1200, leaseMs: minute })).map(({ id }) => id);
    await store.commitRouting(
      ids.map((id) => ({ id, steps: [] })),
      [],
    );
    expect(await store.prune({ doneBefore: clock.now() + 1, deadBefore: 0 })).toBe(1200);
  });

  test('everything is there for the next process', async () => {
    await route([1], (ids) => [sampleDelivery('a', ids)]);
    await store.accept([sampleAlert(2)], window);
    await store.close();
    const again = await open();
    expect(await again.backlog()).toMatchObject({ alerts: 1, deliveries: { webhook: 1 } });
    expect(await again.accept([sampleAlert(2)], window)).toEqual({ accepted: 0, repeated: 1 });
    expect(await again.claimAlerts({ limit: 10, leaseMs: minute })).toMatchObject([
      { alert: sampleAlert(2) },
    ]);
  });

  test('a closed store refuses', async () => {
    await store.close();
    await store.close();
    const refused = { name: 'NotificationError', code: 'StoreUnusable' };
    await expect(store.accept([sampleAlert(1)], window)).rejects.toMatchObject(refused);
    await expect(store.claimAlerts({ limit: 1, leaseMs: minute })).rejects.toMatchObject(refused);
    await expect(store.backlog()).rejects.toMatchObject(refused);
  });
}
