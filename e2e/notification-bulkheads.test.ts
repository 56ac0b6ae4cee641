/** Nobody is told later because others cannot be told: channels do not wait for each other, nor tenants. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import type { Running } from './testing/armillary.ts';
import { notification } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

/** Destinations of a channel that are told at the same time, and those of one tenant among them. */
const places = { channel: 16, tenant: 12 };
const destinations = 14;

const feed = new AlertFeed([]);
let cluster: ToldCluster;
let manager: Running;
let provider: Server;
/** Requests to the provider that hangs, and to the one that has no room. */
const hanging: ServerResponse[] = [];
let throttled = 0;

beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: ['ops'], namespaces: ['calm'] });
  provider = createServer((request, response) => {
    if (request.url?.startsWith('/hangs')) hanging.push(response);
    else {
      throttled += 1;
      response.writeHead(429, { 'retry-after': '3600' }).end();
    }
  });
  await new Promise<void>((listening) => provider.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const ofBait = { alertSelector: { matchLabels: { namespace: 'bait' } } };
  const numbers = Array.from({ length: destinations }, (_, number) => number);
  await cluster.apply(
    ...numbers.flatMap((number) => [
      notification(
        'Receiver',
        `hangs-${number}`,
        { type: 'global' },
        {
          discord: { webhook: { value: `${url}/hangs/${number}` }, ...ofBait },
        },
      ),
      notification(
        'Receiver',
        `throttles-${number}`,
        { type: 'global' },
        {
          feishu: { chatbot: { webhook: { value: `${url}/throttles/${number}` } }, ...ofBait },
        },
      ),
      cluster.webhook(`flooded-${number}`, { type: 'tenant', user: 'flooded' }),
    ]),
  );
  manager = await cluster.startManager();
});
afterAll(async () => {
  await cluster?.close();
  provider?.closeAllConnections();
  provider?.close();
});

/** Posts 500 alerts, 25 at a time; how long it took until each was told, in milliseconds, ascending. */
async function timesToTell(): Promise<number[]> {
  const posts: { names: string[]; at: number }[] = [];
  for (let post = 0; post < 20; post++) {
    const at = performance.now();
    expect(await feed.post(manager.ready.notifications, 'other', 25)).toBe(200);
    posts.push({ at, names: feed.acknowledged.slice(-25).map(({ name }) => name) });
  }
  await cluster.allTold(feed);
  const told = cluster.tally.toldOf('ops');
  return posts.flatMap(({ names, at }) => names.map((name) => told.get(name)! - at)).sort((a, b) => a - b);
}

test('a channel that hangs and one that throttles do not hold up a third', async () => {
  const alone = await timesToTell();
  expect(await feed.post(manager.ready.notifications, 'bait', 1)).toBe(200);
  await eventually('all places of the channel that hangs are taken', () => hanging.length >= places.tenant);
  await eventually('the other channel was asked for everything', () => throttled === destinations);
  const beside = await timesToTell();

  // Those that hang are in their first attempt still, and who asked for an hour was not asked again.
  expect(hanging.map(({ writableEnded, destroyed }) => writableEnded || destroyed)).not.toContain(true);
  expect(hanging).toHaveLength(places.tenant);
  expect(throttled).toBe(destinations);
  const worst = (times: number[]): string => `${Math.round(times.at(times.length * 0.99)!)} ms`;
  process.stderr.write(`p99 alone ${worst(alone)}, beside hanging and throttled channels ${worst(beside)}\n`);
});

test('a tenant with 5,000 alerts that cannot be told does not hold up another', async () => {
  const { tally } = cluster;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  tally.answer = async (person, response) => {
    if (person.startsWith('flooded')) await released;
    response.end('{}');
  };
  for (let post = 0; post < 10; post++) {
    expect(await feed.post(manager.ready.notifications, 'flooded', 500)).toBe(200);
  }
  const open = (): number =>
    [...tally.open].reduce((sum, [person, count]) => sum + (person.startsWith('flooded') ? count : 0), 0);
  await eventually('the tenant has all places it may have', () => open() === places.tenant);
  expect(await feed.post(manager.ready.notifications, 'calm', 100)).toBe(200);
  await eventually('the other tenant is told', () => tally.toldOf('calm').size === 100, 60_000);
  expect(open()).toBe(places.tenant);
  expect(places.tenant).toBeLessThan(places.channel);
  release();
  const flood = feed.acknowledged.filter(({ namespace }) => namespace === 'flooded');
  for (let number = 0; number < destinations; number++) {
    const isTold = (): boolean => {
      const told = tally.toldOf(`flooded-${number}`);
      return flood.every(({ name }) => told.has(name));
    };
    await eventually('the flood is told', isTold, 60_000);
  }
}, 300_000);
