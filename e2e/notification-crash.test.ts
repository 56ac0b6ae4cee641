/**
 * What the notification manager has acknowledged is told, however often it is killed: alerts are posted over several
 * connections while the process is killed at random moments, also while it starts. ARMILLARY_CRASH_ROUNDS sets how often
 * (the release check uses 50).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import { ended, eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

const rounds = Number(process.env['ARMILLARY_CRASH_ROUNDS'] ?? 5);
/** The longest that alerts are posted before a kill, in milliseconds. */
const longestMs = 1500;

const namespaces = ['shop', 'bank', 'mail'];
const feed = new AlertFeed(namespaces);
let cluster: ToldCluster;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: ['ops', 'audit'], namespaces });
});
afterAll(async () => await cluster?.close());

test(
  `${rounds} times kill -9 loses no alert that was acknowledged, and repeats only what was under way`,
  async () => {
    const { tally, everybody } = cluster;
    let startMs = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAt = Date.now();
      const manager = await cluster.startManager();
      startMs = Math.max(startMs, Date.now() - startedAt);
      const posting = feed.run(manager.ready.notifications, new AbortController().signal);
      // One is acknowledged at least; of the rest chance decides.
      if (round === 0) await eventually('an alert is taken', () => feed.acknowledged.length > 0);
      await sleep(Math.random() * longestMs);
      manager.process.kill('SIGKILL');
      await Promise.all([ended(manager.process), posting]);
      // It has much to do when it starts: it is killed in the middle of that, too.
      await cluster.startAndKill(Math.random() * startMs);
    }
    const last = await cluster.startManager();
    await cluster.allTold(feed);
    expect(await last.stop()).toBe(0);

    expect(feed.acknowledged.length).toBeGreaterThan(0);
    // An alert is in one delivery to each person, so that whatever came twice was that delivery, made again.
    const destinations = everybody.length + namespaces.length;
    const kills = 2 * rounds;
    process.stderr.write(
      `${kills} kills: ${feed.acknowledged.length} alerts acknowledged, ${tally.deliveries.size} deliveries, ` +
        `${tally.repeated} of them twice\n`,
    );
    expect(tally.repeated).toBeLessThanOrEqual(kills * destinations);
    expect(tally.toldTwice).toEqual([]);
  },
  120_000 + rounds * 40_000,
);

test('one that is told to stop ends what is under way, takes nothing more, and the next one repeats nothing', async () => {
  const { tally } = cluster;
  const repeated = tally.repeated;
  const { promise: stopping, resolve: stop } = Promise.withResolvers<void>();
  tally.answer = async (_, response) => {
    await stopping;
    response.end('{}');
  };
  const underWay = (): number => [...tally.open.values()].reduce((sum, open) => sum + open, 0);
  const manager = await cluster.startManager();
  const posting = feed.run(manager.ready.notifications, new AbortController().signal);
  await eventually('everybody is being told', () => underWay() === 5);
  const stopped = manager.stop();
  // Until nobody answers any more: a post is refused, or it is kept.
  await posting;
  expect([...feed.refusals.keys()].filter((status) => status !== 503)).toEqual([]);
  expect(underWay()).toBe(5);
  expect(manager.process.exitCode).toBeNull();
  stop();
  expect(await stopped).toBe(0);

  const next = await cluster.startManager();
  await cluster.allTold(feed);
  expect(await next.stop()).toBe(0);
  expect(tally.repeated).toBe(repeated);
});
