import { createHash } from 'node:crypto';
import { delay, type Clock } from '@armillary/kube';
import { namingReceiver } from '../alerts/enrichment.ts';
import type {
  Channel,
  ChannelContext,
  DeliveryReport,
  Message,
  Notice,
  RateLimit,
} from '../channels/channel.ts';
import type { Channels } from '../channels/channels.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Delivered } from '../dispatch/dispatcher.ts';
import { Postponed } from '../dispatch/postponed.ts';
import type { RateLimiter } from '../dispatch/rate-limiter.ts';
import { NotificationError } from '../errors.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';
import type { NotificationStore, StoredDelivery } from '../store/notification-store.ts';
import { historyMessages } from './history.ts';

/** Options of `deliver`. */
export interface DeliverOptions {
  channels: Channels;
  limiter: RateLimiter;
  store: Pick<NotificationStore, 'noteTold'>;
  clock: Clock;
  /** The receiver as it is now, narrowed to the destination. */
  currentReceiver(receiver: ChannelReceiver): ChannelReceiver;
  /** The config as it is now. */
  currentConfig(config: ChannelConfig | undefined): ChannelConfig | undefined;
  /** The record for the history webhook, if it is to be told. */
  historyOf(delivery: StoredDelivery): NewDelivery | undefined;
  /** Everything that the channel works with, for this receiver. Rejects when it cannot be had now. */
  contextFor(notice: Notice, signal: AbortSignal): Promise<ChannelContext>;
}

/** A limit that is over within so many milliseconds is waited for; for a longer one the place is given to others. */
const shortWaitMs = 2000;

/**
 * Makes one attempt at a delivery: renders what is left of it, and sends message by message, within the provider's
 * limits. What was told is noted after each message, so that a later attempt goes on from there. Throws
 * `DeliveryError`, or `Postponed` when a limit leaves no room for long.
 */
export async function deliver(
  delivery: StoredDelivery,
  signal: AbortSignal,
  options: DeliverOptions,
): Promise<Delivered> {
  const channel = options.channels.get(delivery.channel);
  if (!channel) throw new DeliveryError('permanent', `this version knows no channel ${delivery.channel}`);
  const isHistory = delivery.kind === 'history';
  const notice: Notice = {
    receiver: isHistory ? delivery.receiver : options.currentReceiver(delivery.receiver),
    config: options.currentConfig(delivery.config),
    alerts: delivery.alerts
      .slice(delivery.told)
      .map(({ alert }) => (isHistory ? alert : namingReceiver(alert, delivery.receiver.name))),
    groupLabels: delivery.groupLabels,
    ...(delivery.id === '' ? {} : { delivery: nameOf(delivery) }),
  };
  try {
    const context = await options.contextFor(notice, signal);
    const limits = limitsOf(channel, delivery, notice, context);
    const messages: Message[] =
      (isHistory ? historyMessages(delivery) : undefined) ?? channel.messages(notice, context);
    const reports: DeliveryReport[] = [];
    let { told } = delivery;
    for (const [index, message] of messages.entries()) {
      await waitForTurn(limits, signal, options);
      reports.push(await channel.send(message, notice, context));
      told += message.alerts;
      // The end of the last one is noted with the end of the attempt.
      if (message.alerts > 0 && index < messages.length - 1) await options.store.noteTold(delivery.id, told);
    }
    const history = options.historyOf(delivery);
    return { ...together(reports), ...(history === undefined ? {} : { history }) };
  } catch (error) {
    // A Secret that is not there yet may come: this is no fault of the receiver for good.
    if (error instanceof NotificationError && error.code === 'CredentialUnavailable') {
      throw new DeliveryError('transient', error.message, { cause: error });
    }
    throw error;
  }
}

/** What all messages of an attempt reported; notes that repeat are said once. */
function together(reports: readonly DeliveryReport[]): DeliveryReport {
  const notes = [...new Set(reports.flatMap((report) => report.notes ?? []))];
  return {
    rejected: reports.flatMap((report) => report.rejected),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/**
 * The same for each attempt, and no other delivery's, of no other store either: two notification managers that tell
 * one webhook both count their deliveries from 1, and it would take the second's for repetitions of the first's.
 */
function nameOf({ id, queuedAt, destination, alerts }: StoredDelivery): string {
  const told = alerts.map(({ alert, receivedAt }) => [alert.fingerprint, receivedAt]);
  const whole = JSON.stringify([id, queuedAt, destination, told]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 32);
}

/** The limits with keys that are unique among all channels. */
function limitsOf(
  channel: Channel,
  delivery: StoredDelivery,
  notice: Notice,
  context: ChannelContext,
): RateLimit[] {
  return channel
    .limits(notice, context.options)
    .map((limit) => ({ ...limit, key: `${delivery.channel} ${limit.key}` }));
}

async function waitForTurn(
  limits: readonly RateLimit[],
  signal: AbortSignal,
  { limiter, clock }: DeliverOptions,
): Promise<void> {
  for (;;) {
    const waitMs = limiter.take(limits);
    if (waitMs === 0) return;
    if (waitMs > shortWaitMs) throw new Postponed(waitMs);
    await delay(clock, waitMs, signal);
    signal.throwIfAborted();
  }
}
