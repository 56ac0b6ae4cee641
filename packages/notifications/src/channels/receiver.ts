import type { ChannelType } from './channel-type.ts';
import type { ConfigSpec } from '../kinds/config.ts';
import type { ReceiverSpec } from '../kinds/receiver.ts';

/** The settings of one channel in a Receiver: `spec.email`, `spec.slack`. */
export type ReceiverChannelSpec<T extends ChannelType = ChannelType> = NonNullable<ReceiverSpec[T]>;

/** The settings of one channel in a Config; channels without a field there need none. */
export type ConfigChannelSpec<T extends ChannelType = ChannelType> = T extends keyof ConfigSpec
  ? NonNullable<ConfigSpec[T]>
  : never;

/** Where a receiver or config was read: an object in the cluster, or the answer of a source. */
export type Origin = { readonly kind: 'object' } | { readonly kind: 'source'; readonly source: string };

/** One channel of one Receiver: an object with `spec.email` and `spec.slack` gives two. */
export interface ChannelReceiver<T extends ChannelType = ChannelType> {
  readonly type: T;
  /** `metadata.name`. */
  readonly name: string;
  /** Whose receiver it is; absent for a global one. */
  readonly tenant?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: ReceiverChannelSpec<T>;
  readonly origin: Origin;
}

/** What a receiver is known by: source, channel and name. */
export const receiverIdentity = ({ type, name, origin }: ChannelReceiver): string =>
  JSON.stringify([sourceOf(origin), type, name]);

/** One channel of one Config: the account that messages are sent with. */
export interface ChannelConfig<T extends ChannelType = ChannelType> {
  readonly type: T;
  readonly name: string;
  /** Whose config it is; absent for a default one. */
  readonly tenant?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The annotation `notification.armillary.dev/api-url`: another base address of the provider's API. */
  readonly apiUrl?: string;
  readonly spec: ConfigChannelSpec<T>;
  readonly origin: Origin;
}

/** What a config is known by among those of its channel. */
export const configIdentity = (config: ChannelConfig | undefined): string =>
  config ? JSON.stringify([sourceOf(config.origin), config.name]) : '';

const sourceOf = (origin: Origin): string => (origin.kind === 'source' ? origin.source : '');
