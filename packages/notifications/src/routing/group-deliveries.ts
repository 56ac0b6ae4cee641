import { createHash } from 'node:crypto';
import type { Alert } from '../alerts/alert.ts';
import type { Destination } from '../channels/channel.ts';
import { configIdentity } from '../channels/receiver.ts';
import type { NewDelivery } from './new-delivery.ts';
import type { Target } from './decision.ts';

/** An alert that is in the store, and who shall be told of it. */
export interface DecidedAlert {
  readonly id: string;
  readonly alert: Alert;
  readonly targets: readonly Target[];
}

/** Options of `groupDeliveries`. */
export interface GroupingOptions {
  /** The labels whose values must be equal for alerts to be told together; none means all are. */
  readonly groupLabels: readonly string[];
  /** When deliveries are given up, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Puts alerts of a batch together: one delivery for each destination of a receiver, config and group. Alerts stay in
 * their order, and deliveries come in the order of their first alert.
 */
export function groupDeliveries(
  decided: readonly DecidedAlert[],
  { groupLabels, expiresAt }: GroupingOptions,
): NewDelivery[] {
  const deliveries = new Map<string, NewDelivery & { alertIds: string[] }>();
  for (const { id, alert, targets } of decided) {
    const group = groupOf(alert, groupLabels);
    for (const target of targets) {
      for (const destination of target.destinations) {
        const key = JSON.stringify([recipientKey(target, destination), group]);
        const delivery = deliveries.get(key) ?? {
          ...newDelivery(target, destination),
          groupLabels: group,
          alertIds: [],
          expiresAt,
        };
        delivery.alertIds.push(id);
        deliveries.set(key, delivery);
      }
    }
  }
  return [...deliveries.values()];
}

/** Receivers that differ in anything, such as the template, are told apart even at one address. */
const recipientKey = ({ receiver, config }: Target, { spec, address }: Destination) => [
  { ...receiver, spec },
  address,
  configIdentity(config),
];

function newDelivery({ receiver, config }: Target, { address, shown, spec }: Destination) {
  const { type, tenant, origin } = receiver;
  const queue = JSON.stringify([type, address, configIdentity(config)]);
  return {
    destination: createHash('sha256').update(queue).digest('hex'),
    channel: type,
    // Receivers that a source names share what one tenant may take, so that it cannot delay global receivers.
    tenant: tenant ?? (origin.kind === 'source' ? `source/${origin.source}` : ''),
    shown,
    kind: 'alerts' as const,
    receiver: { ...receiver, spec },
    config,
  };
}

/** The values of the group labels; a label that is absent or empty is not in it. */
function groupOf({ labels }: Alert, groupLabels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    groupLabels.flatMap((name) =>
      Object.hasOwn(labels, name) && labels[name] ? [[name, labels[name]]] : [],
    ),
  );
}
