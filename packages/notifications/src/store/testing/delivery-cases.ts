import { describe, expect, test } from 'vitest';
import type { NotificationStore } from '../notification-store.ts';
import { sampleAlert, sampleDelivery } from './samples.ts';
import { dead, delivered, minute } from './store-scene.ts';
import type { StoreScene } from './store-scene.ts';

/** Deliveries are made, put off, given up and replayed. */
export function deliveryCases(scene: StoreScene): void {
  describe('deliveries', () => {
    test('remember how many of their alerts are told', async () => {
      await scene.route([1, 2], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      await scene.store.noteTold((await scene.next('a')).id, 1);
      expect(await scene.next('a')).toMatchObject({ told: 1, attempts: 0 });
    });

    test('that are put off were not tried', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      await scene.store.postpone((await scene.next('a')).id, scene.clock.now() + 1000);
      expect(await scene.store.nextDelivery('a')).toBeUndefined();
      await scene.store.release('a');
      expect(await scene.store.nextDue('webhook')).toBe(scene.clock.now() + 1000);
      scene.clock.advance(1000);
      expect(await scene.claim()).toEqual(['a']);
      expect(await scene.next('a')).toMatchObject({ attempts: 0 });
    });

    test('queue their history in the same step, once', async () => {
      const ids = await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      const first = await scene.next('a');
      const history = sampleDelivery('history', ids, { kind: 'history' });
      await scene.store.finishAttempt(first.id, delivered, history);
      await scene.store.finishAttempt(first.id, delivered, history);
      expect(await scene.claim()).toEqual(['history']);
      await scene.store.finishAttempt((await scene.next('history')).id, delivered);
      expect(await scene.store.nextDelivery('history')).toBeUndefined();
      expect((await scene.store.backlog()).deliveries).toEqual({});
    });

    test('that are given up become dead letters, and are tried anew in their old place when replayed', async () => {
      await scene.route([1, 2], (ids) => [sampleDelivery('a', ids), sampleDelivery('a', ids.slice(1, 2))]);
      await scene.claim();
      const first = await scene.next('a');
      scene.clock.advance(5);
      await scene.store.finishAttempt(first.id, dead);
      expect((await scene.next('a')).alerts).toHaveLength(1);
      await scene.store.release('a');
      expect(await scene.store.deadLetters({ limit: 10 })).toEqual([
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
          queuedAt: scene.clock.now() - 5,
          diedAt: scene.clock.now(),
        },
      ]);
      const expiresAt = scene.clock.now() + 77;
      expect(await scene.store.replay([first.id, first.id, '999999'], expiresAt)).toBe(1);
      expect(await scene.store.deadLetters({ limit: 10 })).toEqual([]);
      expect(await scene.claim()).toEqual(['a']);
      expect(await scene.next('a')).toMatchObject({ id: first.id, attempts: 0, expiresAt });
    });

    test('that expired before anybody tried were not tried, and what was tried before a replay is remembered', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      const { id } = await scene.next('a');
      await scene.store.finishAttempt(id, { outcome: 'dead', fault: 'expired', reason: 'too late' });
      expect(await scene.store.deadLetters({ limit: 1 })).toMatchObject([{ fault: 'expired', attempts: 0 }]);
      await scene.store.replay([id], scene.clock.now() + minute);
      await scene.store.finishAttempt(id, dead);
      expect(await scene.store.deadLetters({ limit: 1 })).toMatchObject([
        { fault: 'permanent', attempts: 1 },
      ]);
      const [trace] = await scene.store.traces(sampleAlert(1).fingerprint, 1);
      expect(
        trace?.deliveries[0]?.attempts.map(({ outcome }) => 'fault' in outcome && outcome.fault),
      ).toEqual(['expired', 'permanent']);
    });

    test('that are dead are listed newest first, by channel and tenant', async () => {
      await scene.route([1], (ids) => [
        sampleDelivery('a', ids, { tenant: 'x' }),
        sampleDelivery('b', ids, { tenant: 'y' }),
        sampleDelivery('c', ids, { tenant: 'x' }),
      ]);
      await scene.claim();
      for (const destination of ['a', 'b', 'c']) {
        await scene.store.finishAttempt((await scene.next(destination)).id, dead);
        scene.clock.advance(1);
      }
      const list = async (options: Parameters<NotificationStore['deadLetters']>[0]): Promise<string[]> =>
        (await scene.store.deadLetters(options)).map(({ receiver }) => receiver);
      expect(await list({ limit: 2 })).toEqual(['c', 'b']);
      expect(await list({ limit: 10, tenant: 'x' })).toEqual(['c', 'a']);
      expect(await list({ limit: 10, channel: 'slack' })).toEqual([]);
      expect(await list({ limit: 10, channel: 'webhook', tenant: 'y' })).toEqual(['b']);
    });
  });
}
