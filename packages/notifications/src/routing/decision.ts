import type { Destination } from '../channels/channel.ts';
import type { SourceAnswer } from '../sources/source-answer.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';

/** A receiver as the trace names it. */
export interface NamedReceiver {
  readonly type: string;
  readonly name: string;
  readonly tenant?: string;
  /** The source that named it; absent for an object. */
  readonly source?: string;
}

/** A receiver by its name, as steps hold it. */
export const namedReceiver = ({ type, name, tenant, origin }: ChannelReceiver): NamedReceiver => ({
  type,
  name,
  ...(tenant === undefined ? {} : { tenant }),
  ...(origin.kind === 'source' ? { source: origin.source } : {}),
});

/**
 * One decision about an alert, in the order they were taken. `explainStep` puts each in words.
 */
export type TraceStep =
  /** A global silence covers the alert: nobody is told. */
  | { readonly step: 'silenced'; readonly silence: string }
  /** A silence was asked and could not be: it was left out. */
  | { readonly step: 'silenceInvalid'; readonly silence: string; readonly reason: string }
  /** Nothing could be decided, for a reason that nobody foresaw: it is tried again. */
  | { readonly step: 'failed'; readonly reason: string }
  /** Whether tenants are told, and why. */
  | {
      readonly step: 'class';
      readonly matched: boolean;
      readonly reason: string;
      readonly cluster: string;
      readonly namespace?: string;
    }
  /** A source was asked. Of a long answer only the beginning is here, and `more` entries are not. */
  | {
      readonly step: 'source';
      readonly source: string;
      readonly cache: SourceAnswer['cache'];
      readonly ageMs: number;
      readonly revision?: string;
      readonly tenants: readonly string[];
      readonly receivers: readonly NamedReceiver[];
      readonly mergePolicy: SourceAnswer['mergePolicy'];
      readonly skipped: SourceAnswer['skipped'];
      readonly more?: number;
      readonly failure?: SourceAnswer['failure'];
      readonly onError: SourceAnswer['onError'];
    }
  /** Whose receivers may be told. Of those who have none, only the first are here. */
  | { readonly step: 'tenants'; readonly tenants: readonly string[] }
  /** A router's verdict. `receivers` are those it added. */
  | {
      readonly step: 'router';
      readonly router: string;
      readonly matched: boolean;
      readonly reason?: string;
      readonly receivers: readonly NamedReceiver[];
    }
  /** What the route policy left. */
  | { readonly step: 'policy'; readonly policy: string; readonly reason: string }
  /** A receiver was considered and is not told; with `address`, not at that one (as shown, without secrets). */
  | {
      readonly step: 'skipped';
      readonly receiver: NamedReceiver;
      readonly address?: string;
      readonly reason: string;
    }
  /** A receiver is told. */
  | {
      readonly step: 'told';
      readonly receiver: NamedReceiver;
      readonly config?: string;
      readonly why: string;
    };

/** Which receivers an alert is still to be routed to: `tenants` after a source that fails closed was not there. */
export type RoutingPart = 'all' | 'tenants';

/** A receiver that shall be told of an alert, with the account to tell it with. */
export interface Target {
  readonly receiver: ChannelReceiver;
  readonly config: ChannelConfig | undefined;
  /** At least one: the parts of the receiver where nobody else tells the alert. */
  readonly destinations: readonly Destination[];
}

/** What was decided about one alert. */
export interface AlertDecision {
  readonly targets: readonly Target[];
  readonly steps: readonly TraceStep[];
  /**
   * True when a source that fails closed could not be asked: tenants are not told now. The alert is decided again
   * later, for tenants only.
   */
  readonly tenantsHeld: boolean;
}
