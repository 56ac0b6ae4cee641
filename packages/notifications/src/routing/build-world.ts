import type { NotificationManager } from '../kinds/notification-manager.ts';
import type { Destination } from '../channels/channel.ts';
import { NotificationError } from '../errors.ts';
import type { Config } from '../kinds/config.ts';
import type { Receiver } from '../kinds/receiver.ts';
import type { Router } from '../kinds/router.ts';
import type { Silence } from '../kinds/silence.ts';
import type { TenantMatch } from './alert-class.ts';
import { LeftOutList, type LeftOutObject } from './left-out.ts';
import { routingSettings } from './routing-settings.ts';
import type { ChannelFacts, RoutingWorld } from './routing-world.ts';
import type { ReceiverChannelSpec } from '../channels/receiver.ts';
import { usableConfigs, usableReceivers, usableRouters, usableSilences } from './usable-objects.ts';

/** The objects that routing goes by, in any order. They are not changed and must not change. */
export interface RoutingObjects {
  /** Without one, the built-in defaults hold. */
  readonly manager: NotificationManager | undefined;
  readonly receivers: readonly Receiver[];
  readonly configs: readonly Config[];
  readonly routers: readonly Router[];
  readonly silences: readonly Silence[];
}

/** Options of `buildWorld`. */
export interface WorldOptions extends ChannelFacts {
  /** Holds where the NotificationManager's annotation says nothing; `auto` when absent. */
  readonly tenantMatch?: TenantMatch;
}

/**
 * Reads the objects into a world. An object that is wrong is left out, or only the channel of it that is: it never
 * changes what happens to others. Everything that has no effect is in `world.leftOut` with the reason; `problems` are
 * those that somebody should mend.
 */
export function buildWorld(
  objects: RoutingObjects,
  options: WorldOptions,
): { world: RoutingWorld; problems: LeftOutObject[] } {
  const leftOut = new LeftOutList();
  const settings = routingSettings(objects.manager, options.tenantMatch ?? 'auto', leftOut);
  const { classes } = settings;
  const receivers = usableReceivers(objects.receivers, classes, leftOut);
  const configs = usableConfigs(objects.configs, classes, leftOut);
  const silences = usableSilences(objects.silences, classes, leftOut);
  const world: RoutingWorld = {
    ...settings,
    receivers,
    globalReceivers: receivers.filter(({ tenant }) => tenant === undefined),
    tenantReceivers: byTenant(receivers),
    configs,
    defaultConfigs: configs.filter(({ tenant }) => tenant === undefined),
    tenantConfigs: byTenant(configs),
    routers: usableRouters(objects.routers, receivers, leftOut),
    globalSilences: silences.filter(({ tenant }) => tenant === undefined),
    tenantSilences: byTenant(silences),
    leftOut: leftOut.objects,
    channels: rememberDestinations(options),
  };
  return { world, problems: leftOut.objects.filter(({ problem }) => problem) };
}

/** Destinations are asked for with every alert, and depend on the receiver's settings alone. */
function rememberDestinations(facts: ChannelFacts): ChannelFacts {
  const known = new WeakMap<ReceiverChannelSpec, readonly Destination[] | NotificationError>();
  return {
    needsConfig: (type, spec) => facts.needsConfig(type, spec),
    destinations: (receiver) => {
      const found = known.get(receiver.spec) ?? affordable(facts.destinations(receiver));
      known.set(receiver.spec, found);
      if (found instanceof NotificationError) throw found;
      return found;
    },
  };
}

/**
 * Most characters of the settings of all destinations of a receiver. Each delivery is stored with settings of its own:
 * a template of 64 KB written out for 5,000 mailboxes is 320 MB for every alert.
 */
const mostCopied = 4 * 1024 * 1024;

/** The destinations, or the error for those that would take too much to be told. */
function affordable(destinations: readonly Destination[]): readonly Destination[] | NotificationError {
  const [first] = destinations;
  const each = first ? JSON.stringify(first.spec).length : 0;
  if (each * destinations.length <= mostCopied) return destinations;
  return new NotificationError(
    'Invalid',
    `${destinations.length} with settings of ${each} characters each: name a template instead of writing it out`,
  );
}

function byTenant<T extends { readonly tenant?: string }>(
  all: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const tenants = new Map<string, T[]>();
  for (const one of all) {
    if (one.tenant === undefined) continue;
    const known = tenants.get(one.tenant);
    if (known) known.push(one);
    else tenants.set(one.tenant, [one]);
  }
  return tenants;
}
