import type { Clock, Logger } from '@armillary/kube';
import { leftOutOf, parseAlertPost } from '../alerts/alert-post.ts';
import type { Alert } from '../alerts/alert.ts';
import { enrich, goTime } from '../alerts/enrichment.ts';
import type { NotificationStore } from '../store/notification-store.ts';
import type { Metrics } from './metrics.ts';

/** Options of an `Intake`. */
export interface IntakeOptions {
  store: Pick<NotificationStore, 'accept'>;
  /** The name of the cluster, for alerts that do not say theirs. */
  cluster(): string;
  /** Told how many alerts were accepted, once they are durable. */
  onAccepted(count: number): void;
  metrics: Metrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Alertmanager repeats a post whose answer it missed within its group interval, and both of a pair may post: within
 * this time the same alert counts once. Reminders (`repeat_interval`) come later and are delivered.
 */
const repeatWindowMs = 4 * 60_000;

/** Takes alerts in: reads and enriches them, and hands them to the store. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes the body of Alertmanager's post. Resolves once its alerts are durable. Rejects with `NotificationError`:
   * `Invalid`, and then nothing is taken, or `Busy`.
   */
  async post(body: unknown): Promise<void> {
    const { metrics, clock, logger } = this.#options;
    await this.take(parseAlertPost(body, clock.now()));
    const leftOut = leftOutOf(body);
    if (leftOut === 0) return;
    metrics.leftOut(leftOut);
    logger.warn(
      { leftOut },
      'the sender left alerts out, of which nobody is told: set max_alerts: 0 in webhook_configs of Alertmanager',
    );
  }

  /** Takes alerts, all or none. Resolves once they are durable; rejects with `NotificationError` `Busy`. */
  async take(alerts: readonly Alert[]): Promise<void> {
    const { store, metrics, clock } = this.#options;
    const enrichment = { cluster: this.#options.cluster(), alerttime: goTime(clock.now()) };
    try {
      const counts = await store.accept(
        alerts.map((alert) => enrich(alert, enrichment)),
        { repeatWindowMs },
      );
      metrics.accepted(counts);
      this.#options.onAccepted(counts.accepted);
    } catch (error) {
      metrics.refused(alerts.length);
      throw error;
    }
  }
}
