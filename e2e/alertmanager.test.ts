/** Debian's Alertmanager posts to the notification manager, which tells people behind webhooks. */
import { fetchTrace, fingerprintOf, tokenAccess } from '@armillary/notifications';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Alertmanager, type AlertmanagerOptions, type Pairs } from './testing/alertmanager.ts';
import { MovingClock } from './testing/moving-clock.ts';
import { NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await NotificationWorld.start();
  await world.apply(world.webhook('shop-team', { type: 'tenant', user: 'shop' }));
});
afterAll(async () => await world?.close());

/** An Alertmanager that posts to the world's notification manager. */
async function alertmanager(
  options: Omit<AlertmanagerOptions, 'webhook'> & { webhook?: object } = {},
): Promise<Alertmanager> {
  const webhook = { url: `${world.manager.url}/api/v2/alerts`, ...options.webhook };
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

/** Alertmanager takes the alerts of a post one by one: it is given time for all before it tells the group. */
const patientGroup = { route: { group_wait: '2s' } };

describe('a group', () => {
  test('is told in one message, and later only what is new in it', async () => {
    await using alerts = await alertmanager(patientGroup);
    await alerts.fire(...pods('Grouped', 'a', 'b', 'c'));
    await eventually('the group is told', () => toldOf('Grouped').length > 0);
    await alerts.resolve(pod('Grouped', 'b'));
    await eventually('the end is told', () => toldOf('Grouped').length > 1);
    // Alertmanager posts the whole group again: what still fires is known already.
    expect(toldOf('Grouped')).toEqual([['firing a', 'firing b', 'firing c'], ['resolved b']]);
    expect(await repetitionsOf(pod('Grouped', 'a'))).toBeGreaterThan(0);
  });

  test('that was cut off is told as far as it came, each alert by its own status', async () => {
    await using alerts = await alertmanager({ ...patientGroup, webhook: { max_alerts: 3 } });
    await alerts.fire(...pods('Truncated', 'a', 'b', 'c', 'd', 'e'));
    await eventually('the group is told', () => toldOf('Truncated').length > 0);
    // Of the three alerts that are shown one goes on, and two that are not shown go on too.
    await alerts.resolve(pod('Truncated', 'a'), pod('Truncated', 'b'));
    // The next look at the group may fall between the two.
    const ends = (): string[] => toldOf('Truncated').slice(1).flat();
    await eventually('both ends are told', () => ends().length > 1);
    expect(toldOf('Truncated')[0]).toEqual(['firing a', 'firing b', 'firing c']);
    expect(ends().toSorted()).toEqual(['resolved a', 'resolved b']);
    const metrics = await (await fetch(`${world.manager.url}/metrics`)).text();
    expect(metrics).toMatch(/^armillary_notifications_alerts_total\{result="left_out"\} [1-9]/m);
  });

  test('keeps every character of its alerts', async () => {
    await using alerts = await alertmanager();
    const labels = { alertname: 'Größe > 5 & "voll"', namespace: 'shop', path: '/données/日本 {x="y"}' };
    const annotations = { summary: 'first <b>line</b>\nsecond & last 🙂', empty: '' };
    await alerts.fire({ labels, annotations });
    await world.inbox.tells('shop-team', labels.alertname);
    const told = world.inbox.posts.flatMap(({ body }) => body.alerts);
    expect(told.find((alert) => alert.labels['alertname'] === labels.alertname)).toMatchObject({
      labels: { ...labels, cluster: 'default' },
      annotations,
      fingerprint: fingerprintOf(labels),
    });
  });
});

// After SIGTERM Alertmanager knows what it has sent; after SIGKILL it knows nothing, and sends all of it again.
test.each(['SIGTERM', 'SIGKILL'] as const)('a restart by %s makes nobody hear twice', async (signal) => {
  const name = `Restarted by ${signal}`;
  await using alerts = await alertmanager();
  await alerts.fire(...pods(name, 'a'));
  await eventually('the alert is told', () => toldOf(name).length > 0);
  await alerts.stop(signal);
  await alerts.startAgain();
  await alerts.fire(...pods(name, 'a', 'b'));
  await eventually('what is new is told', () => toldOf(name).length > 1);
  expect(toldOf(name)).toEqual([['firing a'], ['firing b']]);
  expect(await repetitionsOf(pod(name, 'a'))).toBeGreaterThan(0);
});

test('what Alertmanager repeats on purpose is told again, what it repeats by mistake is not', async () => {
  const clock = new MovingClock();
  onTestFinished(() => world.restart());
  await world.restart({ clock });
  await using alerts = await alertmanager({ route: { repeat_interval: '1s' } });
  await alerts.fire(...pods('Reminded', 'a'));
  await eventually('it is repeated', async () => (await repetitionsOf(pod('Reminded', 'a'))) > 1);
  expect(toldOf('Reminded')).toEqual([['firing a']]);
  clock.advance(5 * 60_000);
  await eventually('a reminder is told', () => toldOf('Reminded').length > 1);
  expect(toldOf('Reminded')).toEqual([['firing a'], ['firing a']]);
});

test('a token keeps others out and lets Alertmanager in', async () => {
  onTestFinished(() => world.restart());
  await world.restart({ access: tokenAccess(async () => 'xK3-9_f2') });
  expect(await world.post({ labels: pod('Stranger', 'a') })).toBe(401);
  const webhooks = {
    bearer: { authorization: { credentials: 'xK3-9_f2' } },
    basic: { basic_auth: { username: 'alertmanager', password: 'xK3-9_f2' } },
  };
  for (const [name, http_config] of Object.entries(webhooks)) {
    await using alerts = await alertmanager({ webhook: { http_config } });
    await alerts.fire(...pods('Known', name));
    await eventually(`${name} is let in`, () => toldOf('Known').flat().includes(`firing ${name}`));
  }
  expect(toldOf('Stranger')).toEqual([]);
});

describe('a pair', () => {
  test('tells one copy, and goes on when one of them dies', async () => {
    await using first = await alertmanager({ clustered: true });
    await using second = await alertmanager({ clustered: true, peer: first });
    await eventually(
      'they know each other',
      async () => (await second.metric('alertmanager_cluster_members')) === 2,
    );
    for (const one of [first, second]) await one.fire(...pods('Paired', 'a'));
    await eventually('the alert is told', () => toldOf('Paired').length > 0);
    await first.stop('SIGKILL');
    await second.fire(...pods('Paired', 'a', 'b'));
    await eventually('the other goes on', () => toldOf('Paired').length > 1);
    expect(toldOf('Paired')).toEqual([['firing a'], ['firing b']]);
  });

  test('that lost sight of each other tells one copy all the same', async () => {
    await using first = await alertmanager();
    await using second = await alertmanager();
    for (const one of [first, second]) await one.fire(...pods('Parted', 'a'));
    await eventually('both have posted', async () => (await repetitionsOf(pod('Parted', 'a'))) === 1);
    await eventually('the alert is told', () => toldOf('Parted').length > 0);
    for (const one of [first, second]) expect(await one.metric('alertmanager_notifications_total')).toBe(1);
    expect(toldOf('Parted')).toEqual([['firing a']]);
  });
});
