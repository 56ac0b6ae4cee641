import type { Alert } from '../../alerts/alert.ts';
import type { ChannelReceiver } from '../../channels/receiver.ts';
import type { NewDelivery } from '../../routing/new-delivery.ts';

/** An alert with its own fingerprint for each number. */
export function sampleAlert(number: number, more: Partial<Alert> = {}): Alert {
  return {
    status: 'firing',
    labels: { alertname: `Alert${number}`, namespace: 'shop' },
    annotations: { summary: `number ${number}` },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
    fingerprint: number.toString(16).padStart(16, '0'),
    ...more,
  };
}

/** A webhook receiver. */
function sampleReceiver(name: string): ChannelReceiver {
  return {
    type: 'webhook',
    name,
    labels: { type: 'global' },
    spec: { url: `http://hooks.example.com/${name}` },
    origin: { kind: 'object' },
  };
}

/** A delivery of alerts to a destination, good for ten minutes from `now`. */
export function sampleDelivery(
  destination: string,
  alertIds: readonly string[],
  more: Partial<NewDelivery> = {},
): NewDelivery {
  return {
    destination,
    channel: 'webhook',
    tenant: '',
    shown: `hooks.example.com ${destination}`,
    kind: 'alerts',
    receiver: sampleReceiver(destination),
    config: undefined,
    alertIds,
    groupLabels: { alertname: 'Alert1' },
    expiresAt: Date.UTC(2026, 0, 1, 1),
    ...more,
  };
}
