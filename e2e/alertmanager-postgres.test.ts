/** Debian's Alertmanager posts to notification managers that keep their alerts in one PostgreSQL. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../packages/notifications/src/testing/postgres.ts';
import { Alertmanager } from './testing/alertmanager.ts';
import { NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

const failedPosts = 'alertmanager_notification_requests_failed_total';
const namesOf = (prefix: string): string[] => Array.from({ length: 20 }, (_, number) => `${prefix}${number}`);
const alertOf = (alertname: string): { labels: Record<string, string> } => ({
  labels: { alertname, namespace: 'shop' },
});

let postgres: TestPostgres;
let world: NotificationWorld;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => await postgres?.stop());
beforeEach(async () => {
  world = await NotificationWorld.start({ storeUrl: await postgres.createDatabase() });
  await world.apply(world.webhook('shop-team', { type: 'tenant', user: 'shop' }));
});
afterEach(async () => await world?.close());

const alertmanagerOf = ({ url }: { url: string }): Promise<Alertmanager> =>
  Alertmanager.start({ webhook: { url: `${url}/api/v2/alerts` } });

async function toldOnce(names: string[]): Promise<void> {
  await eventually('all are told', () => names.every((name) => world.inbox.told('shop-team').includes(name)));
  expect(world.inbox.told('shop-team').toSorted()).toEqual(names.toSorted());
}

test('while it cannot be written they answer with 503, and Alertmanager tries again', async () => {
  await using alerts = await alertmanagerOf(world.manager);
  await postgres.kill();
  expect(await world.post(alertOf('Refused'))).toBe(503);
  const names = namesOf('Full');
  await alerts.fire(...names.map(alertOf));
  await eventually('posts fail', async () => (await alerts.metric(failedPosts)) >= names.length);
  await postgres.start();
  await toldOnce(names);
});

test('two of them tell once what each of a pair of Alertmanagers posts to its own', async () => {
  const replica = await world.startReplica();
  try {
    await using first = await alertmanagerOf(world.manager);
    await using second = await alertmanagerOf(replica);
    const names = namesOf('Shared');
    await Promise.all([first, second].map((one) => one.fire(...names.map(alertOf))));
    await eventually('both have posted all', async () => {
      const posted = [first, second].map((one) => one.metric('alertmanager_notifications_total'));
      return (await Promise.all(posted)).every((count) => count === names.length);
    });
    await toldOnce(names);
    for (const one of [first, second]) expect(await one.metric(failedPosts)).toBe(0);

    await replica.stop();
    await first.fire(alertOf('Alone'));
    await toldOnce([...names, 'Alone']);
  } finally {
    await replica.stop();
  }
});
