/**
 * A process that takes alerts and delivers them, made to be killed: `outbox-process.ts ADDRESS SINK feed FROM` accepts
 * numbered alerts for ever and prints the first and last number of each post that was acknowledged;
 * `outbox-process.ts ADDRESS SINK drain` delivers what is left and ends. A delivery is a line `destination n,n,n` in the
 * file SINK. ADDRESS is the path of an SQLite file or the URL of a PostgreSQL database.
 */
import { openSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, systemClock } from '@armillary/kube';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import type { NotificationStore } from '../store/notification-store.ts';
import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { sampleAlert, sampleDelivery } from '../store/testing/samples.ts';

const [address = '', sink = '', mode, from = '0'] = process.argv.slice(2);
const store: NotificationStore = address.startsWith('postgresql:')
  ? await PostgresStore.open({ url: address, connections: 4 })
  : new SqliteStore({ file: address });
const file = openSync(sink, 'a');
const postSize = 7;
const destinations = 5;
// What a killed process of several held is free again after this.
const leaseMs = 1000;

async function feed(first: number): Promise<never> {
  for (let number = first; ; number += postSize) {
    const alerts = Array.from({ length: postSize }, (_, n) => sampleAlert(number + n));
    await store.accept(alerts, { repeatWindowMs: 240_000 });
    writeSync(1, `${number} ${number + postSize - 1}\n`);
  }
}

/** Each alert goes to the destination of its number, those of one claim together. */
async function route(): Promise<never> {
  for (;;) {
    const alerts = await store.claimAlerts({ limit: 20, leaseMs });
    if (alerts.length === 0) await sleep(5);
    const byDestination = Map.groupBy(
      alerts,
      ({ alert }) => Number.parseInt(alert.fingerprint, 16) % destinations,
    );
    await store.commitRouting(
      alerts.map(({ id }) => ({ id, steps: [] })),
      [...byDestination].map(([destination, group]) =>
        sampleDelivery(
          `d${destination}`,
          group.map(({ id }) => id),
          { expiresAt: Number.MAX_SAFE_INTEGER },
        ),
      ),
    );
  }
}

const dispatcher = new Dispatcher({
  store,
  clock: systemClock,
  logger: silentLogger,
  leaseMs,
  pollMs: 100,
  deliver: async ({ destination, alerts }) => {
    const numbers = alerts.map(({ alert }) => Number.parseInt(alert.fingerprint, 16));
    writeSync(file, `${destination} ${numbers.join(',')}\n`);
    await nextTurn();
    return { rejected: [] };
  },
});
dispatcher.start();
void route();
if (mode === 'feed') await feed(Number(from));
for (;;) {
  const { alerts, deliveries } = await store.backlog();
  if (alerts === 0 && Object.keys(deliveries).length === 0) process.exit(0);
  await sleep(5);
}
