/** The sidecar that the notification manager serves itself, which says who has which rights to whoever asks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotificationWorld } from './testing/notification-world.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await NotificationWorld.start({ host: '0.0.0.0' });
});
afterAll(async () => await world?.close());

test('is there for this machine alone, also when alerts may come from everywhere', async () => {
  const url = new URL(world.manager.sidecarUrl!);
  expect(url.hostname).toBe('127.0.0.1');
  const answer = await fetch(`${url.origin}/api/v2/tenant?namespace=nowhere`);
  expect([404, 503]).toContain(answer.status);
});
