import type { Clock } from '@armillary/kube';
import type { ChannelContext, Notice } from '../channels/channel.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { TokenCache } from '../channels/token-cache.ts';
import type { CredentialReader } from '../credentials/credential-reader.ts';
import type { ReceiverOptions } from '../kinds/notification-manager.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { createOutgoingHttp, type ClosableOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import type { CurrentTemplates } from './current-templates.ts';

/** Options of `ChannelContexts`. */
export interface ChannelContextsOptions {
  credentials: CredentialReader;
  templates: CurrentTemplates;
  tokens: TokenCache;
  clock: Clock;
  userAgent: string;
  /** `spec.receivers.options` of the NotificationManager that counts now. */
  options(): ReceiverOptions | undefined;
  /** Where receivers of a source may be; undefined for a source that is there no more. */
  policyOf(source: string): AddressPolicy | undefined;
  /** Other base addresses of providers' APIs, where the Config names none. */
  apiUrls: Readonly<Partial<Record<ChannelType, string>>>;
}

/** How long a request may take where `notificationTimeout` says nothing; a mail is a dialogue of many steps. */
const usualTimeoutMs = { email: 30_000, other: 5000 };

/**
 * Receivers of the cluster's objects may be anywhere but at addresses that are no receivers' (link-local, the metadata
 * services of clouds): whoever may write them, may see the cluster's network.
 */
const objectsPolicy = new AddressPolicy({ allowLoopback: true });

interface Outgoing {
  policy: AddressPolicy;
  http: ClosableOutgoingHttp;
}

/** Makes what a channel works with, for one receiver: its rights are those of whoever named it. */
export class ChannelContexts {
  readonly #options: ChannelContextsOptions;
  readonly #outgoing = new Map<string, Outgoing>();

  constructor(options: ChannelContextsOptions) {
    this.#options = options;
  }

  /** The context for a notice. Rejects with `DeliveryError` when the receiver's own templates are none. */
  async for(notice: Notice, signal: AbortSignal): Promise<ChannelContext> {
    const { credentials, templates, tokens, clock, apiUrls } = this.#options;
    const { type, name, spec } = notice.receiver;
    const options = this.#options.options();
    const { policy, http } = this.#outgoingOf(notice);
    const texts = await templates.read(spec.tmplText === undefined ? [] : [spec.tmplText]);
    const render = (await templates.get()).renderer({
      groupLabels: notice.groupLabels,
      receiverName: name,
      texts,
    });
    const seconds = options?.[type]?.notificationTimeout;
    return {
      http,
      addresses: policy,
      credential: (credential) => credentials.read(credential, { signal }),
      render,
      options,
      timeoutMs: seconds ? seconds * 1000 : type === 'email' ? usualTimeoutMs.email : usualTimeoutMs.other,
      apiUrl: notice.config?.apiUrl ?? apiUrls[type],
      tokens,
      clock,
      signal,
    };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#outgoing.values()].map(({ http }) => http.close()));
  }

  #outgoingOf({ receiver: { origin } }: Notice): Outgoing {
    const key = origin.kind === 'source' ? origin.source : '';
    // A source that is gone can allow nothing any more: the strictest rule holds.
    const policy = origin.kind === 'source' ? (this.#options.policyOf(key) ?? strictPolicy) : objectsPolicy;
    const known = this.#outgoing.get(key);
    if (known?.policy === policy) return known;
    void known?.http.close();
    const outgoing = { policy, http: createOutgoingHttp({ policy, userAgent: this.#options.userAgent }) };
    this.#outgoing.set(key, outgoing);
    return outgoing;
  }
}

const strictPolicy = new AddressPolicy();
