/** A disk that runs full: posts are refused so that their sender tries again, and what was acknowledged is told. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertFeed } from './testing/alert-feed.ts';
import { available } from './testing/available.ts';
import { eventually } from './testing/process.ts';
import { ToldCluster } from './testing/told-cluster.ts';

const mayMount = available(
  'the full-disk suite of the notification manager',
  'root, to mount a small file system',
  process.getuid?.() === 0,
);

let cluster: ToldCluster;
let disk: string;
beforeAll(async () => {
  cluster = await ToldCluster.start({ everybody: ['ops'], namespaces: ['shop'] });
  disk = join(cluster.folder, 'manager');
  mkdirSync(disk);
  if (mayMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
});
afterAll(async () => {
  if (mayMount) execFileSync('umount', ['-l', disk]);
  await cluster?.close();
});

test.skipIf(!mayMount)(
  'a full disk loses nothing',
  async () => {
    const filler = join(disk, 'filler');
    const feed = new AlertFeed(['shop']);
    const manager = await cluster.startManager();
    const url = manager.ready.notifications;
    expect(await feed.post(url, 'shop', 10)).toBe(200);
    writeFileSync(filler, Buffer.alloc(12 * 2 ** 20));
    await eventually('posts are refused', async () => (await feed.post(url, 'shop', 200)) !== 200);
    await eventually('some of many are refused', async () => {
      // Some of them may have found the space that others did not.
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => await feed.post(url, 'shop', 200)),
      );
      return statuses.includes(503);
    });
    expect([...feed.refusals.keys()]).toEqual([503]);

    rmSync(filler);
    expect(await feed.post(url, 'shop', 10)).toBe(200);
    await cluster.allTold(feed, 100_000);
    expect(cluster.tally.toldTwice).toEqual([]);
    expect(await manager.stop()).toBe(0);
  },
  240_000,
);
