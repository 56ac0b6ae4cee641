import { silentLogger } from '@armillary/kube';
import { expect, test } from 'vitest';
import type { Alert } from '../alerts/alert.ts';
import { NotificationError } from '../errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Intake } from './intake.ts';
import { Metrics } from './metrics.ts';

const post = { alerts: [{ labels: { alertname: 'A' } }, { labels: { alertname: 'B', cluster: 'east' } }] };

/** An intake before a store that takes what it is given, or refuses. */
function intake(refusal?: NotificationError) {
  const taken: Alert[] = [];
  const accepted: number[] = [];
  const warned: unknown[] = [];
  const metrics = new Metrics({
    backlog: async () => ({ alerts: 0, deliveries: {}, deadLetters: 0 }),
    sources: () => [],
  });
  const under = new Intake({
    store: {
      async accept(alerts) {
        if (refusal) throw refusal;
        taken.push(...alerts);
        return { accepted: alerts.length - 1, repeated: 1 };
      },
    },
    cluster: () => 'west',
    onAccepted: (count) => accepted.push(count),
    metrics,
    clock: new FakeClock(),
    logger: { ...silentLogger, warn: (details) => warned.push(details) },
  });
  const counted = async (result: string): Promise<number | undefined> => {
    const metric = await metrics.registry.getSingleMetric('armillary_notifications_alerts_total')?.get();
    return metric?.values.find(({ labels }) => labels['result'] === result)?.value;
  };
  return { intake: under, taken, accepted, warned, counted };
}

test('alerts of a post are taken with the name of the cluster, unless they say another', async () => {
  const world = intake();
  await world.intake.post(post);
  expect(world.taken.map(({ labels }) => labels['cluster'])).toEqual(['west', 'east']);
  expect(world.accepted).toEqual([1]);
  expect(await world.counted('accepted')).toBe(1);
  expect(await world.counted('repeated')).toBe(1);
});

test('of a post with one wrong alert nothing is taken', async () => {
  const world = intake();
  const wrong = { alerts: [...post.alerts, { labels: 'none' }] };
  await expect(world.intake.post(wrong)).rejects.toMatchObject({ code: 'Invalid' });
  expect(world.taken).toEqual([]);
});

test('alerts that the store has no room for are counted, and the sender hears of it', async () => {
  const world = intake(new NotificationError('Busy', 'full'));
  await expect(world.intake.post(post)).rejects.toMatchObject({ code: 'Busy' });
  expect(world.accepted).toEqual([]);
  expect(await world.counted('refused')).toBe(2);
});

test('alerts that the sender left out are counted and warned about', async () => {
  const world = intake();
  await world.intake.post({ ...post, truncatedAlerts: 3 });
  expect(await world.counted('left_out')).toBe(3);
  expect(world.warned).toEqual([{ leftOut: 3 }]);
});
