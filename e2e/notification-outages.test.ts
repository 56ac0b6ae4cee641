/** What the notification manager does while others are away: the cluster, and people. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import type { Running } from './testing/armillary.ts';
import { eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

interface DeadLetter {
  id: string;
  receiver: string;
  reason: string;
  alerts: number;
}

const feed = new AlertFeed(['shop']);
let cluster: ToldCluster;
let manager: Running;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: [], namespaces: ['shop'] });
  manager = await cluster.startManager({ args: ['--expire-after', '2s'] });
}, 60_000);
afterAll(async () => {
  await manager?.stop();
  await cluster?.close();
});

async function deadLetters(): Promise<DeadLetter[]> {
  const response = await fetch(`${manager.ready.notifications}/api/v2/deadletters`);
  return (await response.json()) as DeadLetter[];
}

test('what cannot be told in its time is kept, and told when somebody asks for it', async () => {
  const url = manager.ready.notifications;
  cluster.tally.answer = (_, response) => void response.writeHead(503).end();
  expect(await feed.post(url, 'shop', 1)).toBe(200);
  const [letter] = await eventually('it is given up', async () => {
    const letters = await deadLetters();
    return letters.length > 0 && letters;
  });
  expect(letter).toMatchObject({ receiver: 'shop', alerts: 1, reason: expect.stringContaining('503') });

  cluster.tally.answer = (_, response) => void response.end('{}');
  const replayed = await fetch(`${url}/api/v2/deadletters/replay`, {
    method: 'POST',
    body: JSON.stringify({ ids: [letter?.id] }),
  });
  expect(await replayed.json()).toEqual({ replayed: 1 });
  const before = cluster.tally.repeated;
  await eventually('it is told again', () => cluster.tally.repeated > before || undefined);
  await eventually('nothing is given up', async () => (await deadLetters()).length === 0);
});

test('alerts are taken and told while the cluster is away', async () => {
  await cluster.api.close();
  for (let post = 0; post < 10; post++) {
    expect(await feed.post(manager.ready.notifications, 'shop', 10)).toBe(200);
  }
  await cluster.allTold(feed);
  expect(await deadLetters()).toEqual([]);
});
