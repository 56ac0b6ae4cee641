import type { Clock } from '@armillary/kube';
import type { Channel, ChannelContext, DeliveryReport, Notice } from '../channels/channel.ts';
import { DeliveryError } from '../channels/delivery-error.ts';
import { NotificationError } from '../errors.ts';
import type { RateLimiter } from '../dispatch/rate-limiter.ts';
import type { NotificationStore, StoredDelivery } from '../store/notification-store.ts';

/** Options of `deliver`. */
export interface DeliverOptions {
  channels: ReadonlyMap<string, Channel>;
  limiter: RateLimiter;
  store: Pick<NotificationStore, 'noteTold'>;
  clock: Clock;
  /** Everything that the channel works with, for this receiver. Rejects when it cannot be had now. */
  contextFor(notice: Notice, signal: AbortSignal): Promise<ChannelContext>;
}

/** A limit that is over within so many milliseconds is waited for with the place kept; a longer one gives it up. */
const shortWaitMs = 2000;

/**
 * Makes one attempt at a delivery: renders what is left of it, and sends message by message, within the provider's
 * limits. What was told is noted after each message, so that a later attempt goes on from there. Throws
 * `DeliveryError`.
 */
export async function deliver(
  delivery: StoredDelivery,
  signal: AbortSignal,
  options: DeliverOptions,
): Promise<DeliveryReport> {
  const { channels, store } = options;
  const channel = channels.get(delivery.channel);
  if (!channel) {
    throw new DeliveryError('permanent', `this version knows no channel ${delivery.channel}`);
  }
  const notice: Notice = {
    receiver: delivery.receiver,
    config: delivery.config,
    alerts: delivery.alerts.slice(delivery.told).map((stored) => stored.alert),
    groupLabels: delivery.groupLabels,
  };
  try {
    const context = await options.contextFor(notice, signal);
    const limits = channel
      .limits(notice, context.options)
      .map((limit) => ({ ...limit, key: `${delivery.channel}/${limit.key}` }));
    const messages = channel.messages(notice, context);
    const rejected: DeliveryReport['rejected'][number][] = [];
    let { told } = delivery;
    for (const [index, message] of messages.entries()) {
      await waitForTurn(limits, signal, options);
      const report = await channel.send(message, notice, context);
      rejected.push(...report.rejected);
      told += message.alerts;
      const isLast = index === messages.length - 1;
      if (!isLast && message.alerts > 0) await store.noteTold(delivery.id, told);
    }
    return { rejected };
  } catch (error) {
    // A Secret that is not there yet may come: this is no fault of the receiver for good.
    if (error instanceof NotificationError && error.code === 'CredentialUnavailable') {
      throw new DeliveryError('transient', error.message, { cause: error });
    }
    throw error;
  }
}
