import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../../testing/postgres.ts';
import type { TestPostgres } from '../../testing/postgres.ts';
import type { StoredAlert } from '../notification-store.ts';
import { sampleAlert, sampleDelivery } from '../testing/samples.ts';
import { storeCases } from '../testing/store-cases.ts';
import { PostgresStore } from './postgres-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => await server?.stop());

describe('a store in PostgreSQL', () => {
  storeCases(async () => {
    const url = await server.createDatabase();
    return {
      open: (options) => PostgresStore.open({ url, connections: 2, ...options }),
      remove: async () => {},
    };
  });
});

const window = { repeatWindowMs: 240_000 };
const minute = 60_000;
const opened: PostgresStore[] = [];
const open = async (url: string): Promise<PostgresStore> => {
  const store = await PostgresStore.open({ url, connections: 2 });
  opened.push(store);
  return store;
};
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
const run = async (url: string, text: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
};

describe('several processes with one database', () => {
  test('make the schema once when they start together', async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(range(0, 5).map(() => open(url)));
    for (const store of stores) expect(await store.backlog()).toMatchObject({ alerts: 0 });
  });

  test('take an alert once that all of them are told of, in whatever order', async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(range(0, 3).map(() => open(url)));
    const alerts = range(0, 200).map((number) => sampleAlert(number));
    const posts = stores.flatMap((store) => [
      store.accept(alerts, window),
      store.accept(alerts.toReversed(), window),
      store.accept(alerts.slice(50, 150), window),
    ]);
    const accepted = (await Promise.all(posts)).reduce((sum, post) => sum + post.accepted, 0);
    expect(accepted).toBe(200);
  });

  test('route every alert in one of them, and hand every queue to one of them', async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(range(0, 3).map(() => open(url)));
    const [one = await open(url)] = stores;
    await one.accept(
      range(0, 300).map((number) => sampleAlert(number)),
      window,
    );
    const drained = await Promise.all(
      stores.map(async (store) => {
        const mine: StoredAlert[] = [];
        for (;;) {
          const claimed = await store.claimAlerts({ limit: 20, leaseMs: minute });
          if (claimed.length === 0) return mine;
          mine.push(...claimed);
          await store.commitRouting(
            claimed.map(({ id }) => ({ id, steps: [] })),
            // All three write to the same queues, each in another order.
            claimed.map(({ id }) =>
              sampleDelivery(`d${(Number(id) * 7919) % 40}`, [id], { tenant: `t${Number(id) % 3}` }),
            ),
          );
        }
      }),
    );
    // A claim may pass over what another one just looks at.
    const left = await one.claimAlerts({ limit: 1000, leaseMs: minute });
    const ids = [...drained.flat(), ...left].map(({ id }) => id);
    expect(new Set(ids).size).toBe(300);
    expect(ids).toHaveLength(300);

    const claims = await Promise.all(
      stores.map((store) =>
        store.claimDestinations({ channel: 'webhook', limit: 100, perTenant: 100, leaseMs: minute }),
      ),
    );
    const rest = await one.claimDestinations({
      channel: 'webhook',
      limit: 100,
      perTenant: 100,
      leaseMs: minute,
    });
    const destinations = [...claims.flat(), ...rest].map(({ destination }) => destination);
    expect(new Set(destinations).size).toBe(destinations.length);
  });

  test('take over what another one held when its lease has ended, and it can no longer say what became of it', async () => {
    const url = await server.createDatabase();
    const [lost, heir] = [await open(url), await open(url)];
    await lost.accept([sampleAlert(1), sampleAlert(2)], window);
    const ids = async (leaseMs: number): Promise<string[]> =>
      (await lost.claimAlerts({ limit: 1, leaseMs })).map(({ id }) => id);
    const [first = ''] = await ids(minute);
    await lost.commitRouting([{ id: first, steps: [] }], [sampleDelivery('a', [first])]);
    const options = { channel: 'webhook', limit: 1, perTenant: 1 } as const;
    await lost.claimDestinations({ ...options, leaseMs: 0 });
    const { id: delivery = '' } = (await lost.nextDelivery('a')) ?? {};
    const [late = ''] = await ids(0);

    expect(await heir.claimDestinations({ ...options, leaseMs: minute })).toHaveLength(1);
    expect(await lost.renew(['a'], minute)).toEqual([]);
    expect(await lost.nextDelivery('a')).toBeUndefined();
    await lost.finishAttempt(delivery, { outcome: 'dead', fault: 'permanent', reason: 'late' });
    await lost.release('a');
    expect(await lost.claimDestinations({ ...options, leaseMs: minute })).toEqual([]);
    expect(await heir.nextDelivery('a')).toMatchObject({ id: delivery, attempts: 0 });
    // What was sent was sent.
    await lost.finishAttempt(delivery, { outcome: 'delivered', rejected: [] });
    expect(await heir.nextDelivery('a')).toBeUndefined();

    expect(await heir.claimAlerts({ limit: 1, leaseMs: minute })).toMatchObject([{ id: late }]);
    await expect(
      lost.commitRouting([{ id: late, steps: [] }], [sampleDelivery('b', [late])]),
    ).rejects.toMatchObject({ code: 'Busy' });
    expect(await heir.backlog()).toMatchObject({ alerts: 1, deliveries: {} });
  });

  test('lose no delivery that is queued while the empty queue is given back', async () => {
    const url = await server.createDatabase();
    const [router, sender] = [await open(url), await open(url)];
    const options = { channel: 'webhook', limit: 1, perTenant: 1, leaseMs: minute } as const;
    for (const number of range(0, 30)) {
      await router.accept([sampleAlert(number)], window);
      const [{ id } = { id: '' }] = await router.claimAlerts({ limit: 1, leaseMs: minute });
      const commit = (): Promise<void> =>
        router.commitRouting([{ id, steps: [] }], [sampleDelivery('a', [id])]);
      await (number % 2 === 0
        ? Promise.all([commit(), sender.release('a')])
        : Promise.all([sender.release('a'), commit()]));
      const claimed = await sender.claimDestinations(options);
      expect(claimed).toHaveLength(1);
      const delivery = await sender.nextDelivery('a');
      await sender.finishAttempt(delivery!.id, { outcome: 'delivered', rejected: [] });
    }
  });
});

