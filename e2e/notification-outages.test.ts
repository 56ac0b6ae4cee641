/** What the notification manager does while others are away: the cluster, and people. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import { eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

const feed = new AlertFeed(['shop']);
let cluster: ToldCluster;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: [], namespaces: ['shop'] });
});
afterAll(async () => await cluster?.close());

test('what cannot be told in its time is kept, and told when somebody asks for it', async () => {
  const manager = await cluster.startManager({ data: 'expiring', args: ['--expire-after', '8s'] });
  const letters = `${manager.ready.notifications}/api/v2/deadletters`;
  const dead = async (): Promise<{ id: string }[]> =>
    (await (await fetch(letters)).json()) as { id: string }[];
  let attempts = 0;
  cluster.tally.answer = async (_, response) => {
    // The second attempt lasts until the time is over: none is left that might be made just before, or just too late.
    if (++attempts === 2) await sleep(8000);
    response.writeHead(503).end();
  };
  expect(await feed.post(manager.ready.notifications, 'shop', 1)).toBe(200);
  await eventually('it is given up', async () => (await dead()).length === 1);
  expect(await dead()).toMatchObject([
    { receiver: 'shop', alerts: 1, fault: 'transient', reason: expect.stringContaining('503') },
  ]);

  let told = false;
  cluster.tally.answer = (_, response) => {
    told = true;
    response.end('{}');
  };
  await eventually('it is told', async () => {
    // On a machine that is too busy it may be given up once more.
    const ids = (await dead()).map(({ id }) => id);
    await fetch(`${letters}/replay`, { method: 'POST', body: JSON.stringify({ ids }) });
    return told && ids.length === 0;
  });
  expect(await manager.stop()).toBe(0);
});

test('alerts are taken and told while the cluster is away', async () => {
  const manager = await cluster.startManager();
  await cluster.api.close();
  for (let post = 0; post < 10; post++) {
    expect(await feed.post(manager.ready.notifications, 'shop', 10)).toBe(200);
  }
  await cluster.allTold(feed);
  expect(await manager.stop()).toBe(0);
});
