/**
 * What the notification manager has acknowledged is told, however often it is killed: alerts are posted over several
 * connections while the process is killed at random moments, also while it starts. ARMILLARY_CRASH_ROUNDS sets how often
 * (the release check uses 50).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import { ended } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

const rounds = Number(process.env['ARMILLARY_CRASH_ROUNDS'] ?? 5);
/** The longest that alerts are posted before a kill, in milliseconds. */
const longestMs = 1500;

let cluster: ToldCluster;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: ['ops', 'audit'], namespaces: ['shop', 'bank', 'mail'] });
});
afterAll(async () => await cluster?.close());

test(
  `${rounds} times kill -9 loses no alert that was acknowledged, and repeats only what was under way`,
  async () => {
    const { tally, namespaces, everybody } = cluster;
    const feed = new AlertFeed(namespaces);
    let startMs = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAt = Date.now();
      const manager = await cluster.startManager();
      startMs = Math.max(startMs, Date.now() - startedAt);
      const posting = feed.run(manager.ready.notifications, new AbortController().signal);
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
  60_000 + rounds * 20_000,
);
