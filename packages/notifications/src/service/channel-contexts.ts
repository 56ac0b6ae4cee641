import type { Clock } from '@armillary/kube';
import type { ChannelContext, Notice } from '../channels/channel.ts';
import type { ChannelType } from '../channels/channel-type.ts';
import type { TokenCache } from '../channels/token-cache.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { CredentialReader } from '../credentials/credential-reader.ts';
import type { ReceiverOptions } from '../kinds/notification-manager.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { createOutgoingHttp, type ClosableOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import type { OutgoingHttp } from '../outgoing/outgoing-http.ts';
import type { Trust } from '../sources/trust.ts';
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
  /** What receivers of a source may do; undefined for a source that is there no more. */
  trustOf(source: string): Trust | undefined;
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
    const { credentials, templates, tokens, clock } = this.#options;
    const { type, name, spec } = notice.receiver;
    const options = this.#options.options();
    const trust = this.#trustIn(notice);
    const outgoing = this.#outgoingOf(notice);
    const provider = this.#providerOf(notice);
    const { tmplText } = spec;
    if (tmplText && trust && !trust.secretNamespaces.some((allowed) => allowed === tmplText.namespace)) {
      throw new DeliveryError(
        'permanent',
        'tmplText is in a namespace that the source may not use; list it in spec.secretNamespaces of the source',
      );
    }
    const texts = await templates.read(tmplText === undefined ? [] : [tmplText]);
    const render = (await templates.get()).renderer({
      groupLabels: notice.groupLabels,
      receiverName: name,
      texts,
    });
    const seconds = options?.[type]?.notificationTimeout;
    return {
      http:
        provider.given && provider.url
          ? throughApi(provider.url, this.#objects.http, outgoing.http)
          : outgoing.http,
      // The mail server is the Config's.
      addresses:
        type === 'email' && notice.config?.origin.kind === 'object' ? objectsPolicy : outgoing.policy,
      // What a source named was queued some time ago. An account of an object's has Secrets that nobody named.
      credential: (credential) =>
        credentials.read(credential, {
          signal,
          ...(trust && notice.config?.origin.kind !== 'object' ? { namespaces: trust.secretNamespaces } : {}),
        }),
      render,
      options,
      timeoutMs: seconds ? seconds * 1000 : type === 'email' ? usualTimeoutMs.email : usualTimeoutMs.other,
      apiUrl: provider.url,
      tokens,
      clock,
      signal,
    };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#outgoing.values()].map(({ http }) => http.close()));
  }

  /** What the source that named the receiver may do now; undefined for a receiver of an object. */
  #trustIn({ receiver: { origin } }: Notice): Trust | undefined {
    // A source that is gone can allow nothing any more: the strictest rule holds.
    return origin.kind === 'source' ? (this.#options.trustOf(origin.source) ?? noTrust) : undefined;
  }

  /** The provider's base address, and whether somebody gave it who may write the cluster's objects, or this program's flags. */
  #providerOf({ receiver, config }: Notice): { url: string | undefined; given: boolean } {
    const flag = this.#options.apiUrls[receiver.type];
    return config?.origin.kind === 'source' && config.apiUrl !== undefined
      ? { url: config.apiUrl, given: false }
      : { url: config?.apiUrl ?? flag, given: config?.origin.kind !== 'source' || flag !== undefined };
  }

  get #objects(): Outgoing {
    return this.#outgoingBy('', objectsPolicy);
  }

  #outgoingOf(notice: Notice): Outgoing {
    const { origin } = notice.receiver;
    return origin.kind === 'source'
      ? this.#outgoingBy(origin.source, this.#trustIn(notice)?.policy ?? noTrust.policy)
      : this.#objects;
  }

  #outgoingBy(key: string, policy: AddressPolicy): Outgoing {
    const known = this.#outgoing.get(key);
    if (known?.policy === policy) return known;
    void known?.http.close();
    const outgoing = { policy, http: createOutgoingHttp({ policy, userAgent: this.#options.userAgent }) };
    this.#outgoing.set(key, outgoing);
    return outgoing;
  }
}

/** Requests to a provider's API by one way, all others by another: only the receiver's own addresses are the source's choice. */
const throughApi = (base: string, toApi: OutgoingHttp, other: OutgoingHttp): OutgoingHttp => ({
  send: async (request) => await (isBelow(base, request.url) ? toApi : other).send(request),
});

function isBelow(base: string, url: string): boolean {
  const [above, below] = [URL.parse(base), URL.parse(url)];
  const folder = above?.pathname.replace(/\/*$/, '/') ?? '';
  return above !== null && above.origin === below?.origin && below.pathname.startsWith(folder);
}

const noTrust: Trust = { secretNamespaces: [], policy: new AddressPolicy() };
