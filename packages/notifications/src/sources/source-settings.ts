import { NotificationError } from '../errors.ts';
import type { ReceiverSource, ReceiverSourceSpec } from '../kinds/receiver-source.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { serviceUrl } from '../outgoing/client-settings.ts';
import { parseGoDuration } from '../validation/go-duration.ts';
import { validateReceiverSource } from '../validation/receiver-source.ts';
import type { MergePolicy } from './source-answer.ts';

/** The sidecars that the notification manager knows, by their keys in `spec.sidecars` of a NotificationManager. */
type SidecarKey = 'receiver' | 'tenant';

/** A sidecar, and its base address. */
export interface SidecarAddress {
  readonly key: SidecarKey;
  readonly url: string;
}

/** How long answers are used, and how many are kept. All times in milliseconds. */
export interface CacheSettings {
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly negativeTtlMs: number;
  readonly errorTtlMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What a source may make the notification manager do for the receivers it names. Plain data. */
export interface TrustSettings {
  /** Namespaces whose Secrets and ConfigMaps they may refer to. */
  readonly secretNamespaces: readonly string[];
  readonly addressPolicy: NonNullable<ReceiverSourceSpec['addressPolicy']>;
}

/** A source with everything that it did not say filled in. Plain data. */
export interface SourceSettings {
  readonly name: string;
  /** `tenants` is the contract of upstream's sidecar: a list of names. */
  readonly contract: 'receivers' | 'tenants';
  /** The address that is asked, without a query. */
  readonly endpoint: string;
  readonly keyLabels: readonly string[];
  readonly auth: NonNullable<ReceiverSourceSpec['auth']>;
  readonly batch: boolean;
  readonly timeoutMs: number;
  readonly cache: CacheSettings;
  readonly mergePolicy: MergePolicy;
  readonly onError: 'Fallback' | 'FailClosed';
  readonly trust: TrustSettings;
}

/** The longest that a request may take: routing waits for it. */
const maxTimeoutMs = 30_000;

const defaults = {
  keyLabels: ['cluster', 'namespace'],
  auth: {},
  batch: false,
  timeoutMs: 2_000,
  cache: {
    ttlMs: 60_000,
    staleWhileRevalidateMs: 600_000,
    staleIfErrorMs: 86_400_000,
    negativeTtlMs: 30_000,
    errorTtlMs: 5_000,
    maxEntries: 10_000,
    maxBytes: 64 * 1024 * 1024,
  },
  mergePolicy: 'Append',
  onError: 'Fallback',
  trust: { secretNamespaces: [], addressPolicy: {} },
} as const satisfies Partial<SourceSettings>;

/**
 * The settings of a ReceiverSource. Throws `NotificationError` `Invalid` with every field that is wrong: the object may
 * be older than what its definition checks.
 */
export function settingsOf(source: ReceiverSource): SourceSettings {
  const causes = validateReceiverSource(source);
  if (causes.length > 0) {
    const words = causes.map(({ field, message }) => `${field}: ${message}`);
    throw new NotificationError('Invalid', words.join('; '));
  }
  const { metadata, spec } = source;
  const { cache = {} } = spec;
  const settings: SourceSettings = {
    name: metadata.name ?? '',
    contract: 'receivers',
    endpoint: sourceEndpoint(addressOf(spec)),
    keyLabels: spec.keyLabels ?? defaults.keyLabels,
    auth: spec.auth ?? defaults.auth,
    batch: spec.batch ?? defaults.batch,
    timeoutMs: Math.min(milliseconds(spec.timeout) ?? defaults.timeoutMs, maxTimeoutMs),
    cache: {
      ttlMs: milliseconds(cache.ttl) ?? defaults.cache.ttlMs,
      staleWhileRevalidateMs:
        milliseconds(cache.staleWhileRevalidate) ?? defaults.cache.staleWhileRevalidateMs,
      staleIfErrorMs: milliseconds(cache.staleIfError) ?? defaults.cache.staleIfErrorMs,
      negativeTtlMs: milliseconds(cache.negativeTTL) ?? defaults.cache.negativeTtlMs,
      errorTtlMs: milliseconds(cache.errorTTL) ?? defaults.cache.errorTtlMs,
      maxEntries: cache.maxEntries ?? defaults.cache.maxEntries,
      maxBytes: cache.maxBytes ?? defaults.cache.maxBytes,
    },
    mergePolicy: spec.mergePolicy ?? defaults.mergePolicy,
    onError: spec.onError ?? defaults.onError,
    trust: {
      secretNamespaces: spec.secretNamespaces ?? [],
      addressPolicy: spec.addressPolicy ?? {},
    },
  };
  addressPolicyOf(settings.trust);
  return settings;
}

/** The settings of a sidecar: everything at its default. */
export function sidecarSettings({ key, url }: SidecarAddress): SourceSettings {
  const contract = key === 'tenant' ? 'tenants' : 'receivers';
  return {
    ...defaults,
    name: `sidecar/${key}`,
    contract,
    endpoint: `${url}/api/v2/${contract === 'tenants' ? 'tenant' : 'receivers'}`,
  };
}

/**
 * Where receivers that the source names may be: to be asked when they are delivered to, after their names are looked
 * up. Throws `NotificationError` `Invalid` for a network that is none.
 */
export const addressPolicyOf = ({ addressPolicy }: Pick<TrustSettings, 'addressPolicy'>): AddressPolicy =>
  new AddressPolicy(addressPolicy);

const addressOf = ({ url, service }: ReceiverSourceSpec): string =>
  url ?? (service ? serviceUrl(service) : '');

/**
 * Where a webhook with this address is asked: there, or at the path of the contract when the address has none. Throws
 * `NotificationError` `Invalid`.
 */
export function sourceEndpoint(address: string): string {
  const parsed = URL.parse(address);
  if (!parsed || !/^https?:$/u.test(parsed.protocol)) {
    throw new NotificationError(
      'Invalid',
      'spec.url: must be an address that begins with http:// or https://',
    );
  }
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') {
    throw new NotificationError(
      'Invalid',
      'spec.url: must have no query, fragment or credentials; see spec.auth',
    );
  }
  return `${parsed.origin}${parsed.pathname === '/' ? '/api/v2/receivers' : parsed.pathname}`;
}

const milliseconds = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseGoDuration(text);
