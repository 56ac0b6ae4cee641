import { createHash } from 'node:crypto';
import type { ChannelReceiver } from '../channels/receiver.ts';
import type { Message } from '../channels/channel.ts';
import { historyBody, historyLines } from '../channels/webhook/webhook-body.ts';
import { jsonForm } from '../channels/webhook/webhook-channel.ts';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';
import type { NewDelivery } from '../routing/new-delivery.ts';
import type { StoredDelivery } from '../store/notification-store.ts';

/** How long a record for the history webhook is worth sending, in milliseconds. */
const expiresAfterMs = 24 * 3_600_000;

/**
 * The delivery that tells the history webhook what was told; undefined when the NotificationManager has none or has
 * turned it off, and for records themselves.
 */
export function historyDelivery(
  delivery: StoredDelivery,
  spec: Partial<NotificationManagerSpec> | undefined,
  now: number,
): NewDelivery | undefined {
  const webhook = spec?.history?.webhook;
  if (!webhook || webhook.enabled === false || delivery.kind === 'history') return undefined;
  const receiver: ChannelReceiver<'webhook'> = {
    type: 'webhook',
    name: 'history',
    labels: {},
    spec: webhook,
    origin: { kind: 'object' },
  };
  return {
    destination: createHash('sha256')
      .update(`history ${JSON.stringify(webhook)}`)
      .digest('hex'),
    channel: 'webhook',
    tenant: '',
    shown: 'the history webhook',
    kind: 'history',
    receiver: receiver as unknown as ChannelReceiver,
    config: undefined,
    alertIds: delivery.alerts.map((stored) => stored.id),
    groupLabels: {},
    expiresAt: now + expiresAfterMs,
    record: {
      receiver: delivery.receiver.name,
      channel: delivery.channel,
      address: delivery.shown,
      toldAt: now,
    },
  };
}

/** The message of a record; undefined when a template of the user's own writes it. */
export function historyMessages({
  alerts,
  record,
  receiver: webhook,
}: StoredDelivery): Message[] | undefined {
  const { template } = webhook.spec;
  const form = template ? jsonForm(template) : 'object';
  if (form === undefined) return undefined;
  const { receiver = '', channel = '', address = '', toldAt = 0 } = record ?? {};
  const receivers = { [receiver]: { [channel]: [address] } };
  const told = alerts.map(({ alert }) => ({ alert, notifiedAt: toldAt, receivers }));
  const body = form === 'lines' ? historyLines(told) : historyBody(told);
  return [{ alerts: alerts.length, body }];
}
