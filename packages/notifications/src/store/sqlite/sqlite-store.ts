import type { DatabaseSync } from 'node:sqlite';
import { systemClock } from '@armillary/kube';
import type { Clock } from '@armillary/kube';
import type { Alert } from '../../alerts/alert.ts';
import { channelTypes } from '../../channels/channel-type.ts';
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
import { Counters } from './counters.ts';
import { openDatabase } from './database.ts';
import { Deliveries } from './deliveries.ts';
import { Pruning } from './pruning.ts';
import { Queues } from './queues.ts';
import { Traces } from './traces.ts';
import { Transactions } from './transactions.ts';

/** Options of a `SqliteStore`. */
export interface SqliteStoreOptions {
  /** The database's path; its folder is made when it is not there. */
  file: string;
  /** Most alerts that wait for routing; 200,000 when absent. */
  maxBacklog?: number;
  /** The machine's when absent. */
  clock?: Clock;
}

/**
 * The store of a single process: one SQLite file. Everything acknowledged has reached the disk (WAL,
 * `synchronous=FULL`); changes that are asked for at the same time share the wait for it. Claims are kept in memory:
 * they end with the process that made them.
 */
export class SqliteStore implements NotificationStore {
  readonly #connection: DatabaseSync;
  readonly #transactions: Transactions;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #alerts: Alerts;
  readonly #queues: Queues;
  readonly #deliveries: Deliveries;
  readonly #traces: Traces;
  readonly #pruning: Pruning;
  readonly #alertListeners = new Listeners();
  readonly #deliveryListeners = new Listeners<ChannelType>();

  /** Opens or creates the database. Throws `NotificationError` `StoreUnusable`. */
  constructor(options: SqliteStoreOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#connection = openDatabase(options.file);
    this.#transactions = new Transactions(this.#connection, options.file);
    this.#counters = new Counters(this.#connection);
    this.#alerts = new Alerts(this.#connection, this.#counters, options.maxBacklog ?? 200_000);
    this.#queues = new Queues(this.#connection);
    this.#deliveries = new Deliveries(this.#connection, this.#counters, this.#queues);
    this.#traces = new Traces(this.#connection);
    this.#pruning = new Pruning(this.#connection, this.#counters);
  }

  async accept(
    alerts: readonly Alert[],
    { repeatWindowMs }: { repeatWindowMs: number },
  ): Promise<{ accepted: number; repeated: number }> {
    const now = this.#clock.now();
    const result = await this.#transactions.run(() => this.#alerts.accept(alerts, repeatWindowMs, now));
    if (result.accepted > 0) this.#alertListeners.call();
    return result;
  }

  async claimAlerts({ limit, leaseMs }: { limit: number; leaseMs: number }): Promise<StoredAlert[]> {
    const now = this.#clock.now();
    return this.#transactions.read(() => this.#alerts.claim(limit, now + leaseMs, now));
  }

  async commitRouting(alerts: readonly RoutedAlert[], deliveries: readonly NewDelivery[]): Promise<void> {
    const now = this.#clock.now();
    await this.#transactions.run(() => {
      this.#alerts.routed(alerts, now);
      for (const delivery of deliveries) this.#deliveries.queue(delivery, now);
    });
    this.#alerts.release(alerts.map(({ id }) => id));
    for (const channel of new Set(deliveries.map(({ channel }) => channel)))
      this.#deliveryListeners.call(channel);
    if (alerts.some(({ again }) => again)) this.#alertListeners.call();
  }

  async returnAlerts(ids: readonly string[], notBefore: number): Promise<void> {
    await this.#transactions.run(() => this.#alerts.giveBack(ids, notBefore));
    this.#alerts.release(ids);
    this.#alertListeners.call();
  }

  onAlerts(callback: () => void): () => void {
    return this.#alertListeners.add(callback);
  }

  async claimDestinations(options: ClaimDestinationsOptions): Promise<ClaimedDestination[]> {
    return this.#transactions.read(() => this.#queues.claim(options, this.#clock.now()));
  }

  async renew(destinations: readonly string[], leaseMs: number): Promise<readonly string[]> {
    return this.#queues.renew(destinations, this.#clock.now() + leaseMs);
  }

  async nextDelivery(destination: string): Promise<StoredDelivery | undefined> {
    return this.#transactions.read(() => this.#deliveries.first(destination, this.#clock.now()));
  }

  async noteTold(delivery: string, told: number): Promise<void> {
    await this.#transactions.run(() => this.#deliveries.told(delivery, told));
  }

  async postpone(delivery: string, notBefore: number): Promise<void> {
    await this.#transactions.run(() => this.#deliveries.postpone(delivery, notBefore));
  }

  async finishAttempt(delivery: string, outcome: AttemptOutcome, history?: NewDelivery): Promise<void> {
    const now = this.#clock.now();
    await this.#transactions.run(() => {
      if (this.#deliveries.end(delivery, outcome, now) && history) this.#deliveries.queue(history, now);
    });
    if (history) this.#deliveryListeners.call(history.channel);
  }

  async release(destination: string): Promise<void> {
    const now = this.#clock.now();
    await this.#transactions.run(() => this.#queues.settle(destination, now));
    this.#queues.release(destination);
  }

  async nextDue(channel: ChannelType): Promise<number | undefined> {
    return this.#transactions.read(() => this.#queues.nextDue(channel, this.#clock.now()));
  }

  onDeliveries(callback: (channel: ChannelType) => void): () => void {
    return this.#deliveryListeners.add(callback);
  }

  async backlog(): Promise<Backlog> {
    const counters = this.#transactions.read(() => this.#counters.all());
    const oldestAlertAt = this.#transactions.read(() => this.#alerts.oldest());
    return {
      alerts: counters.get('alerts') ?? 0,
      deliveries: Object.fromEntries(
        channelTypes.flatMap((channel) => {
          const count = counters.get(channel) ?? 0;
          return count > 0 ? [[channel, count]] : [];
        }),
      ),
      deadLetters: counters.get('dead') ?? 0,
      ...(oldestAlertAt === undefined ? {} : { oldestAlertAt }),
    };
  }

  async deadLetters(options: {
    limit: number;
    channel?: ChannelType;
    tenant?: string;
  }): Promise<DeadLetter[]> {
    return this.#transactions.read(() => this.#deliveries.dead(options));
  }

  async replay(ids: readonly string[], expiresAt: number): Promise<number> {
    const now = this.#clock.now();
    const channels = await this.#transactions.run(() => this.#deliveries.replay(ids, expiresAt, now));
    for (const channel of new Set(channels)) this.#deliveryListeners.call(channel);
    return channels.length;
  }

  async traces(fingerprint: string, limit: number): Promise<AlertTrace[]> {
    return this.#transactions.read(() => this.#traces.of(fingerprint, limit));
  }

  async prune({ doneBefore, deadBefore }: { doneBefore: number; deadBefore: number }): Promise<number> {
    const run = this.#transactions.run.bind(this.#transactions);
    const steps = {
      deliveries: (state: 'delivered' | 'dead', before: number) =>
        run(() => this.#pruning.deliveries(state, before)),
      alerts: (from: number, before: number) => run(() => this.#pruning.alerts(from, before)),
    };
    return await pruneAll(steps, doneBefore, deadBefore);
  }

  /** Commits what is pending and lets go of the file. */
  async close(): Promise<void> {
    if (!this.#connection.isOpen) return;
    this.#transactions.close();
    this.#connection.close();
  }
}
