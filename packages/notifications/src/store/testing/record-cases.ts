import { describe, expect, test } from 'vitest';
import { sampleAlert, sampleDelivery } from './samples.ts';
import { dead, delivered, minute, window } from './store-scene.ts';
import type { StoreScene } from './store-scene.ts';

/** What is kept is told, counted, pruned and found again. */
export function recordCases(scene: StoreScene): void {
  describe('traces', () => {
    test('tell what was decided and tried, the newest alert first', async () => {
      const { fingerprint } = sampleAlert(1);
      const steps = [{ step: 'tenants', tenants: ['shop'] }] as const;
      await scene.store.accept([sampleAlert(1)], window);
      const [id = ''] = (await scene.store.claimAlerts({ limit: 1, leaseMs: minute })).map(
        (alert) => alert.id,
      );
      expect((await scene.store.traces(fingerprint, 10))[0]).toMatchObject({
        state: 'waiting',
        decisions: [],
      });
      await scene.store.commitRouting([{ id, steps }], [sampleDelivery('a', [id])]);
      await scene.claim();
      const { id: delivery } = await scene.next('a');
      const notBefore = scene.clock.now() + 10;
      await scene.store.finishAttempt(delivery, {
        outcome: 'retry',
        fault: 'rate',
        reason: 'slow down',
        notBefore,
      });
      const [trace] = await scene.store.traces(fingerprint, 10);
      expect(trace).toEqual({
        alert: sampleAlert(1),
        receivedAt: scene.clock.now(),
        duplicates: 0,
        state: 'routed',
        decisions: [{ at: scene.clock.now(), steps }],
        deliveries: [
          {
            id: delivery,
            channel: 'webhook',
            receiver: 'a',
            tenant: '',
            shown: 'hooks.example.com a',
            kind: 'alerts',
            state: 'queued',
            queuedAt: scene.clock.now(),
            notBefore,
            attempts: [
              {
                at: scene.clock.now(),
                outcome: { outcome: 'retry', fault: 'rate', reason: 'slow down', notBefore },
              },
            ],
          },
        ],
      });
      scene.clock.advance(10);
      await scene.store.finishAttempt(delivery, delivered);
      expect((await scene.store.traces(fingerprint, 10))[0]?.deliveries[0]).toMatchObject({
        state: 'delivered',
      });
      scene.clock.advance(240_000);
      await scene.store.accept([sampleAlert(1)], window);
      expect((await scene.store.traces(fingerprint, 10)).map(({ state }) => state)).toEqual([
        'waiting',
        'routed',
      ]);
      expect(await scene.store.traces(fingerprint, 1)).toHaveLength(1);
      expect(await scene.store.traces('0', 10)).toEqual([]);
    });

    test('hold the newest attempts and count the others', async () => {
      await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
      await scene.claim();
      for (let i = 0; i < 30; i++) {
        const { id, attempts } = await scene.next('a');
        expect(attempts).toBe(i);
        const outcome = {
          outcome: 'retry',
          fault: 'transient',
          reason: `try ${i}`,
          notBefore: scene.clock.now(),
        } as const;
        await scene.store.finishAttempt(id, outcome);
      }
      const [trace] = await scene.store.traces(sampleAlert(1).fingerprint, 1);
      const reasons = trace?.deliveries[0]?.attempts.map(
        ({ outcome }) => 'reason' in outcome && outcome.reason,
      );
      expect(reasons).toEqual(Array.from({ length: 20 }, (_, i) => `try ${i + 10}`));
    });
  });

  test('the backlog counts what waits, by channel', async () => {
    await scene.route([1, 2], (ids) => [
      sampleDelivery('a', ids),
      sampleDelivery('b', ids),
      sampleDelivery('c', ids, { channel: 'slack' }),
    ]);
    const receivedAt = scene.clock.now();
    await scene.store.accept([sampleAlert(3)], window);
    scene.clock.advance(10);
    await scene.store.accept([sampleAlert(4), sampleAlert(5)], window);
    await scene.claim();
    await scene.store.finishAttempt((await scene.next('a')).id, dead);
    expect(await scene.store.backlog()).toEqual({
      alerts: 3,
      deliveries: { webhook: 1, slack: 1 },
      deadLetters: 1,
      oldestAlertAt: receivedAt,
    });
  });

  test('pruning removes what is done and old, and nothing that is spoken of', async () => {
    await scene.route([1, 2, 3, 4], (ids) => [
      sampleDelivery('done', ids.slice(0, 1)),
      sampleDelivery('dead', ids.slice(1, 2)),
      sampleDelivery('queued', ids.slice(2, 3)),
    ]);
    await scene.store.accept([sampleAlert(5)], window);
    await scene.claim();
    await scene.store.finishAttempt((await scene.next('done')).id, delivered);
    await scene.store.finishAttempt((await scene.next('dead')).id, dead);
    const known = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const number of [1, 2, 3, 4, 5, 6]) {
        if ((await scene.store.traces(sampleAlert(number).fingerprint, 1)).length > 0) found.push(number);
      }
      return found;
    };
    expect(await scene.store.prune({ doneBefore: scene.clock.now(), deadBefore: scene.clock.now() })).toBe(0);
    scene.clock.advance(1);
    await scene.store.accept([sampleAlert(6)], window);
    await scene.store.prune({ doneBefore: scene.clock.now(), deadBefore: scene.clock.now() - 1 });
    expect(await known()).toEqual([2, 3, 5, 6]);
    expect(await scene.store.deadLetters({ limit: 10 })).toHaveLength(1);
    await scene.store.prune({ doneBefore: scene.clock.now(), deadBefore: scene.clock.now() });
    expect(await known()).toEqual([3, 5, 6]);
    expect((await scene.store.backlog()).deadLetters).toBe(0);
    expect(await scene.next('queued')).toMatchObject({ alerts: [{ alert: sampleAlert(3) }] });
  });

  test('pruning goes on step by step until all is done', async () => {
    await scene.store.accept(
      Array.from({ length: 1200 }, (_, number) => sampleAlert(number)),
      window,
    );
    const ids = (await scene.store.claimAlerts({ limit: 1200, leaseMs: minute })).map(({ id }) => id);
    await scene.store.commitRouting(
      ids.map((id) => ({ id, steps: [] })),
      [],
    );
    expect(await scene.store.prune({ doneBefore: scene.clock.now() + 1, deadBefore: 0 })).toBe(1200);
  });

  test('everything is there for the next process', async () => {
    await scene.route([1], (ids) => [sampleDelivery('a', ids)]);
    await scene.store.accept([sampleAlert(2)], window);
    await scene.store.close();
    const again = await scene.open();
    expect(await again.backlog()).toMatchObject({ alerts: 1, deliveries: { webhook: 1 } });
    expect(await again.accept([sampleAlert(2)], window)).toEqual({ accepted: 0, repeated: 1 });
    expect(await again.claimAlerts({ limit: 10, leaseMs: minute })).toMatchObject([
      { alert: sampleAlert(2) },
    ]);
  });

  test('a closed store refuses', async () => {
    await scene.store.close();
    await scene.store.close();
    const refused = { name: 'NotificationError', code: 'StoreUnusable' };
    await expect(scene.store.accept([sampleAlert(1)], window)).rejects.toMatchObject(refused);
    await expect(scene.store.claimAlerts({ limit: 1, leaseMs: minute })).rejects.toMatchObject(refused);
    await expect(scene.store.backlog()).rejects.toMatchObject(refused);
  });
}
