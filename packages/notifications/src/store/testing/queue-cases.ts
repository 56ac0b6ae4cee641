import { describe, expect, test } from 'vitest';
import { sampleAlert, sampleDelivery } from './samples.ts';
import { delivered, minute } from './store-scene.ts';
import type { StoreScene } from './store-scene.ts';

/** Destinations are claimed, in turns. */
export function queueCases(scene: StoreScene): void {
  describe('queues', () => {
    test('give deliveries of a destination in the order they were queued, with their alerts in order', async () => {
      await scene.route([1, 2, 3], (ids) => [
        sampleDelivery('a', [...ids.slice(2), ...ids.slice(0, 1)]),
        sampleDelivery('b', ids.slice(1, 2)),
        sampleDelivery('a', ids.slice(1, 2)),
      ]);
      expect((await scene.claim()).sort()).toEqual(['a', 'b']);
      const first = await scene.next('a');
      expect(first.alerts.map(({ alert }) => alert)).toEqual([sampleAlert(3), sampleAlert(1)]);
      const { alertIds: _, ...queued } = sampleDelivery('a', []);
      expect(first).toMatchObject({ ...queued, queuedAt: scene.clock.now(), told: 0, attempts: 0 });
      await scene.store.finishAttempt(first.id, delivered);
      const second = await scene.next('a');
      expect(second.alerts.map(({ alert }) => alert)).toEqual([sampleAlert(2)]);
      await scene.store.finishAttempt(second.id, delivered);
      expect(await scene.store.nextDelivery('a')).toBeUndefined();
    });

    test('are held by one until they are given back', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      expect(await scene.claim()).toEqual(['a']);
      expect(await scene.claim()).toEqual([]);
      expect(await scene.store.nextDue('webhook')).toBeUndefined();
      await scene.store.release('a');
      expect(await scene.store.nextDue('webhook')).toBe(scene.clock.now());
      expect(await scene.claim()).toEqual(['a']);
    });

    test('are due again when their lease has ended', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.store.claimDestinations({ channel: 'webhook', limit: 1, perTenant: 1, leaseMs: 0 });
      expect(await scene.claim()).toEqual(['a']);
    });

    test('can be held longer, as long as they were not given back', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids), sampleDelivery('b', ids)]);
      await scene.store.claimDestinations({ channel: 'webhook', limit: 2, perTenant: 2, leaseMs: 0 });
      await scene.store.release('b');
      expect(await scene.store.renew(['a', 'b', 'unknown'], minute)).toEqual(['a']);
      expect(await scene.claim()).toEqual(['b']);
    });

    test('wait for their first delivery, whatever stands behind it', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      const first = await scene.next('a');
      const notBefore = scene.clock.now() + 5000;
      await scene.store.finishAttempt(first.id, {
        outcome: 'retry',
        fault: 'transient',
        reason: 'HTTP 503',
        notBefore,
      });
      expect(await scene.store.nextDelivery('a')).toBeUndefined();
      await scene.store.release('a');
      await scene.route([2], (ids) => [sampleDelivery('a', ids)]);
      expect(await scene.claim()).toEqual([]);
      expect(await scene.store.nextDue('webhook')).toBe(notBefore);
      scene.clock.advance(5000);
      expect(await scene.claim()).toEqual(['a']);
      expect(await scene.next('a')).toMatchObject({ id: first.id, attempts: 1 });
    });

    test('that are empty are forgotten, and come back with the next delivery', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      await scene.store.finishAttempt((await scene.next('a')).id, delivered);
      await scene.store.release('a');
      expect(await scene.store.nextDue('webhook')).toBeUndefined();
      await scene.route([2], (ids) => [sampleDelivery('a', ids)]);
      expect(await scene.claim()).toEqual(['a']);
    });

    test('that are given back stand behind those that were due before', async () => {
      await scene.route([1, 2], (ids) => [
        sampleDelivery('a', ids.slice(0, 1)),
        sampleDelivery('a', ids.slice(1, 2)),
      ]);
      await scene.claim();
      await scene.route([3], (ids) => [sampleDelivery('b', ids)]);
      scene.clock.advance(1);
      await scene.store.finishAttempt((await scene.next('a')).id, delivered);
      await scene.store.release('a');
      expect(await scene.claim(1)).toEqual(['b']);
      expect(await scene.claim(1)).toEqual(['a']);
    });

    test('belong to a channel', async () => {
      await scene.route([1], (ids) => [
        sampleDelivery('a', ids),
        sampleDelivery('b', ids, { channel: 'slack' }),
      ]);
      expect(await scene.claim()).toEqual(['a']);
      expect(await scene.store.nextDue('slack')).toBe(scene.clock.now());
      expect(await scene.store.nextDue('email')).toBeUndefined();
    });

    test('of a tenant with many of them do not delay the one of another', async () => {
      await scene.route([1], (ids) => [
        ...Array.from({ length: 300 }, (_, n) => sampleDelivery(`big${n}`, ids, { tenant: 'big' })),
        sampleDelivery('small', ids, { tenant: 'small' }),
        sampleDelivery('global', ids),
      ]);
      const claimed = await scene.claim(4);
      expect(claimed).toEqual(expect.arrayContaining(['global', 'small']));
      expect(claimed).toHaveLength(4);
    });

    test('go round among tenants from one claim to the next', async () => {
      const tenants = ['', 'a', 'b', 'c'];
      await scene.route([1], (ids) =>
        tenants.flatMap((tenant) => [1, 2, 3].map((n) => sampleDelivery(`${tenant}${n}`, ids, { tenant }))),
      );
      const turns: string[] = [];
      for (let i = 0; i < 12; i++) turns.push((await scene.claim(1)).at(0)!.replace(/\d/, ''));
      expect([0, 4, 8].map((from) => turns.slice(from, from + 4).sort())).toEqual([
        tenants,
        tenants,
        tenants,
      ]);
    });

    test('go on, after a claim of several, with the tenant whose turn is next', async () => {
      const tenants = ['a', 'b', 'c', 'd'];
      await scene.route([1], (ids) =>
        tenants.flatMap((tenant) => [1, 2, 3].map((n) => sampleDelivery(`${tenant}${n}`, ids, { tenant }))),
      );
      const turns: string[] = [];
      for (let i = 0; i < 4; i++) {
        turns.push((await scene.claim(3)).map((destination) => destination.replace(/\d/, '')).join(''));
      }
      expect(turns).toEqual(['abc', 'dab', 'cda', 'bcd']);
    });

    test('of one tenant are at work up to its share, counting those that are held', async () => {
      await scene.route([1], (ids) => [
        ...[1, 2, 3, 4].map((n) => sampleDelivery(`a${n}`, ids, { tenant: 'a' })),
        ...[1, 2, 3].map((n) => sampleDelivery(`b${n}`, ids, { tenant: 'b' })),
      ]);
      expect(await scene.claim(2, 2)).toHaveLength(2);
      const claimed = await scene.claim(100, 2);
      expect(claimed).toHaveLength(2);
      expect(await scene.claim(100, 2)).toEqual([]);
      await scene.store.release(claimed.at(0)!);
      expect(await scene.claim(100, 2)).toHaveLength(1);
    });
  });
}
