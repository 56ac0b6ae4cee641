import { NotificationError } from '../errors.ts';
import { configsOf, receiversOf, type Ownership } from '../channels/channels-of-object.ts';
import { chooseConfig, type ConfigPool } from '../routing/config-choice.ts';
import { groupDeliveries } from '../routing/group-deliveries.ts';
import { classOf, type ObjectClasses } from '../routing/object-class.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { RoutingWorld } from '../routing/routing-world.ts';
import type { DirectNotification } from '../server/notification-api.ts';
import { deliver, type DeliverOptions } from './deliver.ts';

/** What belongs to the queue: there is none here, and receiver and config are as they were given. */
const withoutQueue = {
  store: { noteTold: async () => {} },
  historyOf: () => undefined,
  currentReceiver: (receiver: ChannelReceiver) => receiver,
  currentConfig: (config: ChannelConfig | undefined) => config,
};

/** How long all messages of one request may take together, in milliseconds. */
const deadlineMs = 60_000;

/**
 * Sends to a receiver at once: no silence, router or selector of alerts, and no queue. With a config, that one is what
 * there is to choose from, so that an answer of success means that the two work together. Resolves with what went
 * wrong, one entry a destination. Throws `NotificationError` `Invalid` when the objects cannot go together.
 */
export async function sendNow(
  { receiver, config, alerts }: DirectNotification,
  world: RoutingWorld,
  options: Omit<DeliverOptions, 'store' | 'historyOf'>,
): Promise<string[]> {
  const ownership = ownershipOf(receiver.metadata.labels, world.classes);
  const receivers = receiversOf(receiver, ownership);
  if (receivers.length === 0) throw new NotificationError('Invalid', 'receiver.spec names no channel');
  const pool = config ? poolOf(config, ownership, world.classes) : world;
  const signal = AbortSignal.timeout(deadlineMs);
  const problems = receivers.map(async (receiver) => {
    const chosen = chooseConfig(receiver, pool);
    if (!chosen && world.channels.needsConfig(receiver.type, receiver.spec)) {
      return [`${receiver.type}: there is no config of this channel that the receiver may use and selects`];
    }
    return await sendOne(receiver, chosen, alerts, world, signal, options);
  });
  return (await Promise.all(problems)).flat();
}

async function sendOne(
  receiver: ChannelReceiver,
  config: ChannelConfig | undefined,
  alerts: DirectNotification['alerts'],
  world: RoutingWorld,
  signal: AbortSignal,
  options: Omit<DeliverOptions, 'store' | 'historyOf'>,
): Promise<string[]> {
  const now = options.clock.now();
  const target = { receiver, config, destinations: world.channels.destinations(receiver) };
  const stored = alerts.map((alert, index) => ({
    id: String(index),
    alert,
    receivedAt: now,
    part: 'all' as const,
  }));
  const deliveries = groupDeliveries(
    stored.map(({ id, alert }) => ({ id, alert, targets: [target] })),
    { groupLabels: world.groupLabels, expiresAt: Number.POSITIVE_INFINITY },
  );
  const problems: string[] = [];
  for (const { alertIds, ...delivery } of deliveries) {
    const told = stored.filter(({ id }) => alertIds.includes(id));
    const direct = { ...delivery, id: '', queuedAt: now, alerts: told, told: 0, attempts: 0 };
    try {
      const { rejected } = await deliver(direct, signal, { ...options, ...withoutQueue });
      problems.push(...rejected.map(({ address, reason }) => `${receiver.type} ${address}: ${reason}`));
    } catch (error) {
      problems.push(`${delivery.shown}: ${(error as Error).message}`);
    }
  }
  return problems;
}

/** Whose the receiver is, by its labels. */
function ownershipOf(labels: Record<string, string> | undefined, classes: ObjectClasses): Ownership {
  const found = classOf(labels, classes);
  const origin = { kind: 'object' } as const;
  if (found?.kind === 'tenant') return { tenant: found.tenant, origin };
  if (found?.kind === 'global') return { origin };
  throw new NotificationError(
    'Invalid',
    'unknown tenant: the labels of receiver make it neither global nor a tenant’s',
  );
}

/** A config as all that there is, if the receiver may use it: its own tenant's, or a default one. */
function poolOf(
  config: NonNullable<DirectNotification['config']>,
  { tenant }: Ownership,
  classes: ObjectClasses,
): ConfigPool {
  const found = classOf(config.metadata.labels, classes);
  const origin = { kind: 'object' } as const;
  if (found?.kind === 'default') {
    return { defaultConfigs: configsOf(config, { origin }), tenantConfigs: new Map() };
  }
  if (found?.kind === 'tenant' && found.tenant === tenant) {
    return { defaultConfigs: [], tenantConfigs: new Map([[tenant, configsOf(config, { tenant, origin })]]) };
  }
  throw new NotificationError(
    'Invalid',
    'the labels of config make it neither a default one nor that of the receiver’s tenant',
  );
}
