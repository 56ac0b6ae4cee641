import type { Destination } from '../channels/channel.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { LeftOutObject } from './left-out.ts';
import type { ChannelConfig, ChannelReceiver, ReceiverChannelSpec } from '../channels/receiver.ts';
import type { RoutingRouter } from './router.ts';
import type { RoutingSettings } from './routing-settings.ts';
import type { RoutingSilence } from './silence.ts';

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
export interface RoutingWorld extends RoutingSettings {
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
