/** The notification manager with objects of a cluster and people behind webhooks. */
import { fingerprintOf } from '@armillary/notifications';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notification, NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

interface TracePage {
  alerts: { words: string[]; receiver: string[] }[];
}

let world: NotificationWorld;
beforeAll(async () => {
  world = await NotificationWorld.start();
});
afterAll(async () => await world?.close());

test('global receivers are told of everything, tenants of their namespace', async () => {
  await world.apply(
    world.webhook('everybody', { type: 'global' }),
    world.webhook('shop-team', { type: 'tenant', user: 'shop' }),
    world.webhook('bank-team', { type: 'tenant', user: 'bank' }),
  );
  expect(await world.post({ labels: { alertname: 'NoStock', namespace: 'shop' } })).toBe(200);
  expect(await world.post({ labels: { alertname: 'NodeDown' } })).toBe(200);
  await world.inbox.tells('everybody', 'NoStock');
  await world.inbox.tells('everybody', 'NodeDown');
  await world.inbox.tells('shop-team', 'NoStock');
  expect(world.inbox.told('shop-team')).toEqual(['NoStock']);
  expect(world.inbox.told('bank-team')).toEqual([]);
});

test('the same alert posted again is told once, and its end is told', async () => {
  const alert = { labels: { alertname: 'Flapping', namespace: 'shop' } };
  await world.post(alert);
  await world.post(alert);
  await world.post({ ...alert, status: 'resolved' });
  await eventually('the end is told', () =>
    world.inbox.posts.some(({ path, body }) =>
      body.alerts.some(
        ({ labels, status }) =>
          path === '/shop-team' && labels['alertname'] === 'Flapping' && status === 'resolved',
      ),
    ),
  );
  expect(world.inbox.told('shop-team').filter((name) => name === 'Flapping')).toHaveLength(2);
});

test('a silence keeps an alert from people, and explain says which', async () => {
  const matcher = { matchLabels: { alertname: 'Noise' } };
  await world.apply(notification('Silence', 'quiet', { type: 'global' }, { matcher }));
  const fingerprint = fingerprintOf({ alertname: 'Noise', namespace: 'shop', cluster: 'here' });
  const words = await eventually('the silence is known', async () => {
    // Each probe is an alert of its own, since it starts later.
    await world.post({
      labels: { alertname: 'Noise', namespace: 'shop', cluster: 'here' },
      startsAt: new Date().toISOString(),
    });
    const page = await world.get<TracePage>(`/api/v2/trace?fingerprint=${fingerprint}&receiver=shop-team`);
    return page.alerts.flatMap(({ receiver }) => receiver).find((sentence) => sentence.includes('quiet'));
  });
  expect(words).toMatch(/silence quiet/i);
});

test('an alert that is for nobody says so', async () => {
  const labels = { alertname: 'Unheard', cluster: 'here' };
  const nobody = await NotificationWorld.start();
  try {
    await nobody.post({ labels });
    const words = await eventually('the alert is routed', async () => {
      const page = await nobody.get<TracePage>(`/api/v2/trace?fingerprint=${fingerprintOf(labels)}`);
      return page.alerts[0]?.words.find((sentence) => sentence.startsWith('Nobody'));
    });
    expect(words).toBe('Nobody is told: there is no receiver that the alert is for.');
  } finally {
    await nobody.close();
  }
});

describe('explain', () => {
  test('says of each receiver why it was told or not', async () => {
    await world.post({ labels: { alertname: 'Explained', namespace: 'shop' } });
    await world.inbox.tells('shop-team', 'Explained');
    const post = world.inbox.posts.find(({ body }) => body.alerts[0]?.labels['alertname'] === 'Explained')!;
    const { fingerprint } = post.body.alerts[0] as unknown as { fingerprint: string };
    const page = await world.get<{ alerts: { words: string[] }[] }>(
      `/api/v2/trace?fingerprint=${fingerprint}`,
    );
    expect(page.alerts[0]?.words.join('\n')).toMatch(/shop-team/);
  });
});

test('what was given up because of a wrong template is told again by the corrected one', async () => {
  const labels = { type: 'tenant', user: 'mill' };
  await world.apply(world.webhook('miller', labels, { template: 'mill.txet' }));
  await world.post({ labels: { alertname: 'NoWind', namespace: 'mill' } });
  const id = await eventually('it is given up', async () => {
    const letters = await world.get<{ id: string; receiver: string }[]>('/api/v2/deadletters');
    return letters.find(({ receiver }) => receiver === 'miller')?.id;
  });
  const fingerprint = fingerprintOf({ alertname: 'NoWind', namespace: 'mill' });
  const page = await world.get<TracePage>(`/api/v2/trace?fingerprint=${fingerprint}&receiver=miller`);
  expect(page.alerts[0]?.receiver.join('\n')).toMatch(/is told.*\n.*was given up \(there is no template/);

  await world.apply(world.webhook('miller', labels));
  await eventually('it is told', async () => {
    // The correction may reach the notification manager after the first request.
    await fetch(`${world.manager.url}/api/v2/deadletters/replay`, {
      method: 'POST',
      body: JSON.stringify({ ids: [id] }),
    });
    return world.inbox.told('miller').length > 0 || undefined;
  });
});
