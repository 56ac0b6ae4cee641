import { formatInstant, loadZone, type Zone } from '@armillary/go-template';
import type { Alert } from './alert.ts';

/** What an alert is enriched with. */
export interface Enrichment {
  /** The cluster this program looks after. */
  readonly cluster: string;
  /** When the alert came in, by {@link goTime}. */
  readonly alerttime: string;
}

/**
 * Adds what routing and templates expect, as upstream does: the label `cluster` when the sender gave none, and for
 * alerts on metrics (label `alerttype: metric`) the annotation `alerttime`. The fingerprint stays the sender's: it is
 * how people find the alert in Alertmanager.
 */
export function enrich(alert: Alert, { cluster, alerttime }: Enrichment): Alert {
  const labels = alert.labels['cluster'] ? alert.labels : { ...alert.labels, cluster };
  const annotations =
    labels['alerttype'] === 'metric' ? { ...alert.annotations, alerttime } : alert.annotations;
  return { ...alert, labels, annotations };
}

/**
 * Adds the label `receiver` that messages have, as upstream does, for templates and programs that go by it: the name of
 * the receiver, unless the alert has the label already.
 */
export const namingReceiver = (alert: Alert, name: string): Alert =>
  alert.labels['receiver'] ? alert : { ...alert, labels: { ...alert.labels, receiver: name } };

/**
 * A time in milliseconds since 1970 as Go prints it, `2026-11-22 14:11:02.666 +0800 CST`: what templates of upstream cut
 * into pieces. By the process's own time zone, the environment variable `TZ`, unless another is given.
 */
export const goTime = (now: number, zone: Zone = loadZone('Local')): string =>
  formatInstant(
    { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1e6, zone },
    '2006-01-02 15:04:05.999999999 -0700 MST',
  );
