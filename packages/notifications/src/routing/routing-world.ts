import type { Destination } from '../channels/channel.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { TenantMatch } from './alert-class.ts';
import type { LeftOutObject } from './left-out.ts';
import type { ObjectClasses } from './object-class.ts';
import type { ChannelConfig, ChannelReceiver, ReceiverChannelSpec } from './receiver.ts';
import type { RoutingRouter } from './router.ts';
import type { RoutingSilence } from './silence.ts';

/** How routers stand beside global and tenant receivers: `spec.routePolicy` of the NotificationManager. */
export const routePolicies = ['All', 'RouterFirst', 'RouterOnly'] as const;
/** One of the policies. */
export type RoutePolicy = (typeof routePolicies)[number];

/** What routing must know of channels. Both functions are pure. */
export interface ChannelFacts {
  /** Whether a receiver with these settings needs a Config. */
  needsConfig(type: ChannelType, spec: ReceiverChannelSpec): boolean;
  /** What a receiver consists of. */
  destinations(receiver: ChannelReceiver): readonly Destination[];
}

/**
 * Everything that deciding about alerts goes by, read from the cluster's objects at one time, with every selector
 * compiled. It does not change; new objects make a new world.
 */
export interface RoutingWorld {
  readonly classes: ObjectClasses;
  readonly tenantMatch: TenantMatch;
  readonly routePolicy: RoutePolicy;
  readonly groupLabels: readonly string[];
  /** All that can be told, sorted by name. */
  readonly receivers: readonly ChannelReceiver[];
  readonly globalReceivers: readonly ChannelReceiver[];
  readonly tenantReceivers: ReadonlyMap<string, readonly ChannelReceiver[]>;
  /** All that can be used, sorted by name. */
  readonly configs: readonly ChannelConfig[];
  readonly defaultConfigs: readonly ChannelConfig[];
  readonly tenantConfigs: ReadonlyMap<string, readonly ChannelConfig[]>;
  readonly routers: readonly RoutingRouter[];
  readonly globalSilences: readonly RoutingSilence[];
  readonly tenantSilences: ReadonlyMap<string, readonly RoutingSilence[]>;
  readonly leftOut: readonly LeftOutObject[];
  readonly channels: ChannelFacts;
}
