import type { ChannelType } from '../channels/channel-type.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';

/** What the history webhook is told about alerts. */
export interface ToldRecord {
  /** The receiver's name. */
  readonly receiver: string;
  readonly channel: ChannelType;
  /** Where it was told, without secrets. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly toldAt: number;
}

/** One delivery to be queued: some alerts for one destination. */
export interface NewDelivery {
  /** Identity of the queue: a hash over channel, address and config. Deliveries of one queue are sent in order. */
  readonly destination: string;
  readonly channel: ChannelType;
  /** Whom a fair share is given to; `''` for global receivers. */
  readonly tenant: string;
  /** The destination for people, without secrets. */
  readonly shown: string;
  /** `history` copies what was told to the history webhook. */
  readonly kind: 'alerts' | 'history';
  /** Of `history`. */
  readonly record?: ToldRecord;
  /** The receiver narrowed to the destination. */
  readonly receiver: ChannelReceiver;
  readonly config: ChannelConfig | undefined;
  readonly alertIds: readonly string[];
  readonly groupLabels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; a delivery that is not done by then is given up. */
  readonly expiresAt: number;
}
