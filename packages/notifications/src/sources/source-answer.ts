import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';

/** What a source is asked: who shall be told of alerts with these labels? */
export interface SourceQuestion {
  readonly cluster: string;
  readonly namespace: string;
  /** All labels of the alert; only those that a source's `keyLabels` names leave the process. */
  readonly labels: Readonly<Record<string, string>>;
}

/** How receivers of a source stand beside those of the cluster's own objects (design C3). */
export type MergePolicy = 'Append' | 'Override' | 'Fallback' | 'Only';

/** Where an answer came from. `stale` is used because no newer one came in time, or none can be had. */
export type CacheState = 'fetched' | 'fresh' | 'stale' | 'negative' | 'none';

/** What one source says about one question. */
export interface SourceAnswer {
  /** The name of the ReceiverSource, or `sidecar/receiver`, `sidecar/tenant`. */
  readonly source: string;
  readonly cache: CacheState;
  /** Milliseconds since the answer was given; 0 for `fetched`. */
  readonly ageMs: number;
  readonly revision?: string;
  readonly mergePolicy: MergePolicy;
  /** Tenants that shall be told: the values of the tenant key of their receivers. */
  readonly tenants: readonly string[];
  readonly receivers: readonly ChannelReceiver[];
  readonly configs: readonly ChannelConfig[];
  /** Entries of the answer that were left out, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Why the source could not be asked now; with `cache: 'none'` there is nothing to go by. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** What `failure` with `cache: 'none'` means: go on with what the cluster knows, or tell no tenant. */
  readonly onError: 'Fallback' | 'FailClosed';
}
