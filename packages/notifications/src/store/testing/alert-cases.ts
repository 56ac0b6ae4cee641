import { describe, expect, test } from 'vitest';
import type { ChannelType } from '../../channels/channel-type.ts';
import { sampleAlert, sampleDelivery } from './samples.ts';
import { minute, window } from './store-scene.ts';
import type { StoreScene } from './store-scene.ts';

/** Alerts are taken in and routed. */
export function alertCases(scene: StoreScene): void {
  describe('accepting', () => {
    test('keeps every alert as it came, and gives them out oldest first', async () => {
      const odd = sampleAlert(2, {
        labels: { alertname: 'ünï "quoted" \u0000 \u{1f514}', empty: '' },
        annotations: { description: 'line\nline\\' },
        status: 'resolved',
        endsAt: '2026-01-01T00:05:00.123456789Z',
      });
      const odder = sampleAlert(3, { startsAt: 'nul \u0000' });
      expect(await scene.store.accept([sampleAlert(1), odd], window)).toEqual({ accepted: 2, repeated: 0 });
      scene.clock.advance(1);
      expect(await scene.store.accept([odder], window)).toEqual({ accepted: 1, repeated: 0 });
      const claimed = await scene.store.claimAlerts({ limit: 10, leaseMs: minute });
      expect(claimed.map(({ alert }) => alert)).toEqual([sampleAlert(1), odd, odder]);
      expect(claimed.map(({ part }) => part)).toEqual(['all', 'all', 'all']);
      expect(claimed.map(({ receivedAt }) => receivedAt)).toEqual([
        scene.clock.now() - 1,
        scene.clock.now() - 1,
        scene.clock.now(),
      ]);
    });

    test('takes nothing for nothing', async () => {
      expect(await scene.store.accept([], window)).toEqual({ accepted: 0, repeated: 0 });
      await scene.store.commitRouting([], []);
      await scene.store.returnAlerts([], 0);
      expect(await scene.store.renew([], minute)).toEqual([]);
    });

    test('counts an alert that comes again soon, and takes one that comes again later', async () => {
      await scene.store.accept([sampleAlert(1)], window);
      scene.clock.advance(239_999);
      expect(await scene.store.accept([sampleAlert(1), sampleAlert(2), sampleAlert(2)], window)).toEqual({
        accepted: 1,
        repeated: 2,
      });
      scene.clock.advance(1);
      expect(await scene.store.accept([sampleAlert(1)], window)).toEqual({ accepted: 1, repeated: 0 });
      expect(await scene.store.accept([sampleAlert(1)], window)).toEqual({ accepted: 0, repeated: 1 });
      expect(
        (await scene.store.traces(sampleAlert(1).fingerprint, 10)).map(({ duplicates }) => duplicates),
      ).toEqual([1, 1]);
      expect(
        (await scene.store.traces(sampleAlert(2).fingerprint, 10)).map(({ duplicates }) => duplicates),
      ).toEqual([1]);
    });

    test('tells apart what begins at another time or has ended', async () => {
      const alerts = [
        sampleAlert(1),
        sampleAlert(1, { status: 'resolved' }),
        sampleAlert(1, { startsAt: '2026-01-01T00:00:01Z' }),
      ];
      expect(await scene.store.accept(alerts, window)).toEqual({ accepted: 3, repeated: 0 });
    });

    test('takes each alert once when many posts with it come at the same time', async () => {
      const posts = await Promise.all(
        Array.from({ length: 8 }, (_, post) =>
          scene.store.accept(
            [post, 1, 2, 3, 4, 5].map((number) => sampleAlert(post % 2 === 0 ? number : 5 - number + 100)),
            window,
          ),
        ),
      );
      const accepted = posts.reduce((sum, post) => sum + post.accepted, 0);
      const claimed = await scene.store.claimAlerts({ limit: 100, leaseMs: minute });
      expect(claimed).toHaveLength(accepted);
      expect(new Set(claimed.map(({ alert }) => alert.fingerprint)).size).toBe(accepted);
    });

    test('refuses a whole post when too many would wait, and takes it once there is room', async () => {
      const small = await scene.open({ maxBacklog: 3 });
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
      scene.clock.advance(2000);
      expect(await small.accept(post, window)).toEqual({ accepted: 2, repeated: 0 });
    });

    test('calls who waits for alerts', async () => {
      const called = Promise.withResolvers<void>();
      const end = scene.store.onAlerts(called.resolve);
      await scene.store.accept([sampleAlert(1)], window);
      await called.promise;
      end();
    });
  });

  describe('routing', () => {
    test('gives an alert to one, and to another when the lease has ended', async () => {
      await scene.store.accept([sampleAlert(1), sampleAlert(2), sampleAlert(3)], window);
      const first = await scene.store.claimAlerts({ limit: 2, leaseMs: 0 });
      expect(first).toHaveLength(2);
      expect(await scene.store.claimAlerts({ limit: 10, leaseMs: minute })).toHaveLength(3);
      expect(await scene.store.claimAlerts({ limit: 10, leaseMs: minute })).toEqual([]);
    });

    test('comes later for alerts that are given back, or that are held for their tenants', async () => {
      await scene.store.accept([sampleAlert(1), sampleAlert(2)], window);
      const [one = '', two = ''] = (await scene.store.claimAlerts({ limit: 10, leaseMs: minute })).map(
        ({ id }) => id,
      );
      await scene.store.returnAlerts([one], scene.clock.now() + 1000);
      await scene.store.commitRouting(
        [{ id: two, steps: [], again: { part: 'tenants', notBefore: scene.clock.now() + 2000 } }],
        [],
      );
      expect(await scene.store.claimAlerts({ limit: 10, leaseMs: minute })).toEqual([]);
      expect((await scene.store.backlog()).alerts).toBe(2);
      const claimed = async () =>
        (await scene.store.claimAlerts({ limit: 10, leaseMs: minute })).map(({ id, part }) => [id, part]);
      scene.clock.advance(1000);
      expect(await claimed()).toEqual([[one, 'all']]);
      scene.clock.advance(1000);
      expect(await claimed()).toEqual([[two, 'tenants']]);
    });

    test('is refused as a whole when one of the alerts is routed already', async () => {
      const routed = await scene.route([1], () => []);
      await scene.store.accept([sampleAlert(2)], window);
      const others = await scene.store.claimAlerts({ limit: 10, leaseMs: minute });
      const both = [...others.map(({ id }) => id), ...routed];
      await expect(
        scene.store.commitRouting(
          both.map((id) => ({ id, steps: [] })),
          [sampleDelivery('a', both)],
        ),
      ).rejects.toMatchObject({ code: 'Busy' });
      expect(await scene.claim()).toEqual([]);
      expect((await scene.store.backlog()).alerts).toBe(1);
    });

    test('to alerts that are not there is refused, without harm to others', async () => {
      await scene.store.accept([sampleAlert(1)], window);
      const [id = ''] = (await scene.store.claimAlerts({ limit: 1, leaseMs: minute })).map(
        (alert) => alert.id,
      );
      const [bad, good] = await Promise.allSettled([
        scene.store.commitRouting([], [sampleDelivery('bad', ['999999'])]),
        scene.store.commitRouting([{ id, steps: [] }], [sampleDelivery('good', [id])]),
      ]);
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'StoreUnusable' } });
      expect(good.status).toBe('fulfilled');
      expect(await scene.claim()).toEqual(['good']);
    });

    test('calls who waits for deliveries', async () => {
      const called = Promise.withResolvers<ChannelType>();
      const end = scene.store.onDeliveries(called.resolve);
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      expect(await called.promise).toBe('webhook');
      end();
    });
  });
}
