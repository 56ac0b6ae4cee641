import type { ChannelType } from '../channels/channel-type.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { NewDelivery, ToldRecord } from '../routing/new-delivery.ts';
import type {
  AlertTrace,
  AttemptOutcome,
  DeadLetter,
  StoredAlert,
  StoredDelivery,
} from './notification-store.ts';

/** Attempts of one delivery that are remembered; older ones are only counted. */
export const rememberedAttempts = 20;

/** A delivery that has expired was given up without trying. */
export function isAttempt(outcome: AttemptOutcome): boolean {
  return !(outcome.outcome === 'dead' && outcome.fault === 'expired');
}

/** What of a delivery is never searched for: one JSON text, so that it may hold any character. */
interface DeliveryBody {
  shown: string;
  receiver: ChannelReceiver;
  config?: ChannelConfig;
  groupLabels: Record<string, string>;
  record?: ToldRecord;
}

/** A row of `deliveries`, in either database. */
export interface DeliveryRow {
  id: number;
  destination: string;
  channel: ChannelType;
  tenant: string;
  kind: 'alerts' | 'history';
  state: 'queued' | 'delivered' | 'dead';
  queued_at: number;
  not_before: number;
  expires_at: number;
  ended_at: number | null;
  told: number;
  attempts: number;
  body: string;
}

/** The column `body` of a new delivery. */
export function deliveryBody({ shown, receiver, config, groupLabels, record }: NewDelivery): string {
  const body: DeliveryBody = {
    shown,
    receiver,
    ...(config ? { config } : {}),
    groupLabels,
    ...(record ? { record } : {}),
  };
  return JSON.stringify(body);
}

/** The delivery as it is claimed. `alerts` in the order they were queued. */
export function storedDelivery(row: DeliveryRow, alerts: readonly StoredAlert[]): StoredDelivery {
  const { shown, receiver, config, groupLabels, record } = JSON.parse(row.body) as DeliveryBody;
  const { destination, channel, tenant, kind, told, attempts } = row;
  return {
    id: String(row.id),
    destination,
    channel,
    tenant,
    kind,
    shown,
    receiver,
    config,
    groupLabels,
    ...(record ? { record } : {}),
    queuedAt: row.queued_at,
    expiresAt: row.expires_at,
    alerts,
    told,
    attempts,
  };
}

/** `outcome` is that of the last attempt. */
export function deadLetter(row: DeliveryRow & { alerts: number; outcome: string }): DeadLetter {
  const { shown, receiver } = JSON.parse(row.body) as DeliveryBody;
  const { fault, reason } = JSON.parse(row.outcome) as AttemptOutcome & { outcome: 'dead' };
  return {
    id: String(row.id),
    channel: row.channel,
    tenant: row.tenant,
    shown,
    receiver: receiver.name,
    fault,
    reason,
    attempts: row.attempts,
    alerts: row.alerts,
    queuedAt: row.queued_at,
    diedAt: row.ended_at ?? 0,
  };
}

/** What the trace of an alert says of a delivery. */
export function tracedDelivery(
  row: DeliveryRow,
  attempts: readonly { at: number; outcome: string }[],
): AlertTrace['deliveries'][number] {
  const { shown, receiver } = JSON.parse(row.body) as DeliveryBody;
  return {
    id: String(row.id),
    channel: row.channel,
    receiver: receiver.name,
    tenant: row.tenant,
    shown,
    kind: row.kind,
    state: row.state,
    queuedAt: row.queued_at,
    ...(row.state === 'queued' ? { notBefore: row.not_before } : {}),
    attempts: attempts.map(({ at, outcome }) => ({ at, outcome: JSON.parse(outcome) as AttemptOutcome })),
  };
}
