import type { Alert } from '../alerts/alert.ts';
import type { Config } from '../kinds/config.ts';
import type { Receiver } from '../kinds/receiver.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { AlertTrace, DeadLetter } from '../store/notification-store.ts';

/** What `/api/v2/notifications` and `/api/v2/verify` send at once, past routing and queue. */
export interface DirectNotification {
  receiver: Receiver;
  config?: Config;
  alerts: readonly Alert[];
}

/** Which receivers or configs are asked for; everything when empty. */
export interface EntryFilter {
  tenant?: string;
  type?: string;
  name?: string;
}

/** A request to forget what a source said. */
export interface InvalidationRequest {
  source: string;
  /** Lower-case header names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  method: string;
  /** Path and query as they came. */
  url: string;
  body: Uint8Array;
}

/** What the HTTP interface does, without HTTP. All reject with `NotificationError`. */
export interface NotificationApi {
  /** Takes the body of Alertmanager's post; resolves once its alerts are on disk. */
  accept(body: unknown): Promise<void>;
  /** Sends at once and resolves with what went wrong, one entry a destination; empty is success. */
  sendNow(notification: DirectNotification): Promise<string[]>;
  receivers(filter: EntryFilter): ChannelReceiver[];
  configs(filter: EntryFilter): ChannelConfig[];
  /** The receivers of the filter, each with the config it is told with. */
  receiversWithConfig(
    filter: EntryFilter,
  ): { receiver: ChannelReceiver; config: ChannelConfig | undefined }[];
  /** The newest alerts with the fingerprint. */
  traces(fingerprint: string, limit: number): Promise<AlertTrace[]>;
  /** Why a receiver was told of an alert or was not, in sentences: of the newest decision in its trace. */
  explainReceiver(name: string, trace: AlertTrace): string[];
  deadLetters(filter: { channel?: string; tenant?: string; limit: number }): Promise<DeadLetter[]>;
  /** Queues dead letters again; resolves with how many there were. */
  replay(ids: readonly string[]): Promise<number>;
  /** Forgets answers of a source, when the request is signed with the source's secret. */
  invalidate(request: InvalidationRequest): Promise<void>;
  /** What keeps the process from doing its work; empty when nothing does. */
  problems(): string[];
  metrics(): Promise<{ contentType: string; text: string }>;
}
