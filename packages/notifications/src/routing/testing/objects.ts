import type { Alert } from '../../alerts/alert.ts';
import type { Destination } from '../../channels/channel.ts';
import type { Config, ConfigSpec } from '../../kinds/config.ts';
import type { NotificationManager, NotificationManagerSpec } from '../../kinds/notification-manager.ts';
import type { Receiver, ReceiverSpec } from '../../kinds/receiver.ts';
import type { Router, RouterSpec } from '../../kinds/router.ts';
import type { Silence, SilenceSpec } from '../../kinds/silence.ts';
import type { SourceAnswer } from '../../sources/source-answer.ts';
import { buildWorld, type RoutingObjects } from '../build-world.ts';
import { decide } from '../decide.ts';
import type { AlertDecision } from '../decision.ts';
import type { ChannelReceiver } from '../../channels/receiver.ts';
import type { ChannelFacts, RoutingWorld } from '../routing-world.ts';

type Labels = Record<string, string>;

/** Labels of objects by the built-in classes. */
export const globalLabels: Labels = { type: 'global' };
export const tenantLabels = (tenant: string): Labels => ({ type: 'tenant', user: tenant });
export const defaultLabels: Labels = { type: 'default' };

const object = <Spec>(kind: string, name: string, labels: Labels, spec: Spec) => ({
  apiVersion: 'notification.kubesphere.io/v2beta2',
  kind,
  metadata: { name, labels },
  spec,
});

export const receiver = (name: string, labels: Labels, spec: ReceiverSpec): Receiver =>
  object('Receiver', name, labels, spec);
export const config = (name: string, labels: Labels, spec: ConfigSpec): Config =>
  object('Config', name, labels, spec);
export const router = (name: string, spec: RouterSpec): Router => object('Router', name, {}, spec);
export const silence = (name: string, labels: Labels, spec: SilenceSpec): Silence =>
  object('Silence', name, labels, spec);
export const manager = (
  spec: Partial<NotificationManagerSpec>,
  annotations: Labels = {},
): NotificationManager => {
  const receivers = {
    globalReceiverSelector: { matchLabels: globalLabels },
    tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
  };
  const known = object(
    'NotificationManager',
    'main',
    {},
    {
      receivers,
      defaultConfigSelector: { matchLabels: defaultLabels },
      ...spec,
    },
  );
  return { ...known, metadata: { ...known.metadata, annotations } };
};

/** An e-mail receiver with one mailbox at example.com for each name. */
export const mailTo = (...names: string[]) => ({ email: { to: names.map((name) => `${name}@example.com`) } });
export const smtp = {
  email: { from: 'alerts@example.com', smartHost: { host: 'mail.example.com', port: 25 } },
};
export const smtpConfig = config('smtp', defaultLabels, smtp);
export const hook = (url: string) => ({ webhook: { url } });

/** Channels as far as routing needs them: a mailbox or a room is a destination, and only webhooks need no config. */
export const channelFacts: ChannelFacts = {
  needsConfig: (type) => type !== 'webhook',
  destinations: ({ spec }) => {
    const { to, channels, url } = spec as { to?: string[]; channels?: string[]; url?: string };
    const destination = (address: string, part: object): Destination => ({
      address: address.toLowerCase(),
      shown: address,
      spec: { ...spec, ...part },
    });
    return [
      ...(to ?? []).map((mailbox) => destination(mailbox, { to: [mailbox] })),
      ...(channels ?? []).map((room) => destination(room, { channels: [room] })),
      ...(url === undefined ? [] : [destination(url, {})]),
    ];
  },
};

/** A world of these objects, and a default config for e-mail. */
export function worldOf(objects: Partial<RoutingObjects> = {}, facts = channelFacts): RoutingWorld {
  return buildWorld(
    { manager: undefined, receivers: [], configs: [smtpConfig], routers: [], silences: [], ...objects },
    facts,
  ).world;
}

/** A firing alert with these labels, in namespace `shop` unless they say otherwise. */
export const alert = (labels: Labels = {}): Alert => ({
  status: 'firing',
  labels: { alertname: 'Test', cluster: 'host', namespace: 'shop', ...labels },
  annotations: {},
  startsAt: '2026-11-22T12:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: '',
  fingerprint: '00000000000000aa',
});

/** An answer of source `hr` that was just fetched. */
export const answer = (rest: Partial<SourceAnswer> = {}): SourceAnswer => ({
  source: 'hr',
  cache: 'fetched',
  ageMs: 0,
  mergePolicy: 'Append',
  tenants: [],
  receivers: [],
  configs: [],
  skipped: [],
  onError: 'Fallback',
  ...rest,
});

/** A receiver that source `hr` named. */
export const named = (name: string, spec: { to: string[] }, labels: Labels = {}): ChannelReceiver => ({
  type: 'email',
  name,
  labels,
  spec,
  origin: { kind: 'source', source: 'hr' },
});

export const noon = Date.UTC(2026, 10, 22, 12);

export const decideNow = (
  world: RoutingWorld,
  labels: Labels = {},
  answers: readonly SourceAnswer[] = [],
): AlertDecision => decide(alert(labels), world, answers, noon, 'all');

/** Who is told where: `ops: ops@example.com`. */
export const told = ({ targets }: AlertDecision): string[] =>
  targets.map(
    ({ receiver, destinations }) => `${receiver.name}: ${destinations.map(({ shown }) => shown).join(', ')}`,
  );
