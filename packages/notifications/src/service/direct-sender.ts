import { NotificationError } from '../errors.ts';
import { configsOf, receiversOf, type Ownership } from '../routing/channels-of.ts';
import { chooseConfig } from '../routing/config-choice.ts';
import { classOf, type ObjectClasses } from '../routing/object-class.ts';
import type { ChannelConfig, ChannelReceiver } from '../routing/receiver.ts';
import type { RoutingWorld } from '../routing/routing-world.ts';
import type { DirectNotification } from '../server/notification-api.ts';
import type { StoredDelivery } from '../store/notification-store.ts';
import { deliver, type DeliverOptions } from './deliver.ts';

/** What belongs to the queue: there is none here, and the config is as it was given. */
const withoutQueue = {
  store: { noteTold: async () => {} },
  historyOf: () => undefined,
  currentConfig: (config: ChannelConfig | undefined) => config,
};

/** How long all messages of one request may take together, in milliseconds. */
const deadlineMs = 60_000;

/**
 * Sends to a receiver at once: no silence, router or selector, and no queue. Resolves with what went wrong, one entry a
 * destination. Throws `NotificationError` `Invalid` when the objects cannot go together.
 */
export async function sendNow(
  { receiver, config, alerts }: DirectNotification,
  world: RoutingWorld,
  options: Omit<DeliverOptions, 'store' | 'historyOf'>,
): Promise<string[]> {
  const ownership = ownershipOf(receiver.metadata.labels, world.classes);
  const receivers = receiversOf(receiver, ownership);
  if (receivers.length === 0) throw new NotificationError('Invalid', 'receiver.spec names no channel');
  const configs = config ? usableConfigs(config, ownership, world.classes) : undefined;
  const signal = AbortSignal.timeout(deadlineMs);
  const problems = receivers.map(async (receiver) => {
    const chosen = configs?.find(({ type }) => type === receiver.type) ?? chooseConfig(receiver, world);
    if (!chosen && world.channels.needsConfig(receiver.type, receiver.spec)) {
      return [`${receiver.type}: there is no config to send with`];
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
  const problems: string[] = [];
  const now = options.clock.now();
  for (const { shown, spec } of world.channels.destinations(receiver)) {
    const delivery: StoredDelivery = {
      id: '',
      destination: '',
      channel: receiver.type,
      tenant: receiver.tenant ?? '',
      shown,
      kind: 'alerts',
      receiver: { ...receiver, spec },
      config,
      groupLabels: {},
      expiresAt: Number.POSITIVE_INFINITY,
      queuedAt: now,
      alerts: alerts.map((alert) => ({ id: '', alert, receivedAt: now, part: 'all' })),
      told: 0,
      attempts: 0,
    };
    const direct = { ...options, ...withoutQueue };
    try {
      const { rejected } = await deliver(delivery, signal, direct);
      problems.push(...rejected.map(({ address, reason }) => `${receiver.type} ${address}: ${reason}`));
    } catch (error) {
      problems.push(`${shown}: ${(error as Error).message}`);
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

/** The configs of an object, if the receiver may use them: its own tenant's, or default ones. */
function usableConfigs(
  config: NonNullable<DirectNotification['config']>,
  { tenant }: Ownership,
  classes: ObjectClasses,
): ChannelConfig[] {
  const found = classOf(config.metadata.labels, classes);
  const own = found?.kind === 'tenant' && found.tenant === tenant;
  if (!own && found?.kind !== 'default') {
    throw new NotificationError(
      'Invalid',
      'the labels of config make it neither a default one nor that of the receiver’s tenant',
    );
  }
  return configsOf(config, { ...(own ? { tenant: found.tenant } : {}), origin: { kind: 'object' } });
}
