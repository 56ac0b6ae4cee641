import { systemClock } from '@armillary/kube';
import type { Alert } from '../alerts/alert.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { ChannelContext, Notice } from '../channels/channel.ts';
import { TokenCache } from '../channels/token-cache.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { createOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';

/** An alert with a name and a message. */
export function testAlert(name: string, rest: Partial<Alert> = {}): Alert {
  return {
    status: 'firing',
    labels: { alertname: name },
    annotations: { message: `${name} happened` },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: 'c0ffee0000000000',
    ...rest,
  };
}

/** A notice to a receiver with these settings, from an account with those of `config`. */
export function testNotice<T extends ChannelType>(
  type: T,
  spec: ChannelReceiver<T>['spec'],
  alerts: readonly Alert[],
  config?: ChannelConfig<T>['spec'],
): Notice<T> {
  const origin = { kind: 'object' } as const;
  return {
    receiver: { type, name: 'ops', labels: {}, spec, origin },
    config: config === undefined ? undefined : { type, name: 'account', labels: {}, spec: config, origin },
    alerts,
    groupLabels: {},
  };
}

const loopbackToo = new AddressPolicy({ allowLoopback: true });

/** A real transport that may reach this machine. Close it after use. */
export function testHttp() {
  return createOutgoingHttp({
    policy: loopbackToo,
    userAgent: 'armillary-test',
  });
}

/**
 * A context over a real transport. The texts of credentials are their values; every template gives the messages of
 * the alerts, one in a line, and those of titles (`*.subject`) the names.
 */
export function testContext(rest: Partial<ChannelContext> & Pick<ChannelContext, 'http'>): ChannelContext {
  return {
    credential: async ({ value }) => value ?? '',
    render: (template, alerts) =>
      alerts
        .map(({ labels, annotations }) =>
          template.endsWith('.subject') ? labels['alertname'] : annotations['message'],
        )
        .join(template.endsWith('.subject') ? ', ' : '\n'),
    addresses: loopbackToo,
    options: undefined,
    timeoutMs: 60_000,
    apiUrl: undefined,
    tokens: new TokenCache({ clock: systemClock }),
    clock: systemClock,
    signal: new AbortController().signal,
    ...rest,
  };
}
