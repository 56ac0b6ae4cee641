import type { Clock } from '@armillary/kube';
import type { Alert } from '../alerts/alert.ts';
import type { Credential } from '../kinds/credential.ts';
import type { ReceiverOptions } from '../kinds/notification-manager.ts';
import type { AddressPolicy } from '../outgoing/address-policy.ts';
import type { OutgoingHttp } from '../outgoing/outgoing-http.ts';
import type { Render } from '../templates/templates.ts';
import type { ChannelType } from './channel-type.ts';
import type { ChannelConfig, ChannelReceiver, ReceiverChannelSpec } from './receiver.ts';
import type { TokenCache } from './token-cache.ts';

/** What is to be told to one destination of one receiver. */
export interface Notice<T extends ChannelType = ChannelType> {
  readonly receiver: ChannelReceiver<T>;
  readonly config: ChannelConfig<T> | undefined;
  /** At least one. */
  readonly alerts: readonly Alert[];
  readonly groupLabels: Readonly<Record<string, string>>;
  /** The delivery, the same for each attempt at it; absent for what is sent at once and not again. */
  readonly delivery?: string;
}

/** What a channel works with: everything beside the notice itself. Nothing here is global. */
export interface ChannelContext {
  /** Requests to addresses that this receiver may use; addresses, size and time are checked there. */
  readonly http: OutgoingHttp;
  /** The same rule about addresses, for connections that are no HTTP requests (SMTP). */
  readonly addresses: AddressPolicy;
  /** The text of a credential. Throws `NotificationError` `CredentialUnavailable`. */
  credential(credential: Credential): Promise<string>;
  /** Renders a template over alerts of the notice. */
  readonly render: Render;
  /** `spec.receivers.options` of the NotificationManager. */
  readonly options: ReceiverOptions | undefined;
  /** Milliseconds one request may take: `notificationTimeout` of the channel, else of the program. */
  readonly timeoutMs: number;
  /** Another base address of the provider's API, without a slash at the end; absent for the provider's own. */
  readonly apiUrl: string | undefined;
  /** Access tokens of all receivers of the process. */
  readonly tokens: TokenCache;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One message as the channel sends it: the first `alerts` of those that are left are told with it. */
export interface Message<Body = unknown> {
  /** How many alerts are told once this message is delivered; 0 for all but the last part of one long alert. */
  readonly alerts: number;
  readonly body: Body;
}

/** One part of a receiver that is delivered, retried and given up by itself: one chat, one mailbox, one number. */
export interface Destination<T extends ChannelType = ChannelType> {
  /**
   * The canonical address, equal for equal recipients however they are written. It may be a secret (a webhook's
   * address): it is stored as a hash.
   */
  readonly address: string;
  /** The address for people, without secrets: `slack #ops`, `hooks.example.com`. */
  readonly shown: string;
  /** The receiver's settings, narrowed to this destination. */
  readonly spec: ReceiverChannelSpec<T>;
}

/** At most `count` requests in any `windowMs`, for everybody who shares the key (a bot, an account). */
export interface RateLimit {
  /** Relative to the destination unless it names an account. Not a secret. */
  readonly key: string;
  readonly count: number;
  readonly windowMs: number;
}

/** What was not delivered although the message as a whole was. */
export interface DeliveryReport {
  /** Recipients that the provider refused, with its reason. */
  readonly rejected: readonly { readonly address: string; readonly reason: string }[];
  /** In what way less was delivered than was asked for, such as a text that the provider wants shorter. */
  readonly notes?: readonly string[];
}

/**
 * One way to tell people. Channels hold no state: limits, tokens, retries and order are kept by who calls them.
 * `destinations`, `limits` and `messages` are pure.
 */
export interface Channel<T extends ChannelType = ChannelType, Body = unknown> {
  readonly type: T;
  /** Whether a receiver with these settings needs a Config to send with. */
  needsConfig(spec: ReceiverChannelSpec<T>): boolean;
  /** What the receiver consists of. */
  destinations(spec: ReceiverChannelSpec<T>, options: ReceiverOptions | undefined): Destination<T>[];
  /** The provider's limits that a notice is subject to; empty when there are none. */
  limits(notice: Notice<T>, options: ReceiverOptions | undefined): RateLimit[];
  /**
   * The messages that tell the alerts, in order. Every alert is in exactly one, or, when it is longer than the
   * provider takes, spread over several that follow each other; none is dropped.
   */
  messages(notice: Notice<T>, context: ChannelContext): Message<Body>[];
  /** Sends one of them. Throws `DeliveryError`; nothing else means "not delivered". */
  send(message: Message<Body>, notice: Notice<T>, context: ChannelContext): Promise<DeliveryReport>;
}
