/**
 * Two notification managers share a PostgreSQL, and all three are killed in turn while alerts come in: what was
 * acknowledged is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../packages/notifications/src/testing/postgres.ts';
import { AlertFeed } from './testing/alert-feed.ts';
import type { Running } from './testing/armillary.ts';
import { ended, eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

/** More destinations than one of them tells at the same time. */
const namespaces = Array.from({ length: 18 }, (_, number) => `team-${number}`);
/** Destinations of a channel that one process tells at the same time. */
const places = 16;

let cluster: ToldCluster;
let postgres: TestPostgres;
let storeUrl: string;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: ['ops', 'audit'], namespaces });
  postgres = await startPostgres();
  storeUrl = await postgres.createDatabase();
});
afterAll(async () => {
  await cluster?.close();
  await postgres?.stop();
});

const start = async (data: string): Promise<Running> => await cluster.startManager({ data, storeUrl });
/** Time in which alerts come in and are told. */
const aWhile = async (): Promise<void> => await sleep(300 + Math.random() * 700);

test('two of them lose nothing when one is killed, then the other, then PostgreSQL', async () => {
  const feed = new AlertFeed(namespaces);
  const enough = new AbortController();
  const posting: Promise<void>[] = [];
  const startPosting = async (data: string): Promise<Running> => {
    const manager = await start(data);
    posting.push(feed.run(manager.ready.notifications, enough.signal, 3));
    return manager;
  };
  const running = new Map(
    await Promise.all(['one', 'other'].map(async (data) => [data, await startPosting(data)] as const)),
  );
  await aWhile();
  for (const [data, killed] of running) {
    killed.process.kill('SIGKILL');
    await ended(killed.process);
    await aWhile();
    running.set(data, await startPosting(data));
    await aWhile();
  }
  await postgres.kill();
  await eventually('posts are refused', () => feed.refusals.has(503));
  await postgres.start();
  const before = feed.acknowledged.length;
  await eventually('posts are taken again', () => feed.acknowledged.length > before);
  enough.abort();
  await Promise.all(posting);
  expect(await Promise.all([...running.values()].map((manager) => manager.stop()))).toEqual([0, 0]);

  // The minute passes for which claims of a process hold that is gone.
  for (const table of ['queues', 'waiting']) {
    await postgres.run(storeUrl, `UPDATE notifications.${table} SET lease_until = clock_timestamp()`);
  }
  const last = await start('last');
  await cluster.allTold(feed, 120_000);
  expect(await last.stop()).toBe(0);

  const { tally } = cluster;
  process.stderr.write(
    `PostgreSQL: ${feed.acknowledged.length} alerts acknowledged, ${tally.deliveries.size} deliveries, ` +
      `${tally.repeated} of them twice\n`,
  );
  expect([...feed.refusals.keys()]).toEqual([503]);
  // PostgreSQL itself makes nothing be told twice: results are noted once it is back.
  expect(tally.repeated).toBeLessThanOrEqual(2 * places);
  expect(tally.toldTwice).toEqual([]);
}, 400_000);