describe('a database', () => {
  test('of a newer release is refused', async () => {
    const url = await server.createDatabase();
    await (await open(url)).close();
    await run(url, 'UPDATE notifications.format SET version = 99');
    await expect(open(url)).rejects.toMatchObject({
      code: 'StoreUnusable',
      message: expect.stringContaining('a newer release'),
    });
  });

  test('that is not there is refused in words, without the password', async () => {
    const error = await open('postgresql://user:s3cret@127.0.0.1:1/none').catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'StoreUnusable', message: expect.stringContaining('ECONNREFUSED') });
    expect((error as Error).message).not.toContain('s3cret');
  });

  test('that ends all connections is asked again, with nothing lost and nothing twice', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    const cut = (): Promise<void> =>
      run(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'armillary-notifications' AND datname = current_database()`,
      );
    for (const number of range(0, 10)) {
      const [accepted] = await Promise.all([store.accept([sampleAlert(number)], window), cut()]);
      expect(accepted.accepted + accepted.repeated).toBe(1);
      const claimed = await store.claimAlerts({ limit: 10, leaseMs: minute });
      expect(claimed).toHaveLength(1);
      const deliveries = claimed.map(({ id }) => sampleDelivery('a', [id]));
      const routed = store.commitRouting(
        claimed.map(({ id }) => ({ id, steps: [] })),
        deliveries,
      );
      // Committed without our hearing of it, then found done: the caller is told to leave it.
      await Promise.all([
        routed.catch((error: unknown) => expect(error).toMatchObject({ code: 'Busy' })),
        cut(),
      ]);
    }
    expect(await store.backlog()).toMatchObject({ alerts: 0, deliveries: { webhook: 10 } });
  });

  test('that is gone is Busy, and has everything when it comes back', async () => {
    const own = await startPostgres();
    try {
      const store = await open(await own.createDatabase());
      await store.accept([sampleAlert(1)], window);
      await own.kill();
      await expect(store.accept([sampleAlert(2)], window)).rejects.toMatchObject({ code: 'Busy' });
      await own.start();
      expect(await store.accept([sampleAlert(1), sampleAlert(2)], window)).toEqual({
        accepted: 1,
        repeated: 1,
      });
    } finally {
      for (const store of opened.splice(0)) await store.close();
      await own.stop();
    }
  });
});
