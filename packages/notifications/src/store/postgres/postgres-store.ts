import { randomUUID } from 'node:crypto';
import { systemClock } from '@armillary/kube';
import type { Clock } from '@armillary/kube';
import type { Alert } from '../../alerts/alert.ts';
import type { ChannelType } from '../../channels/channel-type.ts';
import { Listeners } from '../listeners.ts';
import type { NewDelivery } from '../../routing/new-delivery.ts';
import type {
  AlertTrace,
  AttemptOutcome,
  Backlog,
  ClaimDestinationsOptions,
  ClaimedDestination,
  DeadLetter,
  NotificationStore,
  RoutedAlert,
  StoredAlert,
  StoredDelivery,
} from '../notification-store.ts';
import { pruneAll } from '../prune-all.ts';
import { Alerts } from './alerts.ts';
import { Database } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import { Deliveries } from './deliveries.ts';
import { Pruning } from './pruning.ts';
import { Queues } from './queues.ts';
import { Traces } from './traces.ts';

/** Options of a `PostgresStore`. */
export interface PostgresStoreOptions extends DatabaseOptions {
  /** Most alerts that wait for routing; 200,000 when absent. Several processes may exceed it by what they take in a second. */
  maxBacklog?: number;
  /** The machine's when absent. Leases are on the database's clock whatever this says. */
  clock?: Clock;
}

/**
 * A store that several processes share: one PostgreSQL database. Each claims for itself; what a process held that is
 * gone, another gets once the lease ends. Listeners hear of changes of their own process only; others find out when
 * they look for themselves.
 */
export class PostgresStore implements NotificationStore {
  readonly #database: Database;
  readonly #alerts: Alerts;
  readonly #queues: Queues;
  readonly #deliveries: Deliveries;
  readonly #traces: Traces;
  readonly #pruning: Pruning;
  readonly #alertListeners = new Listeners();
  readonly #deliveryListeners = new Listeners<ChannelType>();

  private constructor(database: Database, options: PostgresStoreOptions) {
    const clock = options.clock ?? systemClock;
    const owner = randomUUID();
    this.#database = database;
    this.#alerts = new Alerts(database, clock, owner, options.maxBacklog ?? 200_000);
    this.#queues = new Queues(database, clock, owner);
    this.#deliveries = new Deliveries(database, clock, owner, this.#queues);
    this.#traces = new Traces(database);
    this.#pruning = new Pruning(database);
  }

  /** Connects, and makes the schema when it is not there. Throws `NotificationError` `StoreUnusable`. */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    return new PostgresStore(await Database.open(options), options);
  }

  async accept(
    alerts: readonly Alert[],
    { repeatWindowMs }: { repeatWindowMs: number },
  ): Promise<{ accepted: number; repeated: number }> {
    const result = await this.#alerts.accept(alerts, repeatWindowMs);
    if (result.accepted > 0) this.#alertListeners.call();
    return result;
  }

  async claimAlerts({ limit, leaseMs }: { limit: number; leaseMs: number }): Promise<StoredAlert[]> {
    return await this.#alerts.claim(limit, leaseMs);
  }

  async commitRouting(alerts: readonly RoutedAlert[], deliveries: readonly NewDelivery[]): Promise<void> {
    await this.#database.transaction(async (connection) => {
      await this.#alerts.routed(connection, alerts);
      await this.#deliveries.queue(connection, deliveries);
    });
    for (const channel of new Set(deliveries.map(({ channel }) => channel)))
      this.#deliveryListeners.call(channel);
    if (alerts.some(({ again }) => again)) this.#alertListeners.call();
  }

  async returnAlerts(ids: readonly string[], notBefore: number): Promise<void> {
    await this.#alerts.giveBack(ids, notBefore);
    this.#alertListeners.call();
  }

  onAlerts(callback: () => void): () => void {
    return this.#alertListeners.add(callback);
  }

  async claimDestinations(options: ClaimDestinationsOptions): Promise<ClaimedDestination[]> {
    return await this.#queues.claim(options);
  }

  async renew(destinations: readonly string[], leaseMs: number): Promise<readonly string[]> {
    return await this.#queues.renew(destinations, leaseMs);
  }

  async nextDelivery(destination: string): Promise<StoredDelivery | undefined> {
    return await this.#deliveries.first(destination);
  }

  async noteTold(delivery: string, told: number): Promise<void> {
    await this.#deliveries.told(delivery, told);
  }

  async postpone(delivery: string, notBefore: number): Promise<void> {
    await this.#deliveries.postpone(delivery, notBefore);
  }

  async finishAttempt(delivery: string, outcome: AttemptOutcome, history?: NewDelivery): Promise<void> {
    if (!history) return void (await this.#deliveries.end(this.#database, delivery, outcome));
    await this.#database.transaction(async (connection) => {
      if (await this.#deliveries.end(connection, delivery, outcome))
        await this.#deliveries.queue(connection, [history]);
    });
    this.#deliveryListeners.call(history.channel);
  }

  async release(destination: string): Promise<void> {
    await this.#queues.release(destination);
  }

  async nextDue(channel: ChannelType): Promise<number | undefined> {
    return await this.#queues.nextDue(channel);
  }

  onDeliveries(callback: (channel: ChannelType) => void): () => void {
    return this.#deliveryListeners.add(callback);
  }

  async backlog(): Promise<Backlog> {
    const oldestAlertAt = await this.#alerts.oldest();
    return {
      alerts: await this.#alerts.count(),
      deliveries: await this.#deliveries.counts(),
      deadLetters: await this.#deliveries.deadCount(),
      ...(oldestAlertAt === undefined ? {} : { oldestAlertAt }),
    };
  }

  async deadLetters(options: {
    limit: number;
    channel?: ChannelType;
    tenant?: string;
  }): Promise<DeadLetter[]> {
    return await this.#deliveries.dead(options);
  }

  async replay(ids: readonly string[], expiresAt: number): Promise<number> {
    const channels = await this.#deliveries.replay(ids, expiresAt);
    for (const channel of new Set(channels)) this.#deliveryListeners.call(channel);
    return channels.length;
  }

  async traces(fingerprint: string, limit: number): Promise<AlertTrace[]> {
    return await this.#traces.of(fingerprint, limit);
  }

  async prune({ doneBefore, deadBefore }: { doneBefore: number; deadBefore: number }): Promise<number> {
    return await pruneAll(this.#pruning, doneBefore, deadBefore);
  }

  /** Ends the connections; what was claimed is free for others once the leases end. */
  async close(): Promise<void> {
    await this.#database.close();
  }
}
