import type { Alert } from '../alerts/alert.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { DeliveryFault } from '../delivery-error.ts';
import type { RoutingPart, TraceStep } from '../routing/decision.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';

/** An accepted alert that is to be routed. */
export interface StoredAlert {
  readonly id: string;
  readonly alert: Alert;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly part: RoutingPart;
}

/** A delivery that this process has claimed. */
export interface StoredDelivery extends Omit<NewDelivery, 'alertIds'> {
  readonly id: string;
  readonly queuedAt: number;
  /** Alerts in the order they were queued. */
  readonly alerts: readonly StoredAlert[];
  /** How many of them are told already. */
  readonly told: number;
  /** Attempts made before. */
  readonly attempts: number;
}

/** How an attempt ended. */
export type AttemptOutcome =
  | {
      readonly outcome: 'delivered';
      readonly rejected: readonly { address: string; reason: string }[];
      /** What was left out so that the provider took it. */
      readonly notes?: readonly string[];
    }
  | {
      readonly outcome: 'retry';
      readonly fault: DeliveryFault;
      readonly reason: string;
      readonly notBefore: number;
    }
  /** Kept as a dead letter until it is replayed or too old. */
  | { readonly outcome: 'dead'; readonly fault: DeliveryFault | 'expired'; readonly reason: string };

/** What became of one alert that was routed. */
export interface RoutedAlert {
  readonly id: string;
  readonly steps: readonly TraceStep[];
  /** Set when the alert is to be routed again, for the part that could not be decided. */
  readonly again?: { readonly part: RoutingPart; readonly notBefore: number };
}

/** A queue with deliveries that are due, claimed by this process until its lease ends. */
export interface ClaimedDestination {
  readonly destination: string;
  readonly channel: ChannelType;
  readonly tenant: string;
}

/** A delivery that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly channel: ChannelType;
  readonly tenant: string;
  readonly shown: string;
  readonly receiver: string;
  readonly fault: DeliveryFault | 'expired';
  readonly reason: string;
  readonly attempts: number;
  readonly alerts: number;
  readonly queuedAt: number;
  readonly diedAt: number;
}

/** All that is known of one alert. */
export interface AlertTrace {
  readonly alert: Alert;
  readonly receivedAt: number;
  /** Repetitions that were dropped. */
  readonly duplicates: number;
  readonly state: 'waiting' | 'routed';
  readonly decisions: readonly { readonly at: number; readonly steps: readonly TraceStep[] }[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly channel: ChannelType;
    readonly receiver: string;
    readonly tenant: string;
    readonly shown: string;
    readonly kind: 'alerts' | 'history';
    readonly state: 'queued' | 'delivered' | 'dead';
    readonly queuedAt: number;
    /** When the next attempt may be; absent when there is none to come. */
    readonly notBefore?: number;
    readonly attempts: readonly { readonly at: number; readonly outcome: AttemptOutcome }[];
  }[];
}

/** How much is waiting. */
export interface Backlog {
  /** Alerts that are not routed yet. */
  readonly alerts: number;
  /** Deliveries that are not done, by channel. */
  readonly deliveries: Readonly<Partial<Record<ChannelType, number>>>;
  readonly deadLetters: number;
  /** Milliseconds since 1970 of the oldest alert that waits; absent when none does. */
  readonly oldestAlertAt?: number;
}

/** Options of `claimDestinations`. */
export interface ClaimDestinationsOptions {
  readonly channel: ChannelType;
  /** Most to claim now. */
  readonly limit: number;
  /** Most queues of one tenant at work at the same time, counting those that this process holds already. */
  readonly perTenant: number;
  readonly leaseMs: number;
}

/**
 * What the notification manager must not forget. Every method that resolves has made its change durable; a process
 * that is killed at any point loses nothing that was acknowledged. Several processes may share one store (PostgreSQL):
 * what one has claimed, no other gets until the lease ends.
 */
export interface NotificationStore {
  /**
   * Takes alerts, all or none. An alert whose key was accepted within the last `repeatWindowMs` is a repetition and
   * counted, not queued. Throws `NotificationError` `Busy` when the backlog or the disk is full.
   */
  accept(
    alerts: readonly Alert[],
    options: { repeatWindowMs: number },
  ): Promise<{ accepted: number; repeated: number }>;

  /** Claims alerts that wait for routing, oldest first. */
  claimAlerts(options: { limit: number; leaseMs: number }): Promise<StoredAlert[]>;
  /**
   * Queues the deliveries and marks the alerts as routed, all in one step. Throws `NotificationError` `Busy`, and stores
   * nothing, when another process has claimed one of the alerts meanwhile: it routes that one, and those that are left
   * are claimed anew once their lease ends.
   */
  commitRouting(alerts: readonly RoutedAlert[], deliveries: readonly NewDelivery[]): Promise<void>;
  /** Gives alerts back that could not be routed now. */
  returnAlerts(ids: readonly string[], notBefore: number): Promise<void>;
  /** Calls back when alerts may wait for routing that did not before; the returned function ends it. */
  onAlerts(callback: () => void): () => void;

  /** Claims queues whose first delivery is due; tenants take turns. */
  claimDestinations(options: ClaimDestinationsOptions): Promise<ClaimedDestination[]>;
  /** Prolongs the lease of queues that this process holds. Returns those that it holds still: the others were lost. */
  renew(destinations: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** The first delivery of a claimed queue that is due. */
  nextDelivery(destination: string): Promise<StoredDelivery | undefined>;
  /** Notes that the first `told` alerts of a delivery are told. */
  noteTold(delivery: string, told: number): Promise<void>;
  /** Puts a delivery off that was not tried. This is no attempt. */
  postpone(delivery: string, notBefore: number): Promise<void>;
  /**
   * Ends an attempt. `history` is queued in the same step. For a queue that was lost to another process only
   * `delivered` counts: whatever else is to be said of the delivery, the other one says it.
   */
  finishAttempt(delivery: string, outcome: AttemptOutcome, history?: NewDelivery): Promise<void>;
  /** Gives a claimed queue back. */
  release(destination: string): Promise<void>;
  /** When the next queue of a channel is due that nobody has claimed, in milliseconds since 1970. */
  nextDue(channel: ChannelType): Promise<number | undefined>;
  /** Calls back, once for each channel, when others than `release` made deliveries due; the returned function ends it. */
  onDeliveries(callback: (channel: ChannelType) => void): () => void;

  backlog(): Promise<Backlog>;
  deadLetters(options: { limit: number; channel?: ChannelType; tenant?: string }): Promise<DeadLetter[]>;
  /** Queues dead letters again, with the attempts and the time of new ones. Returns how many there were. */
  replay(ids: readonly string[], expiresAt: number): Promise<number>;
  /** The newest alerts with a fingerprint, newest first. */
  traces(fingerprint: string, limit: number): Promise<AlertTrace[]>;
  /** Removes what is done and older than `doneBefore`, and dead letters older than `deadBefore`. Returns how many rows. */
  prune(options: { doneBefore: number; deadBefore: number }): Promise<number>;
  close(): Promise<void>;
}
