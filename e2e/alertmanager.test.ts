/** Debian's Alertmanager posts to the notification manager, which tells people behind webhooks. */
import { fetchTrace, fingerprintOf } from '@armillary/notifications';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Alertmanager, type AlertmanagerOptions, type Pairs } from './testing/alertmanager.ts';
import { NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await NotificationWorld.start();
  await world.apply(world.webhook('shop-team', { type: 'tenant', user: 'shop' }));
}, 60_000);
afterAll(async () => await world?.close());

/** An Alertmanager that posts to the world's notification manager. */
async function alertmanager(
  options: Omit<AlertmanagerOptions, 'webhook'> & { webhook?: object } = {},
): Promise<Alertmanager> {
  const webhook = { url: `${world.manager.url}/api/v2/alerts`, max_alerts: 0, ...options.webhook };
  return await Alertmanager.start({ ...options, webhook });
}

/** What the team of the shop was told about alerts of a name: `status pod`, a list for each message. */
function toldOf(alertname: string): string[][] {
  return world.inbox.posts
    .map(({ body }) => body.alerts.filter(({ labels }) => labels['alertname'] === alertname))
    .filter((alerts) => alerts.length > 0)
    .map((alerts) => alerts.map(({ status, labels }) => `${status} ${labels['pod']}`).toSorted());
}

/** How often an alert was posted again without being told again. */
async function repetitionsOf(labels: Pairs): Promise<number> {
  const page = await fetchTrace({ url: world.manager.url, fingerprint: fingerprintOf(labels), limit: 1 });
  return page.alerts[0]?.repetitions ?? 0;
}

const pod = (alertname: string, name: string): Pairs => ({ alertname, namespace: 'shop', pod: name });
const pods = (alertname: string, ...names: string[]): { labels: Pairs }[] =>
  names.map((name) => ({ labels: pod(alertname, name) }));

describe('a group', () => {
  test('is told in one message, and later only what is new in it', { timeout: 60_000 }, async () => {
    await using alerts = await alertmanager();
    await alerts.fire(...pods('Grouped', 'a', 'b', 'c'));
    await eventually('the group is told', () => toldOf('Grouped').length > 0);
    await alerts.resolve(pod('Grouped', 'b'));
    await eventually('the end is told', () => toldOf('Grouped').length > 1);
    // Alertmanager posts the whole group again: what still fires is known already.
    expect(toldOf('Grouped')).toEqual([['firing a', 'firing b', 'firing c'], ['resolved b']]);
    expect(await repetitionsOf(pod('Grouped', 'a'))).toBeGreaterThan(0);
  });
});
