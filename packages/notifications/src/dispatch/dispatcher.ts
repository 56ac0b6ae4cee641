import type { Clock, Logger } from '@armillary/kube';
import { channelTypes } from '../channels/channel-type.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { DeliveryReport } from '../channels/channel.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';
import type { AttemptOutcome, NotificationStore, StoredDelivery } from '../store/notification-store.ts';
import { ChannelLane } from './channel-lane.ts';

/** The part of a store that deliveries are taken from. */
type DeliveryStore = Pick<
  NotificationStore,
  | 'claimDestinations'
  | 'renew'
  | 'nextDelivery'
  | 'postpone'
  | 'finishAttempt'
  | 'release'
  | 'nextDue'
  | 'onDeliveries'
>;

/** A delivery that succeeded. */
export interface Delivered extends DeliveryReport {
  /** Queued together with the success. */
  readonly history?: NewDelivery;
}

/** Settings of a `Dispatcher`; each has a default. Times in milliseconds. */
export interface DispatchSettings {
  /** Most destinations of a channel that are told at the same time; 16 when absent. */
  concurrency?: Partial<Record<ChannelType, number>>;
  /** The share of `concurrency` that one tenant may have; 0.75 when absent. */
  tenantShare?: number;
  /** The longest attempt; two minutes when absent. */
  attemptMs?: number;
  /** How long a queue stays ours when this process is gone; one minute when absent. */
  leaseMs?: number;
  /** How often to look for queues that nobody spoke of (of a process that is gone); 10 s when absent. */
  pollMs?: number;
}

/** What a `Dispatcher` works with. */
export interface DispatcherOptions extends DispatchSettings {
  store: DeliveryStore;
  /**
   * Delivers what is left of a delivery (alerts from `told` on), noting progress in the store. Rejects with
   * `DeliveryError`, or with `Postponed` when a limit leaves no room. It should end when the signal aborts.
   */
  deliver(delivery: StoredDelivery, signal: AbortSignal): Promise<Delivered>;
  clock: Clock;
  logger: Logger;
  /** Told of every attempt that has ended, with its milliseconds. */
  onAttempt?: (delivery: StoredDelivery, outcome: AttemptOutcome, durationMs: number) => void;
  /** 0 to 1; `Math.random` when absent. */
  random?: () => number;
}

/**
 * Takes deliveries from the store to who delivers them. Every channel has its own places, so that one that hangs
 * delays no other; within a channel tenants take turns; deliveries of one destination go one at a time, in order.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #lanes: Map<ChannelType, ChannelLane>;
  readonly #leaseMs: number;
  #unsubscribe: (() => void) | undefined;
  #cancelRenewal: () => void = () => {};

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 60_000;
    this.#lanes = new Map(
      channelTypes.map((channel) => {
        const concurrency = options.concurrency?.[channel] ?? 16;
        const lane = new ChannelLane({
          ...options,
          channel,
          concurrency,
          perTenant: Math.max(1, Math.round(concurrency * (options.tenantShare ?? 0.75))),
          attemptMs: options.attemptMs ?? 120_000,
          leaseMs: this.#leaseMs,
          pollMs: options.pollMs ?? 10_000,
          random: options.random ?? Math.random,
          onAttempt: options.onAttempt ?? (() => {}),
        });
        return [channel, lane];
      }),
    );
  }

  /** How many destinations of a channel are being told now. */
  active(channel: ChannelType): number {
    return this.#lanes.get(channel)?.held.length ?? 0;
  }

  /** Begins; `stop` ends it for good. */
  start(): void {
    if (this.#unsubscribe) return;
    this.#unsubscribe = this.#options.store.onDeliveries((channel) => this.#lanes.get(channel)?.wake());
    this.#renewLater();
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /**
   * Begins nothing more, waits up to `deadlineMs` for what is under way, breaks off what is left and gives it back.
   * Resolves when nothing is held any more.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#unsubscribe?.();
    const lanes = [...this.#lanes.values()];
    const cancel = this.#options.clock.setTimeout(() => {
      for (const lane of lanes) lane.interrupt(lane.held, 'the process ends');
    }, deadlineMs);
    await Promise.all(lanes.map((lane) => lane.drain()));
    cancel();
    this.#cancelRenewal();
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#options.clock.setTimeout(() => {
      this.#renewLater();
      void this.#renew();
    }, this.#leaseMs / 3);
  }

  async #renew(): Promise<void> {
    const { store, logger } = this.#options;
    const held = [...this.#lanes.values()].flatMap((lane) => lane.held);
    if (held.length === 0) return;
    try {
      const kept = new Set(await store.renew(held, this.#leaseMs));
      const lost = held.filter((destination) => !kept.has(destination));
      for (const lane of this.#lanes.values()) lane.interrupt(lost, 'another process has the queue');
    } catch (error) {
      logger.warn({ err: error }, 'could not prolong the leases of queues; trying again');
    }
  }
}
